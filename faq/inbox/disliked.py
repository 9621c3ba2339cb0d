"""Disliked: answers to which somebody gave a thumb down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from faq.inbox.dismissal import key
from store import LoggedQuery, QueryFilter, Store, normalised

MOST = 2_000  # the newest thumbs that are looked at


@dataclass(frozen=True, slots=True)
class Dislike:
    """A question and the entry that answered it badly; how often, when last, and the last one's id
    in the log."""

    question: str
    entry_id: int
    count: int
    last_at: datetime
    last_id: int

    @property
    def key(self) -> str:
        """What stands for it in dismissals: it stays away for good."""
        return key("disliked", normalised(self.question), self.entry_id)

    @property
    def done_key(self) -> str:
        """What stands for it once it was dealt with: it comes back when it is disliked again."""
        return key("disliked", normalised(self.question), self.entry_id, self.last_id)


def disliked(store: Store, dismissed: frozenset[str]) -> list[Dislike]:
    """Return the disliked answers that nobody dealt with, the newest first; of entries that are
    gone, none."""
    logged = store.recent_queries(MOST, QueryFilter(thumb=-1))
    found = [
        one
        for one in dislikes(logged)
        if one.key not in dismissed and one.done_key not in dismissed
    ]
    standing = {e.id for e in store.get([one.entry_id for one in found]) if not e.deleted}
    return [one for one in found if one.entry_id in standing]


def dislikes(logged: Sequence[LoggedQuery]) -> list[Dislike]:
    """Return logged queries, given newest first, by question and entry."""
    counts: dict[tuple[str, int], int] = {}
    newest: dict[tuple[str, int], LoggedQuery] = {}
    for query in logged:
        if query.entry_id is not None:
            same = (normalised(query.text), query.entry_id)
            counts[same] = counts.get(same, 0) + 1
            newest.setdefault(same, query)
    return [
        Dislike(query.text.strip(), entry_id, counts[text, entry_id], query.at, query.id or 0)
        for (text, entry_id), query in newest.items()
    ]
