"""Text files of rows: CSV, with commas or other delimiters, and TSV."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, BinaryIO

from faq.transfer.columns import guessed
from faq.transfer.encoding import detected
from faq.transfer.grid import table_of
from faq.transfer.table import (
    MOST_CHARACTERS,
    Column,
    Table,
    UnreadableFile,
    Value,
    defused,
    restored,
)

DELIMITERS = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "bars",
    "^": "carets",
    "~": "tildes",
}
BOM = "\ufeff"
SAMPLE_BYTES = 1 << 16
SAMPLE_ROWS = 20
_WHOLE_LINE = re.compile(r'\s*"((?:[^"\r\n]|"")+)"\s*[\r\n]')
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Form:
    """How the rows of a text file are written: what is between cells, whether quotation marks
    enclose them, whether spaces are before these, whether a first line names the delimiter, whether
    quotation marks enclose whole lines too, and whether a backslash is before those of a text."""

    delimiter: str
    quoted: bool
    spaced: bool = False
    separator_line: bool = False
    whole_lines: bool = False
    escaped: bool = False


def read(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the table of a text file. Raises `UnreadableFile` where the first line never ends."""
    rows, delimiter, known = _numbered(file, encoding)
    description = f"CSV, separated by {DELIMITERS.get(delimiter, repr(delimiter))}, in {known}"
    table = table_of(rows, description, joint="," if delimiter == "," else "")
    return replace(table, encoding=known)


def lines(file: BinaryIO) -> Iterator[list[str]]:
    """Return the cells of every line that is not empty, read as they are asked for."""
    rows, _, _ = _numbered(file, "")
    return (cells for _, cells in rows)


def _numbered(file: BinaryIO, named: str) -> tuple[Iterator[tuple[int, list[str]]], str, str]:
    csv.field_size_limit(2**31 - 1)  # `_Lines` keeps cells short; Windows takes no more than this
    encoding = detected(file, named)
    file.seek(0)
    form = _form(file.read(SAMPLE_BYTES).decode(encoding.codec, encoding.errors))
    return _cells(_Lines(encoding.text(file), form.escaped), form), form.delimiter, encoding.name


def _form(sample: str) -> _Form:
    """Return how rows are written: the delimiter that separates most lines into as many cells, best
    of all into columns whose names are known."""
    sample = sample.replace("\ufeff", "")
    if found := _SEPARATOR_LINE.fullmatch(sample.split("\n", 1)[0]):
        return _Form(found[1], True, separator_line=True)

    def fits(delimiter: str) -> tuple[int, float, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        rows = [row for row, _ in zip(reader, range(SAMPLE_ROWS), strict=False) if row]
        usual, often = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        known = max((len(guessed(row)) for row in rows[:5] if len(row) > 1), default=0)
        return (known, often / len(rows), usual) if usual > 1 or known > 1 else (0, 0.0, 0)

    delimiter = max(DELIMITERS, key=fits)
    if whole := _WHOLE_LINE.match(sample):
        inside = whole[1].replace('""', '"')
        known = {d: len(guessed(next(csv.reader([inside], delimiter=d)))) for d in DELIMITERS}
        delimiter = max(known, key=lambda d: known[d])
        if known[delimiter] > 1:
            return _Form(delimiter, True, whole_lines=True)
    quoted = delimiter != "\t" or _quotes_enclose(sample, delimiter)
    spaced = re.search(rf'{re.escape(delimiter)} +"', sample) is not None
    escaped = re.search(rf'[^\\]\\"[^{re.escape(delimiter)}\r\n]', sample) is not None
    return _Form(delimiter, quoted, spaced, escaped=quoted and escaped)


def _quotes_enclose(sample: str, delimiter: str) -> bool:
    """Whether quotation marks enclose cells, rather than being signs of a text."""
    try:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
        for _ in zip(reader, range(SAMPLE_ROWS), strict=False):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return True


class _Lines:
    """The lines of a file as `csv.reader` asks for them, no more for a row than one may have."""

    def __init__(self, file: IO[str], escaped: bool = False) -> None:
        self._file = file
        self._escaped = escaped
        self._first: str | None = None
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
        if self._escaped:
            line = line.replace('\\"', '""')
        if self._first is None:
            line = self._first = line.lstrip(BOM)
        elif line[0] == BOM:  # files that were joined have it in their middle, and so may a text
            after = line.lstrip(BOM)
            begins_row = self.characters == len(line)
            line = after if after == self._first or (begins_row and after[:1] == '"') else line
        return line


def _cells(lines: _Lines, form: _Form) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(
        lines,
        delimiter=form.delimiter,
        quoting=csv.QUOTE_MINIMAL if form.quoted else csv.QUOTE_NONE,
        skipinitialspace=form.spaced,
    )
    if form.separator_line:
        next(reader, None)
    while True:
        lines.characters = 0
        number = reader.line_num + 1
        row = next(reader, None)
        if lines.characters > MOST_CHARACTERS:
            raise UnreadableFile(
                f"Here are more than {MOST_CHARACTERS:,} characters without the end of a row. Is "
                "a quotation mark never closed? Nothing was read from here on."
            )
        if row is None:
            return
        if lines.ended and form.quoted:  # the reader wanted more than there is
            start = row[-1].lstrip()[:40].splitlines() or [""]
            raise UnreadableFile(
                f"A quotation mark before {start[0]!r} is never closed: the rest of the file would "
                "be one cell. Close it, or write it twice, and import the file again."
            )
        if form.whole_lines and len(row) == 1:
            row = next(csv.reader(row, delimiter=form.delimiter))
        if row:
            yield number, [restored(cell) if cell[:1] == "'" else cell for cell in row]


def write(
    file: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    delimiter: str = ",",
) -> None:
    """Write a table of single texts. It begins with a byte order mark, by which Excel knows that it
    is UTF-8."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    text.write(BOM)
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
