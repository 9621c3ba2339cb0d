"""Why a search found an entry: what each word of the query adds."""

from collections.abc import Sequence
from dataclasses import dataclass

from faq.collection import ReadableCollection
from faq.search.ranking import Ranking
from faq.search.scoring import score
from store import Near
from store.words import words

MOST_WORDS = 40  # of a long query, the first ones


@dataclass(frozen=True, slots=True)
class Carried:
    """A word of a query and what it adds: how much lower an entry scores without it. Below zero
    where the entry scores higher without it."""

    word: str
    adds: float


def carried(
    collection: ReadableCollection, query: str, entry_id: int, ranking: Ranking
) -> list[Carried]:
    """Return what each word of `query` adds to an entry's score, in the order of the query.

    Each word is removed once, and the rests are embedded in one batch. Empty where the query has
    fewer than two words, or the entry is gone. Raises `EmbeddingError`.
    """
    found = list(words(query))[:MOST_WORDS]
    if len(found) < 2:
        return []
    texts = [query, *(query[: word.start()] + query[word.end() :] for word in found)]
    scores = _scores(collection, texts, entry_id, ranking)
    if not scores:
        return []
    whole, *without = scores
    return [Carried(word[0], whole - rest) for word, rest in zip(found, without, strict=True)]


def score_of(collection: ReadableCollection, query: str, entry_id: int, ranking: Ranking) -> float:
    """Return an entry's score for `query` as it was typed; 0 where the entry is gone. Raises
    `EmbeddingError`."""
    return (_scores(collection, [query], entry_id, ranking) or [0.0])[0]


def _scores(
    collection: ReadableCollection, texts: Sequence[str], entry_id: int, ranking: Ranking
) -> list[float]:
    """Return an entry's score for each text; none where it is gone."""
    vectors = collection.embedder.encode_queries(texts, waiting=True)
    resident = collection.resident(Near(vectors))
    place = resident.place_of(entry_id)
    if place is None:
        return []
    scores = score(ranking, resident, vectors, collection.store.words.occurrences(texts)).scores
    found: list[float] = scores[:, place].tolist()
    return found
