"""Suggested phrasings: wordings that an entry does not have yet, which readers suggest or people
asked; and entries that learn them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from embedding import Vector, Vectors
from faq import query_log
from faq.collection import Collection, ReadableCollection, SearchResult
from faq.content import validated
from faq.evaluation.asking import Queries, ask
from faq.evaluation.figures import Evaluation
from faq.inbox.items import LOGGED, dismissed, existing, key, wordings
from faq.search.asked import Asked
from faq.search.ranking import COSINE
from store import (
    Content,
    Entry,
    LoggedQuery,
    QueryFilter,
    Resident,
    SuggestedPhrasing,
    Words,
    normalised,
)

CLEAR, LEAD = 0.65, 0.1  # an answer is beyond doubt from this cosine on, and this far before others
MOST_WORDINGS = 500  # that are looked at, and suggestions of readers


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A wording that an entry may learn: the reader's suggestion where it is one, else how often it
    was asked and whether somebody liked the answer; how many exam questions the entry would win,
    and from which entries it would take some."""

    entry_id: int
    text: str
    suggested: SuggestedPhrasing | None = None
    count: int = 0
    liked: bool = False
    won: int = 0
    lost: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The key of its dismissal, whoever brought it up."""
        return key("suggestions", self.entry_id, normalised(self.text))


@dataclass(frozen=True, slots=True)
class Learned:
    """An entry as it is now, and the phrasings that it did not have before."""

    entry: Entry
    phrasings: tuple[str, ...]


def learn(collection: Collection, entry_id: int, wordings: Sequence[str]) -> Learned:
    """Add wordings to an entry's phrasings, except those that it has already.

    Raises `UnknownEntry`, `InvalidEntry` or `StaleEdit`.
    """
    entry = existing(collection, entry_id)
    known = {normalised(text) for text in entry.content.ways_of_asking}
    lines = [" ".join(text.split()) for text in wordings]
    new = tuple(dict.fromkeys(text for text in lines if normalised(text) not in known))
    content = replace(entry.content, phrasings=(*entry.content.phrasings, *new))
    return Learned(collection.edit(entry, content), new)


def unlearn(collection: Collection, learned: Learned) -> None:
    """Remove those phrasings again, whatever else was changed since."""
    entry = existing(collection, learned.entry.id)
    kept = tuple(text for text in entry.content.phrasings if text not in learned.phrasings)
    collection.edit(entry, replace(entry.content, phrasings=kept))


def suggest(collection: ReadableCollection, entry_id: int, wording: str) -> Entry:
    """Suggest to whoever edits the collection that an entry learns a wording; return the entry.

    Nothing is kept where that was dismissed before. Who suggests it is kept only where the query
    log keeps names. Raises `UnknownEntry`, `InvalidEntry` or `StoreError`.
    """
    entry = existing(collection, entry_id)
    text = validated(Content(" ".join(wording.split()))).question
    if Suggestion(entry_id, text).key not in dismissed(collection.store):
        name = collection.actor if query_log.policy(collection.state).names else ""
        collection.store.log.suggest(SuggestedPhrasing(text, entry_id, datetime.now(UTC), name))
    return entry


def suggestions(collection: Collection) -> list[Suggestion]:
    """Return the wordings that entries could learn: what readers suggest first, then those that
    help, then by how often they were asked. Raises `EmbeddingError` or `StoreError`."""
    logged = collection.store.log.page(LOGGED, QueryFilter(answered=True)).queries
    liked = _liked(logged)
    by_key = {one.key: one for one in _asked(collection, logged, liked)}
    for one in collection.store.log.suggestions(MOST_WORDINGS):
        suggestion = Suggestion(one.entry_id, one.text, suggested=one)
        by_key[suggestion.key] = suggestion
    if not by_key:
        return []
    chosen = list(by_key.values())
    exam = _exam(collection, liked)
    vectors = collection.embedder.encode_documents([one.text for one in chosen])
    found = []
    for wording, vector in zip(chosen, vectors, strict=True):
        won, lost = exam.effect(wording.text, wording.entry_id, vector)
        found.append(replace(wording, won=won, lost=lost))
    found.sort(key=lambda s: (s.suggested is None, bool(s.lost), -s.won, -s.count, s.text))
    return found


Liked = Counter[tuple[str, int]]  # thumbs up less thumbs down of a normalised question and entry


def _liked(logged: Sequence[LoggedQuery]) -> Liked:
    liked: Liked = Counter()
    for query in logged:
        if query.thumb and query.entry_id is not None:
            liked[normalised(query.text), query.entry_id] += query.thumb
    return liked


def _asked(collection: Collection, logged: Sequence[LoggedQuery], liked: Liked) -> list[Suggestion]:
    disliked = {text for (text, _), thumbs in liked.items() if thumbs < 0}
    asked = [one for one in wordings(logged) if normalised(one.text) not in disliked]
    asked = asked[:MOST_WORDINGS]
    results = collection.search_many([one.text for one in asked], k=2)
    least = collection.least_similar()
    return [
        Suggestion(
            entry_id,
            one.text,
            count=one.count,
            liked=liked[normalised(one.text), entry_id] > 0,
        )
        for one, result in zip(asked, results, strict=True)
        if (entry_id := _learner(result, liked, least)) is not None
    ]


def _learner(result: SearchResult, liked: Liked, least_similar: float) -> int | None:
    """Return the entry that should learn the wording; None where that is in doubt, or where it has
    one so similar that nothing is won. A mistyped wording is none to learn."""
    if not result.answered or result.matches[0].form != result.query:
        return None
    best, *others = result.matches
    cosine = best.cosine or 0.0
    lead = cosine - max((match.cosine or 0.0 for match in others), default=0.0)
    sure = liked[normalised(result.query), best.entry.id] > 0
    clear = cosine >= CLEAR and lead >= LEAD
    return best.entry.id if (sure or clear) and cosine < least_similar else None


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """The exam of a new phrasing: would it help its entry, and take nothing from others?

    The questions, their texts normalised, are every phrasing of an entry that has several,
    leave-one-out, and every question with a thumb up. One is right where the cosine of its own
    entry is higher than every other; a tie counts as wrong. The effect of a new phrasing on all of
    them is exact, and costs one product of matrices.
    """

    asked: Evaluation
    vectors: Vectors

    def effect(self, text: str, entry_id: int, vector: Vector) -> tuple[int, tuple[int, ...]]:
        """Return how many questions would become right if an entry had this phrasing, and the
        entries that would lose one; the phrasing itself is no question of the exam."""
        asked, cosines = self.asked, (self.vectors @ vector).astype(np.float64).round(6)
        counts = asked.texts != normalised(text)
        mine, right = asked.right == entry_id, asked.own > asked.other
        won = counts & mine & ~right & (np.maximum(asked.own, cosines) > asked.other)
        lost = counts & ~mine & right & (cosines >= asked.own)
        return int(won.sum()), tuple(np.unique(asked.right[lost]).tolist())


def exam_of(words: Words, resident: Resident, liked: Queries) -> Exam:
    """Return the exam of a collection, `liked` being the questions with a thumb up."""
    rows = resident.phrasings.by_entry()
    places = resident.phrasings.places_of(rows)
    rows = rows[resident.published[places] & (resident.phrasings.sizes[places] > 1)]
    phrasings = Queries(
        Asked.as_typed(
            [normalised(resident.texts[row]) for row in rows.tolist()],
            resident.phrasings.vectors[rows],
        ),
        resident.entry_ids[resident.phrasings.places_of(rows)],
        rows,
    )
    [asked], [others] = (ask(words, resident, some, [COSINE]) for some in (phrasings, liked))
    return Exam(
        asked.joined(others), np.concatenate([phrasings.asked.vectors, liked.asked.vectors])
    )


def _exam(collection: Collection, liked: Liked) -> Exam:
    resident = collection.resident()
    published = set(resident.entry_ids[resident.published].tolist())
    known = [same for same, thumbs in liked.items() if thumbs > 0 and same[1] in published]
    texts = [text for text, _ in known]
    questions = Queries(
        Asked.as_typed(texts, collection.embedder.encode_queries(texts)),
        np.array([entry_id for _, entry_id in known], dtype=np.int64),
    )
    return exam_of(collection.store.words, resident, questions)
