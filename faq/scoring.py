"""Every entry of a collection against queries, scored exactly from its vectors and words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.ranking import Ranking, Scored
from store import Occurrences, SearchFilter, Snapshot

Scores = NDArray[np.float32]  # row q, column e: query q against the entry at place e

MOST_AGREEING = 5  # phrasings whose mean is the view "best five"
SATURATION = 1.2  # BM25's k1: how soon a word that comes again says nothing more
CELLS_AT_ONCE = 1 << 22  # queries x phrasings: 16 MB of float32


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Queries that are phrasings of the collection, and not to be found by themselves: query q is
    the phrasing in row `rows[q]` of the snapshot's entry at place `places[q]`."""

    rows: NDArray[np.intp]
    places: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """Some queries against every entry of a snapshot: `scores` and `keywords` are
    `(queries, entries)`, `cosines` are `(queries, phrasings)`."""

    snapshot: Snapshot
    cosines: Scores
    keywords: Scores | None
    scores: Scores

    def best(self, k: int, places: NDArray[np.intp]) -> Iterator[list[Scored]]:
        """Yield for each query its `k` best entries among those at `places`, best first, ties by
        id."""
        # To six places: float32 carries no more, and equal texts must tie.
        rounded = self.scores[:, places].astype(np.float64).round(6)
        for query, row in enumerate(rounded):
            at_least = np.partition(row, -k)[-k] if k < len(row) else -np.inf
            columns = np.flatnonzero(row >= at_least)
            columns = columns[np.argsort(-row[columns], kind="stable")[:k]]
            yield [self._scored(query, int(places[c]), float(row[c])) for c in columns]

    def _scored(self, query: int, place: int, score: float) -> Scored:
        start = self.snapshot.starts[place]
        cosines = self.cosines[query, start : start + self.snapshot.sizes[place]]
        best = int(cosines.argmax())
        return Scored(
            int(self.snapshot.entry_ids[place]),
            score,
            round(float(cosines[best]), 6),
            str(self.snapshot.texts[start + best]),
            None if self.keywords is None else round(float(self.keywords[query, place]), 6),
        )


def best_entries(
    ranking: Ranking,
    snapshot: Snapshot,
    queries: NDArray[np.float32],
    occurrences: Sequence[Sequence[Occurrences]],
    k: int,
    where: SearchFilter,
) -> list[list[Scored]]:
    """Return for each query, by its vector and its words' occurrences, the `k` best entries that
    pass."""
    places = snapshot.passing(where)
    if not len(places):
        return [[] for _ in queries]
    at_once = max(1, CELLS_AT_ONCE // len(snapshot.texts))
    found: list[list[Scored]] = []
    for start in range(0, len(queries), at_once):
        some = slice(start, start + at_once)
        found += score(ranking, snapshot, queries[some], occurrences[some]).best(k, places)
    return found


def score(
    ranking: Ranking,
    snapshot: Snapshot,
    queries: NDArray[np.float32],
    occurrences: Sequence[Sequence[Occurrences]],
    left_out: LeftOut | None = None,
) -> Scoring:
    """Return queries, by their vectors and their words' occurrences, against every entry.

    With `left_out`, each query's own phrasing counts neither among its entry's vectors nor among
    its words; an entry of that phrasing alone then scores minus infinity.
    """
    cosines, scores = by_meaning(ranking, snapshot, queries, left_out)
    if not ranking.keywords:
        return Scoring(snapshot, cosines, None, scores)
    keywords = keyword_shares(snapshot.entry_ids, occurrences, left_out)
    return Scoring(snapshot, cosines, keywords, with_words(ranking, scores, keywords))


def by_meaning(
    ranking: Ranking,
    snapshot: Snapshot,
    queries: NDArray[np.float32],
    left_out: LeftOut | None = None,
) -> tuple[Scores, Scores]:
    """Return the cosines of queries with every phrasing, and what vectors alone make every entry
    score."""
    cosines = _products(queries, snapshot.vectors)
    sizes = np.broadcast_to(snapshot.sizes, (len(queries), len(snapshot.entry_ids)))
    if left_out is not None:
        own = np.arange(len(queries)), left_out.places
        cosines[own[0], left_out.rows] = -np.inf
        sizes = sizes.copy()
        sizes[own] -= 1
    views: list[Scores] = []
    if "best" in ranking.phrasings:
        views.append(np.maximum.reduceat(cosines, snapshot.starts, axis=1))
    if "best five" in ranking.phrasings:
        views.append(_best_five(cosines, snapshot, sizes))
    if "centroid" in ranking.phrasings:
        views.append(_centroid(cosines, snapshot, sizes, left_out))
    scores: Scores = np.mean(views, axis=0, dtype=np.float32)
    if ranking.answers and len(snapshot.answered):
        answers = _products(queries, snapshot.answers)
        scores[:, snapshot.answered] = (scores[:, snapshot.answered] + answers) / 2
    return cosines, scores


def with_words(ranking: Ranking, scores: Scores, keywords: Scores) -> Scores:
    """Return scores by meaning with the words' share in them."""
    return scores * np.float32(1 - ranking.keywords) + keywords * np.float32(ranking.keywords)


def _products(queries: NDArray[np.float32], vectors: NDArray[np.float32]) -> Scores:
    """Return every query's dot product with every vector."""
    if len(queries) == 1:  # BLAS would wake its threads for that, and wait where others are busy
        products: Scores = np.einsum("ij,kj->ik", queries, vectors)
    else:
        products = queries @ vectors.T
    return products


def _best_five(cosines: Scores, snapshot: Snapshot, sizes: NDArray[np.intp]) -> Scores:
    """Return the mean of the best cosines of each entry, five of them or as many as it has."""
    wanted = np.minimum(sizes, MOST_AGREEING)
    lacking = wanted.copy()
    total = np.zeros(lacking.shape, dtype=np.float32)
    remaining = cosines.copy()
    for _ in range(int(wanted.max(initial=0))):  # each time the best are taken away
        best = np.maximum.reduceat(remaining, snapshot.starts, axis=1)
        is_best = remaining == np.repeat(best, snapshot.sizes, axis=1)
        taken = np.minimum(np.add.reduceat(is_best, snapshot.starts, axis=1, dtype=int), lacking)
        total += np.where(taken, best, 0) * taken
        lacking -= taken
        remaining[is_best] = -np.inf
    mean: Scores = np.where(wanted, total / np.maximum(wanted, 1), -np.inf).astype(np.float32)
    return mean


def _centroid(
    cosines: Scores, snapshot: Snapshot, sizes: NDArray[np.intp], left_out: LeftOut | None
) -> Scores:
    """Return the cosine of each entry's mean vector: the mean cosine over that vector's length."""
    lengths = snapshot.coherence * snapshot.sizes  # of the sums
    if left_out is None:
        whole: Scores = np.add.reduceat(cosines, snapshot.starts, axis=1) / lengths
        return whole.astype(np.float32)
    own = np.arange(len(cosines)), left_out.places
    sums = np.add.reduceat(np.where(np.isfinite(cosines), cosines, 0), snapshot.starts, axis=1)
    centroids: Scores = sums / lengths
    # |s - v|^2 = |s|^2 - 2 s.v + 1, where s.v is v's cosine to itself and to the others.
    squares = lengths[left_out.places] ** 2 - 2 * (sums[own] + 1) + 1
    alone = sizes[own] == 0
    centroids[own] = np.where(alone, -np.inf, sums[own] / np.sqrt(np.maximum(squares, 1e-12)))
    return centroids.astype(np.float32)


def keyword_shares(
    entry_ids: NDArray[np.int64],
    occurrences: Sequence[Sequence[Occurrences]],
    left_out: LeftOut | None = None,
) -> Scores:
    """Return the share of each query's words that each entry holds, from 0 to 1; entries by id.

    The share is BM25 (Robertson and Zaragoza 2009) over the most that it could come to: a word
    counts by its rarity, log(1 + (N - n + .5) / (n + .5)), and by how often the entry has it,
    t / (t + k1). Unlike BM25, long entries are not marked down: theirs is not wordiness, but many
    ways of asking.
    """
    shares = np.zeros((len(occurrences), len(entry_ids)), dtype=np.float32)
    weights: dict[str, tuple[float, NDArray[np.intp], NDArray[np.int64]]] = {}
    for query, words in enumerate(occurrences):
        most = 0.0
        own = None if left_out is None else int(left_out.places[query])
        for word in words:
            if word.word not in weights:
                weights[word.word] = _weight(word, entry_ids)
            rarity, places, counts = weights[word.word]
            if own is not None:  # what it holds itself does not count
                counts = counts - (places == own)
            shares[query, places] += rarity * counts / (counts + SATURATION)
            most += rarity
        if most:
            shares[query] /= most
    return shares


def _weight(
    word: Occurrences, entry_ids: NDArray[np.int64]
) -> tuple[float, NDArray[np.intp], NDArray[np.int64]]:
    """Return a word's rarity, and at which places it stands how often."""
    entries = len(entry_ids)
    places = np.searchsorted(entry_ids, word.entry_ids)
    there = entry_ids[np.minimum(places, entries - 1)] == word.entry_ids
    holding = int(there.sum())
    rarity = float(np.log1p((entries - holding + 0.5) / (holding + 0.5)))
    return rarity, places[there], word.counts[there]
