"""The rows that an import left out, as a file to mend and import: their own cells, and why."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from faq.importing.report import FailedRow
from faq.tables import Refused
from faq.tables.cells import defused


class FailedRows:
    """A CSV file that is begun with the first row that fails."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self._columns = columns
        self._file: IO[str] | None = None

    def __enter__(self) -> "FailedRows":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()

    def write(self, failed: FailedRow, cells: Mapping[str, str] | str) -> None:
        """Write a row: its number, why it failed, and its cells by column."""
        if self._file is None:
            self._file = self.path.open(
                "x", encoding="utf-8", errors="backslashreplace", newline=""
            )
            self._write(["row", "error", *self._columns])
        own: Sequence[str] = cells.cells if isinstance(cells, Refused) else ()
        if isinstance(cells, Mapping):
            own = [cells.get(column, "") for column in self._columns]
        self._write([str(failed.row), failed.error, *own])

    def _write(self, cells: Sequence[str]) -> None:
        assert self._file is not None
        csv.writer(self._file).writerow(defused(cell) for cell in cells)
