"""What of an entry stands in files: a column each, by the field's name, both ways."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from faq.content import InvalidEntry, comma_separated, one_a_line
from faq.transfer.table import Unreadable
from store import Content, Status


class Reading(NamedTuple):
    """How a field is read from a cell and written into one. With `joint`, it is several texts that
    stand in one cell so parted."""

    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    joint: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of `Content`, its column, and what other programs call that, in lower case."""

    name: str
    reading: Reading
    also: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        return self.reading.joint is not None

    def value(self, content: Content) -> str | tuple[str, ...]:
        """Return what stands in the field, several texts each by itself."""
        value = getattr(content, self.name)
        return tuple(value) if self.several else self.reading.write(value)

    def cell(self, content: Content) -> str:
        """Return what stands in the field, as one text."""
        value = self.value(content)
        return value if isinstance(value, str) else (self.reading.joint or "").join(value)


def _status(cell: str) -> Status:
    status = cell.strip().lower() or Status.PUBLISHED.value
    if status not in list(Status):
        raise InvalidEntry(f"The status is {status[:30]!r}, expected {', '.join(Status)}.")
    return Status(status)


def _day(cell: str) -> date | None:
    day = cell.strip()
    try:
        # A spreadsheet may have made a moment of it.
        return date.fromisoformat(day[:10]) if day else None
    except ValueError:
        raise InvalidEntry(
            f"The day to review it by is {day[:30]!r}, expected one as 2026-12-31."
        ) from None


TEXT = Reading(str, lambda text: text or "")
LINES = Reading(one_a_line, joint="\n")
COMMAS = Reading(comma_separated, joint=", ")
STATUS = Reading(_status)
DAY = Reading(_day, lambda day: day.isoformat() if day else "")

FIELDS = (
    Field("key", TEXT, ("external key", "external id", "slug")),
    Field("question", TEXT, ("questions", "title", "prompt", "faq", "q", "subject")),
    Field("answer", TEXT, ("answers", "response", "reply", "a", "body", "text", "content")),
    Field("category", TEXT, ("categories", "topic", "group", "section", "theme")),
    Field("tags", COMMAS, ("tag", "labels", "keywords")),
    Field(
        "phrasings",
        LINES,
        (
            "other ways of asking",
            "alternatives",
            "variants",
            "synonyms",
            "paraphrases",
            "utterances",
        ),
    ),
    Field("source", TEXT, ("sources", "url", "link", "reference")),
    Field("status", STATUS, ("state",)),
    Field("owner", TEXT, ("responsible", "author", "contact")),
    Field("review_by", DAY, ("review", "review date", "review on", "next review", "valid until")),
    Field("must_find", LINES, ("must be found by",)),
    Field("must_not_find", LINES, ("must not be found by",)),
)
"""In the order of the columns that are written."""


def content_of(cells: Mapping[str, str], base: Content) -> Content:
    """Return `base` with everything that cells say, given by field.

    A cell that names no key takes none away. Raises `InvalidEntry` where a cell cannot be read.
    """
    said: dict[str, Any] = {}
    for field in FIELDS:
        if field.name in cells:
            cell = cells[field.name]
            if isinstance(cell, Unreadable):
                raise InvalidEntry(f"The column for {field.name} holds {cell}, expected text.")
            said[field.name] = field.reading.read(cell)
    if not said.get("key", "").strip():
        said.pop("key", None)
    return replace(base, **said)
