"""The collection's own phrasings as queries, each left out of its own search."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedding import Embedder, Vectors
from faq.figures import NONE, Floats, Ids
from faq.ranking import Ranking
from faq.scoring import CELLS_AT_ONCE, LeftOut, score
from store import Occurrences, SearchFilter, Snapshot, Store

MOST_PHRASINGS = 3_000  # more tell no more
ALIKE = 0.999  # the cosine from which on a query is embedded as a phrasing is


@dataclass(frozen=True, slots=True, eq=False)
class Phrasings:
    """Phrasings of published entries, at most `MOST_PHRASINGS` of them chosen by lot, in the
    snapshot's rows `rows`; `vectors` are theirs as queries."""

    snapshot: Snapshot
    rows: NDArray[np.intp]
    vectors: Vectors
    occurrences: list[tuple[Occurrences, ...]]

    @property
    def places(self) -> NDArray[np.intp]:
        """The place of each phrasing's entry in the snapshot."""
        return np.searchsorted(self.snapshot.starts, self.rows, side="right") - 1


@dataclass(frozen=True, slots=True, eq=False)
class LeftOutScores:
    """What left-out phrasings score: with their own entry, minus infinity where it has no other
    phrasing, and with the best of the others; `entry` and `other_entry` are those two's ids."""

    entry: Ids
    own: Floats
    other_entry: Ids
    other: Floats

    def at(self, places: NDArray[np.intp]) -> "LeftOutScores":
        return LeftOutScores(
            self.entry[places], self.own[places], self.other_entry[places], self.other[places]
        )


def drawn_phrasings(store: Store, embedder: Embedder) -> Phrasings:
    """Return phrasings to be left out; the lot is the same each time."""
    snapshot = store.snapshot(fingerprint=embedder.model.fingerprint)
    rows = np.flatnonzero(snapshot.published.repeat(snapshot.sizes))
    if len(rows) > MOST_PHRASINGS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_PHRASINGS, replace=False))
    texts = [str(text) for text in snapshot.texts[rows]]
    vectors = snapshot.vectors[rows]
    if texts and embedder.encode_query(texts[0]) @ vectors[0] < ALIKE:
        vectors = embedder.encode_queries(texts)  # the model has another prompt for queries
    return Phrasings(snapshot, rows, vectors, store.occurrences(texts))


def left_out_scores(ranking: Ranking, phrasings: Phrasings) -> LeftOutScores:
    """Return what each phrasing scores in a ranking."""
    snapshot, places = phrasings.snapshot, phrasings.places
    published = snapshot.passing(SearchFilter())
    own, other = np.empty(len(places)), np.full(len(places), -np.inf)
    other_entry = np.full(len(places), NONE)
    at_once = max(1, CELLS_AT_ONCE // max(1, len(snapshot.texts)))
    for start in range(0, len(places), at_once):
        some = slice(start, start + at_once)
        left_out = LeftOut(phrasings.rows[some], places[some])
        vectors, words = phrasings.vectors[some], phrasings.occurrences[some]
        scores = score(ranking, snapshot, vectors, words, left_out).scores
        queries = np.arange(len(scores))
        own[some] = scores[queries, places[some]]
        scores[queries, places[some]] = -np.inf
        among = scores[:, published]
        nearest = among.argmax(axis=1)
        other[some] = among[queries, nearest]
        other_entry[some] = snapshot.entry_ids[published[nearest]]
    return LeftOutScores(snapshot.entry_ids[places], own, other_entry, other)
