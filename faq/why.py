"""Why a search found an entry: which words of the query carried it."""

from dataclasses import dataclass

import numpy as np

from faq.collection import Collection
from faq.ranking import Ranking
from faq.scoring import score
from faq.words import words

MOST_WORDS = 40  # of a long query, the first ones


@dataclass(frozen=True, slots=True)
class Carried:
    """A word of a query and what it adds: how much lower an entry scores without it. Below zero
    where it was in the way."""

    word: str
    adds: float


def carried(collection: Collection, query: str, entry_id: int, ranking: Ranking) -> list[Carried]:
    """Return what each word of `query` adds to an entry's score, in the order of the query.

    Each word is left out once, and all that is left is embedded in one batch. Empty where the query
    has fewer than two words, or the entry is gone. Raises `EmbeddingError`.
    """
    found = list(words(query))[:MOST_WORDS]
    if len(found) < 2:
        return []
    texts = [query, *(query[: word.start()] + query[word.end() :] for word in found)]
    vectors = collection.embedder.encode_queries(texts)
    snapshot = collection.store.snapshot(fingerprint=collection.embedder.model.fingerprint)
    places = np.flatnonzero(snapshot.entry_ids == entry_id)
    if not len(places):
        return []
    scores = score(ranking, snapshot, vectors, collection.store.occurrences(texts)).scores
    whole, *without = scores[:, places[0]].tolist()
    return [Carried(word[0], whole - rest) for word, rest in zip(found, without, strict=True)]
