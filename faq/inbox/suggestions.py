"""Suggested phrasings: how people asked for an entry, in words that it does not have yet.

Whether such a wording helps is measured, not guessed. The exam is every phrasing of an entry that
has several, asked as if it were not there (leave one out), and every question with a thumb up. An
exam question is right where its own entry's best remaining phrasing is nearer than every other
entry's; a tie counts as wrong. With a wording added to one entry, this changes for those questions
only that lie near the wording, so the effect on all of them is exact and costs one product of
matrices. Cosines alone are compared, whatever the collection's ranking is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedding import Vectors
from faq.collection import ALIKE, Collection, SearchResult
from faq.inbox.dismissal import key
from faq.inbox.phrasings import Phrasings, read
from faq.inbox.unanswered import wordings
from store import LoggedQuery, QueryFilter, normalised

CLEAR, LEAD = 0.65, 0.1  # an answer is beyond doubt from this cosine on, and this far before others
LOGGED, MOST = 20_000, 500  # logged queries that are looked at, and different wordings of them


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A wording that one entry may take up: how often it was asked, whether somebody liked the
    answer, how many exam questions it would win, and of which entries it would take some."""

    entry_id: int
    text: str
    count: int
    liked: bool
    won: int
    lost: tuple[int, ...]

    @property
    def helps(self) -> bool:
        """Whether figures rise and no neighbour's fall."""
        return self.won > 0 and not self.lost

    @property
    def key(self) -> str:
        """What stands for it in dismissals."""
        return key("suggestions", self.entry_id, normalised(self.text))


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Questions whose entry is known: `owners` `(n,)`, `vectors` `(n, d)`, `texts` as duplicates
    are told, and each one's best cosine with its own entry and with any other, `(n,)`."""

    owners: NDArray[np.int64]
    vectors: Vectors
    texts: NDArray[np.object_]
    own: NDArray[np.float32]
    other: NDArray[np.float32]


def suggestions(collection: Collection) -> list[Suggestion]:
    """Return the wordings that entries could take up, those that help first, then by how often they
    were asked. Raises `EmbeddingError` or `StoreError`."""
    logged = collection.store.recent_queries(LOGGED, QueryFilter(answered=True))
    liked = _liked(logged)
    asked = [one for one in wordings(logged) if not _disliked(one.text, liked)][:MOST]
    results = collection.search_many([one.text for one in asked], k=2)
    chosen = [
        (one, entry_id)
        for one, result in zip(asked, results, strict=True)
        if (entry_id := _learner(result, liked)) is not None
    ]
    if not chosen:
        return []
    phrasings = read(collection)
    exam = _exam(collection, phrasings, liked)
    vectors = collection.embedder.encode_documents([one.text for one, _ in chosen])
    found = [
        Suggestion(
            entry_id,
            one.text,
            one.count,
            liked=liked.get((normalised(one.text), entry_id), 0) > 0,
            won=won,
            lost=lost,
        )
        for (one, entry_id), vector in zip(chosen, vectors, strict=True)
        for won, lost in [effect(exam, normalised(one.text), entry_id, vector)]
    ]
    return sorted(found, key=lambda s: (bool(s.lost), -s.won, -s.count, s.text))


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


def exam_of(
    phrasings: Phrasings,
    left_out: NDArray[np.intp],
    known: Sequence[tuple[int, str, NDArray[np.float32]]],
) -> Exam:
    """Return the exam of the phrasings at these places, each as if it were not there, and of known
    questions, given as entry id, text and vector."""
    owners = np.array([*phrasings.owners[left_out], *(one[0] for one in known)], dtype=np.int64)
    rows = [phrasings.vectors[left_out], *(one[2][np.newaxis] for one in known)]
    vectors = np.concatenate(rows).astype(np.float32, copy=False)
    own = np.full(len(owners), -1, dtype=np.float32)
    other = own.copy()
    for start in range(0, len(owners), phrasings.rows_at_once):
        part = slice(start, start + phrasings.rows_at_once)
        cosines = (vectors[part] @ phrasings.vectors.T).round(6)
        cosines[:, ~phrasings.published] = -1
        places = left_out[part]
        cosines[np.arange(len(places)), places] = -1
        mine = owners[part][:, np.newaxis] == phrasings.owners
        own[part] = np.where(mine, cosines, -1).max(axis=1, initial=-1)
        other[part] = np.where(mine, -1, cosines).max(axis=1, initial=-1)
    texts = [normalised(phrasings.texts[place]) for place in left_out]
    return Exam(owners, vectors, np.array([*texts, *(one[1] for one in known)], object), own, other)


def effect(
    exam: Exam, text: str, entry_id: int, vector: NDArray[np.float32]
) -> tuple[int, tuple[int, ...]]:
    """Return how many exam questions would become right if an entry had this phrasing, and the
    entries that would lose one; the wording itself is no question of the exam."""
    cosines = (exam.vectors @ vector).round(6)
    mine = (exam.owners == entry_id) & (exam.texts != text)
    others = (exam.owners != entry_id) & (exam.texts != text)
    right = exam.own > exam.other
    won = mine & ~right & (np.maximum(exam.own, cosines) > exam.other)
    lost = others & right & (cosines >= exam.own)
    return int(won.sum()), tuple(np.unique(exam.owners[lost]).tolist())
