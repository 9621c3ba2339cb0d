"""Tables in text files: CSV, separated by commas or something else, and TSV."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from faq.transfer.encoding import detected
from faq.transfer.table import (
    MOST_CHARACTERS,
    Refused,
    Row,
    Table,
    UnreadableFile,
    by_name,
    defused,
    restored,
)
from faq.transfer.table import named_columns as names_of

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE_BYTES = 1 << 16
SAMPLE_ROWS = 20


def read(file: BinaryIO) -> Table:
    """Return the table of a text file. Raises `UnreadableFile` where the first line is no line."""
    csv.field_size_limit(2**31 - 1)  # `_Lines` keeps cells short; Windows takes no more than this
    encoding = detected(file)
    file.seek(0)
    sample = file.read(SAMPLE_BYTES).decode(encoding.codec, encoding.errors)
    delimiter = _delimiter(sample)
    lines = _Lines(encoding.text(file))
    reader = csv.reader(lines, delimiter=delimiter)
    header: list[str] = []
    try:
        while not header and not lines.ended:
            header = lines.row(reader) or []
    except csv.Error as error:
        raise UnreadableFile(f"The file is no CSV: {error}.") from None
    columns = names_of(header)
    told = f"CSV, separated by {DELIMITERS[delimiter]}, in {encoding.told}"
    return Table(columns, _rows(lines, reader, columns), told)


def _delimiter(sample: str) -> str:
    """Return what parts the first line, and the lines after it into as many cells as that."""

    def fits(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = []
        try:
            for row, _ in zip(reader, range(SAMPLE_ROWS), strict=False):
                widths += [len(row)] if row else []
        except csv.Error:
            pass
        if not widths or widths[0] == 1:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    return max(DELIMITERS, key=fits)


class _Lines:
    """The lines of a file as `csv.reader` asks for them, no more for a row than one may hold."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file
        self._held = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = "" if self._held > MOST_CHARACTERS else self._file.readline(MOST_CHARACTERS + 1)
        self._held += len(line)
        if not line:
            self.ended = True
            raise StopIteration
        return line

    def row(self, reader: Iterator[list[str]]) -> list[str] | None:
        """Return the next row, empty for an empty line, None after the last.

        Raises `csv.Error` where it alone cannot be read, and `UnreadableFile` where nothing can
        from there on.
        """
        self._held = 0
        row = next(reader, None)
        if self._held > MOST_CHARACTERS:
            raise UnreadableFile(
                f"Here stand more than {MOST_CHARACTERS:,} characters without the end of a row. Is "
                "a quotation mark never closed? Nothing was read from here on."
            )
        if row is not None and self.ended:  # the reader wanted more than there is
            began = row[-1].lstrip()[:40].splitlines() or [""]
            raise UnreadableFile(
                f"A quotation mark before {began[0]!r} is never closed: the rest of the file would "
                "be one cell. Close it, or write it twice, and import the file again."
            )
        return row


def _rows(lines: _Lines, reader: Iterator[list[str]], columns: Sequence[str]) -> Iterator[Row]:
    number = 0
    while True:
        try:
            cells = lines.row(reader)
        except csv.Error as error:
            number += 1
            yield number, Refused(f"The row is no CSV: {error}.")
            continue
        if cells is None:
            return
        if cells:
            number += 1
            yield number, by_name(columns, [restored(cell) for cell in cells])


def write(
    file: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ","
) -> None:
    """Write a table; no cell of it runs in a spreadsheet."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, delimiter=delimiter)
    for row in chain([columns], rows):
        writer.writerow([defused(cell) for cell in row])
    text.detach()  # flushed; closing the file is for who opened it


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as a file's text. Text is defused; numbers stay numbers."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in (columns, *rows):
        writer.writerow(defused(cell) if isinstance(cell, str) else cell for cell in row)
    return file.getvalue()
