"""The table that every file of rows becomes when it is read, and what its cells say."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isnan
from typing import BinaryIO, NamedTuple

from errors import AskwellError

MOST_CHARACTERS = 10_000_000  # in a row
MOST_COLUMNS = 1_000
SHEET = "sheet"  # the column with the name of a row's sheet, where several have questions
UNSUSPICIOUS = 64 << 20  # what unpacks to fewer bytes may be packed as tightly as it likes
MOST_PACKED = 100  # times smaller than unpacked; text is packed ten times, a bomb a thousand times
MOST_UNPACKED = 4 << 30
# A spreadsheet runs a cell that begins so. Export puts an apostrophe before it, as spreadsheets do
# themselves; text that begins with apostrophes already gets one more, so that it comes back too.
_RUNNABLE = re.compile(r"'*[=+\-@\t\r]")


class UnreadableFile(AskwellError):
    """A file cannot be read or written as what it should be; the message says why."""


class Unreadable(str):
    """A cell without text; it says what is there instead, as 'a formula without a result'."""


class Refused(str):
    """Why a row has no cells by column; `cells` are those that it has all the same."""

    cells: tuple[str, ...]

    def __new__(cls, reason: str, cells: Iterable[str] = ()) -> "Refused":
        refused = super().__new__(cls, reason)
        refused.cells = tuple(cells)
        return refused


Row = tuple[int, dict[str, str] | str]
"""A row's number as its file counts (lines of text, rows of a sheet, items of a list, from 1) and
its cells by column, or why it has none, mostly as `Refused`."""

Value = str | tuple[str, ...]
"""What is written into a cell."""


class Column(NamedTuple):
    """A column to write. With `several`, its cells are lists of texts where the file can have
    lists."""

    name: str
    several: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file as it names them, and its rows, read as they are asked for.

    `description` says what the file was read as, with the `encoding` of a text, and `notes` what of
    it is not used, in sentences. A file of a kind that is `without_answers` has questions alone. Of
    several `languages` the first is taken. Texts that are Markdown need no cleaning. Where a file
    turns out to be damaged, the last row says so.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row]
    description: str
    notes: tuple[str, ...] = ()
    without_answers: bool = False
    languages: tuple[str, ...] = ()
    encoding: str = ""
    is_markdown: bool = False

    def named(self, required: str) -> Iterator[Row]:
        """Return the rows with their columns in lower case.

        Raises `UnreadableFile` at once where the column `required` is lacking.
        """
        if required not in (column.lower() for column in self.columns):
            raise UnreadableFile(
                f"The file has no column '{required}'; {self.first_line} Write '{required}' into "
                "the first line."
            )
        return (
            (number, cells if isinstance(cells, str) else {n.lower(): c for n, c in cells.items()})
            for number, cells in self.rows
        )

    @property
    def first_line(self) -> str:
        """The end of a sentence: what the file has where names of columns should be."""
        names = ", ".join(repr(name[:30]) for name in self.columns[:8]) or "nothing"
        return f"its first line has {names}."


Reader = Callable[[BinaryIO, str, str], Table]
"""Reads a kind of file, in an encoding and a language where these are given and the kind has them:
its columns at once, its rows as they are asked for. Raises `UnreadableFile`, also in the course of
the rows."""

Writer = Callable[[BinaryIO, Sequence[Column], Iterable[Sequence[Value]]], None]
"""Writes a kind of file, row by row. Raises `UnreadableFile` where a text does not fit."""


def to_the_end(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows; where they cannot be read to the end, the last one says so."""
    number = 0
    try:
        for number, cells in rows:
            if isinstance(cells, dict) and sum(map(len, cells.values())) > MOST_CHARACTERS:
                cells = Refused(f"The row has more than {MOST_CHARACTERS:,} characters.")
            yield number, cells
    except UnreadableFile as error:
        yield number + 1, Refused(str(error))
    except OSError as error:
        yield number + 1, Refused(f"The file cannot be read any further: {error.strerror}.")


def refuse_bomb(what: str, unpacked: int, packed: int) -> None:
    """Raise `UnreadableFile` where a part of a packed file would unpack to more than text does."""
    bomb = unpacked > UNSUSPICIOUS and unpacked > MOST_PACKED * packed
    if bomb or unpacked > MOST_UNPACKED:
        raise UnreadableFile(
            f"The {what} would unpack to {unpacked / 2**20:,.0f} MB from {packed / 2**20:,.1f} MB, "
            "more than a table with text in it does. Save it as CSV if it is one."
        )


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return "'" + cell if _RUNNABLE.match(cell) else cell


def restored(cell: str) -> str:
    """Return the cell that `defused` made this of."""
    return cell[1:] if cell.startswith("'") and _RUNNABLE.match(cell) else cell


def as_text(value: object) -> str:
    """Return a value of a typed file as text.

    None is empty, truth values are true and false, whole numbers have no point, a day is as
    2026-12-31, with its time after a space where it has one, and a list has a line for each item.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return number_as_text(value)
        case datetime():
            midnight = value.time().replace(tzinfo=None).isoformat() == "00:00:00"
            return value.date().isoformat() if midnight else value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case list() | tuple():
            try:
                items = [as_text(item) for item in value]
            except RecursionError:
                return Unreadable("lists too deep in lists")
            broken = [item for item in items if isinstance(item, Unreadable)]
            return broken[0] if broken else "\n".join(items)
        case dict():
            return Unreadable("an object")
        case bytes():
            return Unreadable("bytes")
        case _:
            return str(value)


def number_as_text(number: float, digits: int = 17) -> str:
    """Return a number in its shortest form; not a number is empty."""
    if isnan(number):
        return ""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number) if digits >= 17 else f"{number:.{digits}g}"
