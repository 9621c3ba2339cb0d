"""An import in the background: the upload lies in a file of its own while it lasts."""

import csv
import hashlib
import json
import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path, PurePath
from types import TracebackType
from typing import IO, BinaryIO

from faq.collection import Collection
from faq.jobs import IMPORT, Progress, start_job
from faq.transfer.columns import Columns
from faq.transfer.files import NAMES, opened_table
from faq.transfer.importing import FailedRow, ImportReport, OnDuplicate, import_entries
from faq.transfer.table import Refused, defused
from store import Job, Store


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


FOLDER = "imports"  # in the data folder
LISTED = 1_000  # rows that failed, in a job's result
LEFT_BEHIND_SECONDS = 24 * 3600  # a file of an import that was killed
COUNTED_AT_ONCE = 1_000


def mark_of(path: Path, columns: Columns, on_duplicate: OnDuplicate) -> str:
    """Return what stands for a file that is imported so: another text for other bytes, columns or
    duplicates. Only an import that adds duplicates needs it, and what is no file has none."""
    if on_duplicate != "add" or not path.is_file():
        return ""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(json.dumps([sorted(columns.items()), on_duplicate]).encode())
    return digest.hexdigest()


def start_import(
    collection: Collection,
    upload: BinaryIO,
    name: str,
    columns: Mapping[str, str],
    on_duplicate: OnDuplicate,
    data_dir: Path,
) -> Job:
    """Start the import of an uploaded file. Its result is a report, as `told` gives it.

    Raises `JobRunning` where one is under way, and `OSError` where the upload cannot be kept.
    """
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _tidy(folder, collection.store)
    ending = PurePath(name).suffix.lower()
    path = folder / f"{uuid.uuid4().hex}{ending if ending in NAMES else ''}"
    try:
        with path.open("xb") as file:
            shutil.copyfileobj(upload, file)
        return start_job(
            collection.store,
            IMPORT,
            collection.actor,
            None,
            lambda progress: _work(collection, path, columns, on_duplicate, progress),
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _work(
    collection: Collection,
    path: Path,
    columns: Columns,
    on_duplicate: OnDuplicate,
    progress: Progress,
) -> str:
    try:
        total = 0
        with opened_table(path) as table:
            for total, _ in table.rows:
                if total % COUNTED_AT_ONCE == 0:
                    progress.report(0, None)
        progress.report(0, total)
        mark = mark_of(path, columns, on_duplicate)
        with (
            opened_table(path) as table,
            FailedRows(path.with_suffix(".failed"), table.columns) as failed,
        ):
            report = import_entries(
                collection,
                table,
                on_duplicate,
                columns,
                file=mark,
                progress=lambda so_far: progress.report(so_far.rows, total),
                on_failed=failed.write,
            )
        return told(report, failed.path.name if report.failed else "")
    finally:
        path.unlink(missing_ok=True)


def told(report: ImportReport, failed_file: str = "") -> str:
    """Return a report as a job keeps it, in JSON: the first of the rows that failed, the others
    counted, and the name of the file that holds them all."""
    kept = asdict(report)
    kept["more_failed"] += max(0, len(report.failed) - LISTED)
    kept["failed"] = kept["failed"][:LISTED]
    return json.dumps(kept | {"failed_file": failed_file})


def failed_rows(data_dir: Path, name: str) -> Path | None:
    """Return the file with the rows that an import left out; None where it is gone."""
    path = data_dir / FOLDER / PurePath(name).name
    return path if name and path.is_file() else None


def _tidy(folder: Path, store: Store) -> None:
    """Remove what the last import left, and what others that were killed did."""
    before = store.jobs.latest(IMPORT)
    if before is not None and before.state == "done":
        with suppress(ValueError):
            kept = failed_rows(folder.parent, json.loads(before.result).get("failed_file", ""))
            if kept:
                kept.unlink(missing_ok=True)
    for file in folder.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > LEFT_BEHIND_SECONDS:
                file.unlink()
