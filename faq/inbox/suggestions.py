"""Suggested phrasings: what readers suggest, and how people asked for an entry, in words that it
does not have yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from faq import query_log
from faq.collection import ALIKE, Collection, SearchResult
from faq.content import validated
from faq.inbox.dismissal import key
from faq.inbox.exam import Exam, effect, exam_of
from faq.inbox.phrasings import Phrasings, read
from faq.inbox.unanswered import wordings
from store import (
    Content,
    Entry,
    LoggedQuery,
    QueryFilter,
    SuggestedPhrasing,
    UnknownEntry,
    normalised,
)

CLEAR, LEAD = 0.65, 0.1  # an answer is beyond doubt from this cosine on, and this far before others
LOGGED, MOST = 20_000, 500  # logged queries that are looked at, and different wordings of them


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A wording that one entry may take up: the reader's suggestion where it is one, else how often
    it was asked, and whether somebody liked the answer; how many exam questions it would win, and
    of which entries it would take some."""

    entry_id: int
    text: str
    suggested: SuggestedPhrasing | None = None
    count: int = 0
    liked: bool = False
    won: int = 0
    lost: tuple[int, ...] = ()

    @property
    def helps(self) -> bool:
        """Whether figures rise and no neighbour's fall."""
        return self.won > 0 and not self.lost

    @property
    def key(self) -> str:
        """What stands for it in dismissals, whoever brought it up."""
        return key("suggestions", self.entry_id, normalised(self.text))


def suggest(collection: Collection, entry_id: int, wording: str) -> Entry:
    """Suggest to whoever edits the collection that an entry takes up a wording; return the entry.

    Nothing is kept where that was dismissed before. Who suggests it is kept only where the query
    log keeps names. Raises `UnknownEntry`, `InvalidEntry` or `StoreError`.
    """
    entry = collection.get(entry_id)
    if entry is None:
        raise UnknownEntry("This entry is not there any more. Choose another one.")
    text = validated(Content(" ".join(wording.split()))).question
    if Suggestion(entry_id, text).key not in collection.store.dismissed():
        name = collection.actor if query_log.policy(collection.store).names else ""
        collection.store.suggest(SuggestedPhrasing(text, entry_id, datetime.now(UTC), name))
    return entry


def suggestions(collection: Collection) -> list[Suggestion]:
    """Return the wordings that entries could take up: what readers suggest first, then those that
    help, then by how often they were asked. Raises `EmbeddingError` or `StoreError`."""
    logged = collection.store.recent_queries(LOGGED, QueryFilter(answered=True))
    liked = _liked(logged)
    by_key = {one.key: one for one in _asked(collection, logged, liked)}
    by_key |= {one.key: one for one in _suggested(collection)}
    if not by_key:
        return []
    chosen = list(by_key.values())
    exam = _exam(collection, read(collection), liked)
    vectors = collection.embedder.encode_documents([one.text for one in chosen])
    found = [
        replace(one, won=won, lost=lost)
        for one, vector in zip(chosen, vectors, strict=True)
        for won, lost in [effect(exam, normalised(one.text), one.entry_id, vector)]
    ]
    return sorted(
        found, key=lambda s: (s.suggested is None, bool(s.lost), -s.won, -s.count, s.text)
    )


def _suggested(collection: Collection) -> list[Suggestion]:
    waiting = collection.store.suggestions(MOST)
    return [Suggestion(one.entry_id, one.text, suggested=one) for one in waiting]


Liked = dict[tuple[str, int], int]  # normalised question and entry -> thumbs up less thumbs down


def _liked(logged: Sequence[LoggedQuery]) -> Liked:
    liked: Liked = {}
    for query in logged:
        if query.thumb and query.entry_id is not None:
            same = (normalised(query.text), query.entry_id)
            liked[same] = liked.get(same, 0) + query.thumb
    return liked


def _disliked(text: str, liked: Liked) -> bool:
    same = normalised(text)
    return any(thumbs < 0 for (asked, _), thumbs in liked.items() if asked == same)


def _asked(collection: Collection, logged: Sequence[LoggedQuery], liked: Liked) -> list[Suggestion]:
    asked = [one for one in wordings(logged) if not _disliked(one.text, liked)][:MOST]
    results = collection.search_many([one.text for one in asked], k=2)
    return [
        Suggestion(
            entry_id,
            one.text,
            count=one.count,
            liked=liked.get((normalised(one.text), entry_id), 0) > 0,
        )
        for one, result in zip(asked, results, strict=True)
        if (entry_id := _learner(result, liked)) is not None
    ]


def _learner(result: SearchResult, liked: Liked) -> int | None:
    """Return the entry that should take the wording up; None where that is in doubt, or where it
    has one so near that nothing is to be won."""
    if not result.answered:
        return None
    best, *others = result.matches
    cosine = best.cosine or 0.0
    lead = cosine - max((match.cosine or 0.0 for match in others), default=0.0)
    sure = liked.get((normalised(result.query), best.entry.id), 0) > 0
    clear = cosine >= CLEAR and lead >= LEAD
    return best.entry.id if (sure or clear) and cosine < ALIKE else None


def _exam(collection: Collection, phrasings: Phrasings, liked: Liked) -> Exam:
    owners, published = phrasings.owners, phrasings.published
    _, places, sizes = np.unique(owners, return_inverse=True, return_counts=True)
    several = np.flatnonzero((sizes[places] > 1) & published)
    standing = set(owners[published].tolist())
    known = [same for same, thumbs in liked.items() if thumbs > 0 and same[1] in standing]
    asked = collection.embedder.encode_queries([text for text, _ in known])
    return exam_of(
        phrasings,
        several,
        [(entry_id, text, vector) for (text, entry_id), vector in zip(known, asked, strict=True)],
    )
