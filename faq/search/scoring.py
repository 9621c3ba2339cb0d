"""The one ranking: every entry of a collection against queries, scored exactly from its vectors and
words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faq.search.asked import Asked
from faq.search.ranking import Ranking, Scored
from store import Occurrences, Resident, SearchFilter, Span
from store.resident import Rows

Scores = NDArray[np.float32]  # row q, column p: query q against the entry at place p
Indices = NDArray[np.intp]

MOST_AGREEING = 5  # phrasings whose mean is the view "best five"
SATURATION = 1.2  # BM25's k1: how soon a repeated word adds nothing more
CELLS_AT_ONCE = 1 << 22  # queries x phrasings or passages: 16 MB of float32
SAME = 1e-6  # scores are rounded to six places: float32 carries no more, and equal texts must tie


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """Some queries against every entry, each in one form or several: the best one counts.

    `scores` are `(queries, entries)`. Query q has the forms from `firsts[q]` on; `cosines` are
    `(forms, phrasings)`, `keywords` and `of_forms` are `(forms, entries)`. Entries without
    phrasings score minus infinity.
    """

    resident: Resident
    firsts: Indices
    cosines: Scores
    keywords: Scores | None
    of_forms: Scores
    scores: Scores

    def best(self, k: int, places: Indices) -> Iterator[list[Scored]]:
        """Yield for each query its `k` best entries among those at `places`, best first, ties by
        id."""
        for query, every in enumerate(self.scores):
            scores = every if len(places) == len(every) else every[places]
            columns = np.arange(len(scores))
            if k < len(scores):
                least = np.partition(scores, -k)[-k] - 2 * SAME
                columns = np.flatnonzero(scores >= least)
            rounded = scores[columns].astype(np.float64).round(6)
            order = np.argsort(-rounded, kind="stable")[:k]
            yield [self._scored(query, int(places[columns[i]]), float(rounded[i])) for i in order]

    def _scored(self, query: int, place: int, score: float) -> Scored:
        first, *following = self.firsts[query : query + 2].tolist()
        end = following[0] if following else len(self.of_forms)
        form = int(self.of_forms[first:end, place].argmax())
        rows = self.resident.phrasings.of_place(place)
        cosines = self.cosines[first + form, rows]
        best = int(cosines.argmax())
        return Scored(
            int(self.resident.entry_ids[place]),
            score,
            round(float(cosines[best]), 6),
            self.resident.texts[rows.start + best],
            None if self.keywords is None else round(float(self.keywords[first + form, place]), 6),
            form=form,
        )


def queries_at_once(resident: Resident) -> int:
    """Return how many queries to score at a time, so that the memory for it is bounded."""
    most = max(len(resident.texts), len(resident.answers.vectors))
    return max(1, CELLS_AT_ONCE // max(1, most))


def best_entries(
    ranking: Ranking,
    resident: Resident,
    asked: Asked,
    occurrences: Sequence[Sequence[Occurrences]],
    k: int,
    where: SearchFilter,
) -> list[list[Scored]]:
    """Return for each query the `k` best entries that pass; `occurrences` are those of the words of
    every form."""
    places = resident.passing(where)
    if not len(places):
        return [[] for _ in range(len(asked))]
    found: list[list[Scored]] = []
    for _, forms, some in asked.parts(queries_at_once(resident)):
        words = occurrences[forms]
        scoring = score(ranking, resident, some.vectors, words, firsts=some.firsts)
        best = scoring.best(k, places)
        if not ranking.answers:
            found += best
        else:
            vectors = (some.vectors[first:] for first in some.firsts.tolist())
            found += map(partial(_with_passages, resident), vectors, best)
    return found


def _with_passages(
    resident: Resident, forms: NDArray[np.float32], scored: Sequence[Scored]
) -> list[Scored]:
    """Return entries with the passage of each that is most similar to the form of a query that
    found it; `forms` are the vectors of the query's forms."""
    return [
        replace(one, passage=_best_passage(resident, one.entry_id, forms[one.form]))
        for one in scored
    ]


def _best_passage(resident: Resident, entry_id: int, query: NDArray[np.float32]) -> Span | None:
    place = resident.place_of(entry_id)
    assert place is not None  # it was found
    rows = resident.answers.of_place(place)
    if rows.stop - (rows.start or 0) < 2:
        return None
    start, stop = resident.spans[rows][int((resident.answers.vectors[rows] @ query).argmax())]
    return int(start), int(stop)


def score(
    ranking: Ranking,
    resident: Resident,
    forms: NDArray[np.float32],
    occurrences: Sequence[Sequence[Occurrences]],
    without: Indices | None = None,
    firsts: Indices | None = None,
) -> Scoring:
    """Return queries against every entry, given by the vectors of their forms and the occurrences
    of the words of those. `firsts` are as in `Asked`; None where every query has one form.

    With `without`, form f is the phrasing in row `without[f]`, which counts neither among its
    entry's vectors nor among its words; an entry of that phrasing alone then scores minus infinity.
    """
    firsts = np.arange(len(forms)) if firsts is None else firsts
    cosines, scores = by_meaning(ranking, resident, forms, without)
    keywords = None
    if ranking.keywords:
        own = None if without is None else resident.phrasings.places_of(without)
        keywords = keyword_shares(
            resident.entry_ids, resident.present, occurrences, own, resident.whole
        )
        scores = ranking.mixed(scores, keywords)
    best = best_of_forms(scores, firsts)
    return Scoring(resident, firsts, cosines, keywords, scores, best)


def best_of_forms(scores: Scores, firsts: Indices) -> Scores:
    """Return the best score of each query's forms, `(queries, entries)`."""
    if len(firsts) == len(scores):
        return scores
    best: Scores = np.maximum.reduceat(scores, firsts, axis=0)
    return best


def by_meaning(
    ranking: Ranking,
    resident: Resident,
    queries: NDArray[np.float32],
    without: Indices | None = None,
) -> tuple[Scores, Scores]:
    """Return the cosines of queries with every phrasing, and the scores of every entry from vectors
    alone."""
    rows = resident.phrasings
    if not len(rows.starts):  # then its vectors may have no dimension either
        nothing = np.full((len(queries), len(resident.entry_ids)), -np.inf, np.float32)
        return np.empty((len(queries), 0), np.float32), nothing
    cosines = _products(queries, rows.vectors)
    if without is not None:
        cosines[np.arange(len(queries)), without] = -np.inf
    scores = rows.by_place(_of_phrasings(ranking, rows, cosines, without))
    if ranking.answers and len(resident.answers.starts):
        answers = _products(queries, resident.answers.vectors)
        best = resident.answers.by_place(_best(answers, resident.answers))
        scores = np.where(np.isneginf(best), scores, (scores + best) / 2)
    return cosines, scores


def _products(queries: NDArray[np.float32], vectors: NDArray[np.float32]) -> Scores:
    """Return every query's dot product with every vector."""
    products: Scores
    # For one query, BLAS would start its threads, and wait where others are busy.
    products = (
        np.einsum("ij,kj->ik", queries, vectors) if len(queries) == 1 else queries @ vectors.T
    )
    return products


def _of_phrasings(ranking: Ranking, rows: Rows, cosines: Scores, without: Indices | None) -> Scores:
    """Return the mean of the ranking's views of every block of phrasings, `(queries, blocks)`."""
    if len(rows.starts) == len(rows.vectors) and without is None:
        return cosines  # of a single phrasing, every view is the same
    own = None  # the cells of the blocks whose phrasing is left out
    if without is not None:
        own = np.arange(len(cosines)), np.searchsorted(rows.starts, without, side="right") - 1
    views: list[Scores] = []
    if "best" in ranking.phrasings:
        views.append(_best(cosines, rows))
    if "best five" in ranking.phrasings:
        views.append(_best_five(cosines, rows, own))
    if "centroid" in ranking.phrasings:
        views.append(_centroid(cosines, rows, own))
    mean: Scores = np.mean(views, axis=0, dtype=np.float32)
    return mean


def _best(cosines: Scores, rows: Rows) -> Scores:
    """Return the highest cosine of each block."""
    if len(rows.starts) == len(rows.vectors):
        return cosines
    return np.maximum.reduceat(cosines, rows.starts, axis=1)


def _best_five(cosines: Scores, rows: Rows, own: tuple[Indices, Indices] | None) -> Scores:
    """Return the mean of the best cosines of each block, five of them or as many as it has."""
    missing = np.tile(np.minimum(rows.counts, MOST_AGREEING), (len(cosines), 1))
    if own:
        missing[own] = np.minimum(rows.counts[own[1]] - 1, MOST_AGREEING)
    wanted = missing.copy()
    total = np.zeros(missing.shape, dtype=np.float32)
    remaining = cosines.copy()
    for _ in range(int(wanted.max(initial=0))):  # each time the best are taken away
        best = np.maximum.reduceat(remaining, rows.starts, axis=1)
        is_best = remaining == np.repeat(best, rows.counts, axis=1)
        taken = np.minimum(np.add.reduceat(is_best, rows.starts, axis=1, dtype=int), missing)
        total += np.where(taken, best, 0) * taken
        missing -= taken
        remaining[is_best] = -np.inf
    mean: Scores = np.where(wanted, total / np.maximum(wanted, 1), -np.inf).astype(np.float32)
    return mean


def _centroid(cosines: Scores, rows: Rows, own: tuple[Indices, Indices] | None) -> Scores:
    """Return the cosine of each block's mean vector: the mean cosine over that vector's length."""
    lengths = rows.coherence * rows.counts  # of the sums
    if own is None:
        whole: Scores = np.add.reduceat(cosines, rows.starts, axis=1) / lengths
        return whole.astype(np.float32)
    sums = np.add.reduceat(np.where(np.isfinite(cosines), cosines, 0), rows.starts, axis=1)
    centroids: Scores = sums / lengths
    # |s - v|^2 = |s|^2 - 2 s.v + 1, where s.v is v's cosine to itself and to the others.
    squares = lengths[own[1]] ** 2 - 2 * (sums[own] + 1) + 1
    alone = rows.counts[own[1]] == 1
    centroids[own] = np.where(alone, -np.inf, sums[own] / np.sqrt(np.maximum(squares, 1e-12)))
    return centroids.astype(np.float32)


def keyword_shares(
    entry_ids: NDArray[np.int64],
    present: NDArray[np.bool_],
    occurrences: Sequence[Sequence[Occurrences]],
    own: Indices | None = None,
    whole: int | None = None,
) -> Scores:
    """Return the share of each query's words that each entry contains, from 0 to 1; entries by id,
    those that are not `present` apart. With `own`, query q is a phrasing of the entry at place
    `own[q]`, and counts there itself for nothing. With `whole`, these are candidates among so many
    entries.

    The share is BM25 (Robertson and Zaragoza 2009) over its highest possible value: a word counts
    by its rarity, log(1 + (N - n + .5) / (n + .5)), and by how often the entry has it, t / (t +
    k1). Unlike in BM25, long entries get no lower share: they are long because they have many
    phrasings.
    """
    shares = np.zeros((len(occurrences), len(entry_ids)), dtype=np.float32)
    entries = int(np.count_nonzero(present)) if whole is None else whole
    weights: dict[str, tuple[float, Indices, NDArray[np.integer[Any]]]] = {}
    for query, words in enumerate(occurrences):
        most = 0.0
        for word in words:
            if word.word not in weights:
                places, counts = _places(word, entry_ids, present)
                having = len(places) if whole is None else min(whole, len(word.entry_ids))
                rarity = float(np.log1p((entries - having + 0.5) / (having + 0.5)))
                weights[word.word] = rarity, places, counts
            rarity, places, counts = weights[word.word]
            if own is not None:  # what the phrasing contains itself does not count
                counts = counts - (places == own[query])
            shares[query, places] += rarity * counts / (counts + SATURATION)
            most += rarity
        if most:
            shares[query] /= most
    return shares


def _places(
    word: Occurrences, entry_ids: NDArray[np.int64], present: NDArray[np.bool_]
) -> tuple[Indices, NDArray[np.integer[Any]]]:
    """Return the places of the present entries that contain a word, and how often they do."""
    if not len(entry_ids):
        return np.zeros(0, dtype=np.intp), word.counts[:0]
    first, last = int(entry_ids[0]), int(entry_ids[-1])
    if last - first + 1 == len(entry_ids):  # no id is missing, so each one says its place
        places = word.entry_ids.astype(np.intp) - first
        there = (places >= 0) & (word.entry_ids <= last)
    else:
        places = np.searchsorted(entry_ids, word.entry_ids)
        there = entry_ids[np.minimum(places, len(entry_ids) - 1)] == word.entry_ids
    there[there] &= present[places[there]]
    return places[there], word.counts[there]
