"""An entry's fields as columns of files, read and written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from faq.column_names import ANSWER, CATEGORY, PHRASINGS, QUESTION, names
from faq.content import InvalidEntry, comma_separated, one_a_line
from faq.transfer.table import Unreadable
from store import Content, Status


@dataclass(frozen=True, slots=True)
class Field:
    """A field of `Content` and its column in files.

    `also` is what others call the column, the strongest first; `read` and `write` convert a cell;
    `joint` separates several texts in one cell.
    """

    name: str
    also: tuple[str, ...] = ()
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = lambda value: str(value or "")
    joint: str | None = None

    @property
    def several(self) -> bool:
        return self.joint is not None

    def value(self, content: Content) -> str | tuple[str, ...]:
        """Return the field's value for a file: a text, or several."""
        value = getattr(content, self.name)
        return tuple(value) if self.several else self.write(value)

    def cell(self, content: Content) -> str:
        """Return the field's value as one text."""
        value = self.value(content)
        return value if isinstance(value, str) else (self.joint or "").join(value)


def _status(cell: str) -> Status:
    status = cell.strip().lower() or Status.PUBLISHED.value
    status = {"publish": Status.PUBLISHED.value}.get(status, status)  # as WordPress says it
    if status not in list(Status):
        raise InvalidEntry(f"The status is {status[:30]!r}, expected {', '.join(Status)}.")
    return Status(status)


def _day(cell: str) -> date | None:
    day = cell.strip()
    try:
        # A spreadsheet may have added a time.
        return date.fromisoformat(day[:10]) if day else None
    except ValueError:
        raise InvalidEntry(
            f"The day to review it by is {day[:30]!r}, expected one as 2026-12-31."
        ) from None


FIELDS = (
    Field("key", ("external key", "external id", "slug", "id", "qnaid", "faq id", "article id")),
    Field("question", names(QUESTION)),
    Field("answer", names(ANSWER)),
    Field("category", names(CATEGORY)),
    Field(
        "tags", ("tag", "labels", "label", "label names", "keywords"), comma_separated, joint=", "
    ),
    Field("phrasings", names(PHRASINGS), one_a_line, joint="\n"),
    Field("source", ("sources", "html url", "url", "link", "reference")),
    Field("status", ("state",), _status),
    Field("owner", ("responsible", "author", "contact")),
    Field(
        "review_by",
        ("review", "review date", "review on", "next review", "valid until"),
        _day,
        lambda day: day.isoformat() if day else "",
    ),
    Field("must_find", ("must be found by",), one_a_line, joint="\n"),
    Field("must_not_find", ("must not be found by",), one_a_line, joint="\n"),
)
"""In the order of the columns that are written."""


def content_of(cells: Mapping[str, str], base: Content) -> Content:
    """Return `base` with the values of cells, given by field; an empty key leaves the old one.

    Raises `InvalidEntry` where a cell cannot be read.
    """
    said: dict[str, Any] = {}
    for field in FIELDS:
        if field.name in cells:
            cell = cells[field.name]
            if isinstance(cell, Unreadable):
                raise InvalidEntry(f"The column for {field.name} contains {cell}, expected text.")
            said[field.name] = field.read(cell)
    if not said.get("key", "").strip():
        said.pop("key", None)
    return replace(base, **said)
