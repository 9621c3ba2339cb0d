"""Tables in CSV files: UTF-8, separated by commas, names of columns in the first line."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

Row = tuple[int, dict[str, str] | str]
"""Row number (1 is the first after the header) and cells by column, or why there are none."""

# A spreadsheet runs a cell that begins so. Export puts an apostrophe before it, as spreadsheets do
# themselves; text that begins with apostrophes already gets one more, so that it comes back too.
_RUNNABLE = re.compile(r"'*[=+\-@\t\r]")


class UnreadableFile(Exception):
    """A file cannot be read or written as what it should be; the message says why."""


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return "'" + cell if _RUNNABLE.match(cell) else cell


def restored(cell: str) -> str:
    """Return what `defused` was given."""
    return cell[1:] if cell.startswith("'") and _RUNNABLE.match(cell) else cell


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as a file's text. Text is defused; numbers stay numbers."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in (columns, *rows):
        writer.writerow(defused(cell) if isinstance(cell, str) else cell for cell in row)
    return file.getvalue()


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """Open a table for reading; bytes that are no UTF-8 become lone surrogates, for
    `content.validated` to refuse row by row."""
    try:
        file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        yield file


def uploaded(data: bytes) -> IO[str]:
    """Return what `opened` gives, for a file that a browser sent."""
    return io.TextIOWrapper(
        io.BytesIO(data), encoding="utf-8-sig", errors="surrogateescape", newline=""
    )


def read_rows(file: IO[str], required: str) -> Iterator[Row]:
    """Return the table's rows, read as they are asked for; empty lines are none.

    Raises `UnreadableFile` at once where the first line lacks the column `required`.
    """
    csv.field_size_limit(2**31 - 1)  # a cell may hold a megabyte; Windows takes no more than this
    reader = csv.reader(file)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except (csv.Error, OSError) as error:
        raise UnreadableFile(f"The file is no CSV: {error}.") from None
    if required not in header:
        shown = ", ".join(ascii(name[:30]) for name in header[:8]) or "nothing"
        raise UnreadableFile(
            f"The file has no column '{required}'; its first line holds {shown}. Save it as CSV in "
            f"UTF-8, separated by commas, with '{required}' in the first line."
        )
    return _rows(reader, header)


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[Row]:
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            number += 1
            yield number, f"The row is no CSV: {error}."
            continue
        if cells is None:
            return
        if not cells:
            continue
        number += 1
        if len(cells) > len(header):
            yield number, f"The row has {len(cells)} cells, the first line {len(header)}."
        else:
            yield number, dict(zip(header, map(restored, cells), strict=False))
