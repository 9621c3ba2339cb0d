"""Text files of rows: CSV, with commas or other delimiters, and TSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, BinaryIO

from faq.transfer.encoding import detected
from faq.transfer.table import (
    MOST_CHARACTERS,
    Column,
    Table,
    UnreadableFile,
    Value,
    defused,
    restored,
    with_header,
)

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE_BYTES = 1 << 16
SAMPLE_ROWS = 20


def read(file: BinaryIO) -> Table:
    """Return the table of a text file. Raises `UnreadableFile` where the first line never ends."""
    return with_header(*lines(file))


def lines(file: BinaryIO) -> tuple[Iterator[list[str]], str]:
    """Return the cells of every line that is not empty, read as they are asked for, and what the
    file was read as."""
    csv.field_size_limit(2**31 - 1)  # `_Lines` keeps cells short; Windows takes no more than this
    encoding = detected(file)
    file.seek(0)
    delimiter = _delimiter(file.read(SAMPLE_BYTES).decode(encoding.codec, encoding.errors))
    description = f"CSV, separated by {DELIMITERS[delimiter]}, in {encoding.name}"
    return _cells(_Lines(encoding.text(file)), delimiter), description


def _delimiter(sample: str) -> str:
    """Return what separates the first line, and the lines after it into as many cells as that."""

    def fits(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(row) for row, _ in zip(reader, range(SAMPLE_ROWS), strict=False) if row]
        if not widths or widths[0] == 1:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    return max(DELIMITERS, key=fits)


class _Lines:
    """The lines of a file as `csv.reader` asks for them, no more for a row than one may have."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.characters = 0  # of this row
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        too_long = self.characters > MOST_CHARACTERS
        line = "" if too_long else self._file.readline(MOST_CHARACTERS + 1)
        self.characters += len(line)
        if not line:
            self.ended = True
            raise StopIteration
        return line


def _cells(lines: _Lines, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.characters = 0
        row = next(reader, None)
        if lines.characters > MOST_CHARACTERS:
            raise UnreadableFile(
                f"Here are more than {MOST_CHARACTERS:,} characters without the end of a row. Is "
                "a quotation mark never closed? Nothing was read from here on."
            )
        if row is None:
            return
        if lines.ended:  # the reader wanted more than there is
            start = row[-1].lstrip()[:40].splitlines() or [""]
            raise UnreadableFile(
                f"A quotation mark before {start[0]!r} is never closed: the rest of the file would "
                "be one cell. Close it, or write it twice, and import the file again."
            )
        if row:
            yield [restored(cell) for cell in row]


def write(
    file: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    delimiter: str = ",",
) -> None:
    """Write a table of single texts."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    write_rows(text, [[column.name for column in columns]], delimiter)
    write_rows(text, rows, delimiter)
    text.detach()  # flushed; closing the file is for who opened it


def write_rows(file: IO[str], rows: Iterable[Iterable[object]], delimiter: str = ",") -> None:
    """Write rows into an open file. No text runs in a spreadsheet; numbers stay numbers."""
    csv.writer(file, delimiter=delimiter).writerows(
        [defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as the text of a file, as `write_rows` writes them."""
    file = io.StringIO(newline="")
    write_rows(file, rows)
    return file.getvalue()
