"""Cells: what a value says as text, and how text is kept from being run by a spreadsheet."""

import re
from datetime import date, datetime
from math import isnan

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
