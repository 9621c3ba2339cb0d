"""Unwritten: entries that readers find, and that have no answer yet."""

from collections.abc import Set
from dataclasses import dataclass

from faq.inbox.items import key
from store import Entry, EntryFilter, ReadableStore, Status

SHOWN = 5  # entries, the newest


@dataclass(frozen=True, slots=True)
class Unwritten:
    """How many published entries have no answer, and the newest of them, newest first."""

    total: int
    entries: tuple[Entry, ...]

    @property
    def key(self) -> str:
        """The key of a dismissal: it comes back when a newer entry has no answer."""
        return key("unwritten", self.entries[0].id)


def unwritten(store: ReadableStore, dismissed: Set[str]) -> list[Unwritten]:
    """Return what there is to write, as one item; nothing where it was dismissed."""
    where = EntryFilter(status=Status.PUBLISHED, without_answer=True)
    page = store.entries.page(where, descending=True, limit=SHOWN)
    found = [Unwritten(page.total, tuple(page.entries))] if page.total else []
    return [one for one in found if one.key not in dismissed]
