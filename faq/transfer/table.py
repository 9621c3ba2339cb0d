"""What a file holds when it is read as a table."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isnan
from typing import NamedTuple

from errors import AskwellError

MOST_CHARACTERS = 10_000_000  # in a row
MOST_COLUMNS = 1_000

Row = tuple[int, dict[str, str] | str]
"""Row number (1 is the first after the names of columns) and cells by column, or why there are
none, mostly as `Refused`."""


class UnreadableFile(AskwellError):
    """A file cannot be read or written as what it should be; the message says why."""


class Refused(str):
    """Why a row has no cells by name; `cells` are those that stand in it all the same."""

    cells: tuple[str, ...]

    def __new__(cls, reason: str, cells: Iterable[str] = ()) -> "Refused":
        refused = super().__new__(cls, reason)
        refused.cells = tuple(cells)
        return refused


class Column(NamedTuple):
    """A column to write: `several` tells whether a cell holds several texts, or one."""

    name: str
    several: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file as it names them, and its rows, read as they are asked for.

    `told` says what the file was taken for, as a phrase. Where a file turns out to be damaged, the
    last row says so.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row]
    told: str

    def named(self, required: str) -> Iterator[Row]:
        """Return the rows with their columns in lower case.

        Raises `UnreadableFile` at once where the column `required` is lacking.
        """
        if required not in (column.lower() for column in self.columns):
            raise UnreadableFile(
                f"The file has no column '{required}'; {self.holds} Write '{required}' into the "
                "first line."
            )
        return (
            (number, cells if isinstance(cells, str) else {n.lower(): c for n, c in cells.items()})
            for number, cells in self.rows
        )

    @property
    def holds(self) -> str:
        """A sentence part: what stands where names of columns should."""
        names = ", ".join(ascii(name[:30]) for name in self.columns[:8]) or "nothing"
        return f"its first line holds {names}."


def named_columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Return names of columns, each another one: a name that comes again is numbered, and one that
    is empty says which column it is."""
    if len(cells) > MOST_COLUMNS:
        raise UnreadableFile(
            f"The first line holds {len(cells):,} columns, more than {MOST_COLUMNS:,}. Is it a "
            "table?"
        )
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column {place}"
        seen[name.lower()] += 1
        names.append(name if seen[name.lower()] == 1 else f"{name} ({seen[name.lower()]})")
    return tuple(names)


def by_name(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str] | Refused:
    """Return the cells of a row by column; a short row lacks its last columns."""
    if len(cells) > len(columns):
        return Refused(f"The row has {len(cells)} cells, the first line {len(columns)}.", cells)
    return dict(zip(columns, cells, strict=False))


def to_the_end(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows; where they cannot be read to the end, the last one says so."""
    number = 0
    try:
        for number, cells in rows:
            if isinstance(cells, dict) and sum(map(len, cells.values())) > MOST_CHARACTERS:
                cells = Refused(f"The row holds more than {MOST_CHARACTERS:,} characters.")
            yield number, cells
    except UnreadableFile as error:
        yield number + 1, Refused(str(error))
    except OSError as error:
        yield number + 1, Refused(f"The file cannot be read any further: {error.strerror}.")


# A spreadsheet runs a cell that begins so. Export puts an apostrophe before it, as spreadsheets do
# themselves; text that begins with apostrophes already gets one more, so that it comes back too.
_RUNNABLE = re.compile(r"'*[=+\-@\t\r]")


class Unreadable(str):
    """A cell that holds no text; it says what it holds instead, as 'a formula without a result'."""


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return "'" + cell if _RUNNABLE.match(cell) else cell


def restored(cell: str) -> str:
    """Return what `defused` was given."""
    if cell.startswith("'") and _RUNNABLE.match(cell):
        return cell[1:]
    return cell


def as_text(value: object) -> str:
    """Return what a value of a typed file says.

    Nothing is empty, yes and no are true and false, whole numbers have no point, a day is as
    2026-12-31, with its time after a space where it has one, and of a list every item has a line.
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
            items = [as_text(item) for item in value]
            broken = [item for item in items if isinstance(item, Unreadable)]
            return broken[0] if broken else "\n".join(items)
        case dict():
            return Unreadable("an object")
        case bytes():
            return Unreadable("bytes")
        case _:
            return str(value)


def number_as_text(number: float, digits: int = 17) -> str:
    """Return a number in its shortest form, no number as nothing."""
    if isnan(number):
        return ""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number) if digits >= 17 else f"{number:.{digits}g}"
