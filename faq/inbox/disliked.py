"""Disliked: answers with a thumb down."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from faq.inbox.items import counted, key, present
from store import Entry, LoggedQuery, QueryFilter, Store, normalised

MOST_THUMBS = 2_000  # the newest thumbs that are looked at


@dataclass(frozen=True, slots=True)
class Dislike:
    """A question and the entry that answered it badly, as it is now; how often, when last, the last
    one's id in the log, and what people missed, newest first."""

    question: str
    entry: Entry
    count: int
    last_at: datetime
    last_id: int
    missing: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of a dismissal: it stays away for good."""
        return key("disliked", normalised(self.question), self.entry.id)

    @property
    def done_key(self) -> str:
        """The key once it is done: it comes back when it is disliked again."""
        return key("disliked", normalised(self.question), self.entry.id, self.last_id)


def disliked(store: Store, dismissed: Set[str]) -> list[Dislike]:
    """Return the disliked answers that are neither dismissed nor done, the newest first; of deleted
    entries, none."""
    logged = store.log.page(MOST_THUMBS, QueryFilter(thumb=-1)).queries
    entries = present(store, [query.entry_id for query in logged if query.entry_id])
    missed: dict[tuple[str, int | None], dict[str, None]] = {}
    for query in logged:
        if query.missing:
            missed.setdefault(_asked(query), {})[query.missing] = None
    found = [
        Dislike(
            newest.text.strip(),
            entry,
            count,
            newest.at,
            newest.id or 0,
            tuple(missed.get(_asked(newest), ())),
        )
        for newest, count in counted(logged, _asked)
        if (entry := entries.get(newest.entry_id or 0))
    ]
    return [one for one in found if not {one.key, one.done_key} & dismissed]


def _asked(query: LoggedQuery) -> tuple[str, int | None]:
    return normalised(query.text), query.entry_id
