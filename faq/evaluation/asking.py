"""Asking queries with a known answer in a ranking: labelled ones, or the collection's own phrasings
with each one left out of its own search (leave-one-out)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from faq.collection import Collection
from faq.evaluation.figures import (
    NONE,
    Floats,
    Ids,
    accuracy,
    auroc,
    best_threshold,
    hit_at,
    interval,
    mcc,
    mrr_at,
    ndcg_at,
    resampled,
)
from faq.evaluation.queries import LabelledQuery
from faq.ranking import Ranking
from faq.scoring import CELLS_AT_ONCE, LeftOut, score
from store import SearchFilter

MATCHES = 10  # as deep as any figure looks
NOTHING = -1.0  # the score where no entry was found: no cosine is lower
QUERIES_AT_ONCE = 256
MOST_PHRASINGS = 3_000  # more say no more
SAME_VECTOR = 0.999  # the cosine from which on a query is embedded as a phrasing is
OUT_OF_SCOPE = 0.2  # the share of queries that no entry answers, where only phrasings are asked
CURVE_POINTS = 50

Report = Callable[[int, int | None], None]
"""Is called with how much is done, of how much: None where that is not known yet."""


def ignore(done: int, total: int | None) -> None:
    """Where nobody looks at the progress."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What retrieval is worth: the first four over queries in scope; how well the best score
    separates those from the others; and how well what was answered, the entry or none, agrees with
    what is right. None where there are no such queries."""

    hit_at_1: float | None
    hit_at_5: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None
    auroc: float | None
    mcc: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95 % confidence interval; None where the resamples gave none."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Queries asked in a ranking, row q of each array being query q."""

    ranking: Ranking
    texts: NDArray[np.object_]

    def at(self, places: NDArray[np.intp]) -> Self:
        """Return the same of the queries at some places."""
        some: dict[str, Any] = {name: getattr(self, name)[places] for name in self._arrays()}
        return replace(self, **some)

    def joined(self, others: Self) -> Self:
        """Return the same of these queries and others."""
        both: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(others, name)])
            for name in self._arrays()
        }
        return replace(self, **both)

    def _arrays(self) -> list[str]:
        return [field.name for field in fields(self) if field.name != "ranking"]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation(_Asked):
    """Queries with a known answer, asked in a ranking.

    `right` contains the ids of the entries that answer, `best` those of the best matches, `NONE`
    where there is none; `scores` are those of the best matches; `ranks` are the right entries'
    places among the matches, infinity where they are not among the first ten and for queries out of
    scope.
    """

    right: Ids
    best: Ids
    scores: Floats
    ranks: Floats

    @property
    def in_scope(self) -> NDArray[np.bool_]:
        """Which queries an entry answers."""
        inside: NDArray[np.bool_] = self.right != NONE
        return inside

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Which queries have the right entry on top; none of those out of scope."""
        hits: NDArray[np.bool_] = self.ranks <= 1
        return hits

    @property
    def answered_right(self) -> int:
        """How many queries are answered, and with the right entry."""
        return int(np.sum(self.hits & (self.scores >= self.ranking.threshold)))

    @property
    def rarer(self) -> int:
        """How many queries there are of the rarer sort: those to be answered with their best match,
        or those not to be answered."""
        hits = int(self.hits.sum())
        return min(hits, len(self.right) - hits)

    def answers(self, threshold: float) -> Ids:
        """Return what is answered from a threshold on: the best match, or `NONE`."""
        return np.where(self.scores >= threshold, self.best, NONE)

    def mcc(self, threshold: float) -> float:
        """Return the MCC of answering from a threshold on."""
        return mcc(self.answers(threshold), self.right)

    def coverage_and_risk(self, threshold: float) -> tuple[float, float]:
        """Return the share that is answered, and the share of those answers that are wrong."""
        answered = self.scores >= threshold
        wrong = float(np.mean(~self.hits[answered])) if answered.any() else 0.0
        return float(answered.mean()), wrong

    def thresholds(self) -> Floats:
        """Return thresholds from the lowest to the highest that make a difference."""
        spread = np.quantile(self.scores, np.linspace(0, 1, CURVE_POINTS))
        return np.unique(np.floor(spread * 1e4) / 1e4)

    def in_hindsight(self) -> tuple[float, float]:
        """Return the threshold that would have had the best MCC, and that MCC."""
        return best_threshold(self.scores, self.best, self.right)

    def figures(self) -> Figures:
        inside, answered = self.in_scope, self.answers(self.ranking.threshold)
        ranks, scores = self.ranks[inside], self.scores
        return Figures(
            hit_at_1=hit_at(1, ranks) if len(ranks) else None,
            hit_at_5=hit_at(5, ranks) if len(ranks) else None,
            mrr_at_10=mrr_at(MATCHES, ranks) if len(ranks) else None,
            ndcg_at_10=ndcg_at(MATCHES, ranks) if len(ranks) else None,
            auroc=auroc(scores[inside], scores[~inside]) if 0 < len(ranks) < len(inside) else None,
            mcc=mcc(answered, self.right),
            accuracy=accuracy(answered, self.right),
        )

    def measured(self) -> dict[str, Measured]:
        """Return the figures that are known, by their names in `Figures`, with their intervals from
        the bootstrap over queries."""
        figures = self.figures()
        again = [self.at(places).figures() for places in resampled(len(self.texts))]
        found = {}
        for name in (field.name for field in fields(Figures)):
            drawn = [value for one in again if (value := getattr(one, name)) is not None]
            if (value := getattr(figures, name)) is not None:
                found[name] = Measured(value, *(interval(drawn) if drawn else ()))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut(_Asked):
    """What phrasings of published entries find, each left out of its own search.

    `entry` contains the ids of their entries, `own` the scores of these, minus infinity where the
    entry has no other phrasing, and `ranks` their places, infinity beyond the first ten. `other`
    and `other_entry` are score and id of the best of the others; `NOTHING` and `NONE` without any.
    """

    entry: Ids
    own: Floats
    ranks: Floats
    other_entry: Ids
    other: Floats

    def evaluation(self) -> Evaluation:
        """Return the phrasings as queries that their entries' other phrasings should find; and,
        evenly chosen, some as queries that no entry answers: as if their own entry were gone."""
        several = self.at(np.flatnonzero(np.isfinite(self.own)))
        strays = round(len(several.own) * OUT_OF_SCOPE / (1 - OUT_OF_SCOPE))
        gone = self.at(np.linspace(0, len(self.own) - 1, strays).round().astype(int))
        first = several.ranks == 1
        inside = Evaluation(
            self.ranking,
            several.texts,
            several.entry,
            np.where(first, several.entry, several.other_entry),
            np.where(first, several.own, several.other),
            several.ranks,
        )
        none, nowhere = np.full(strays, NONE), np.full(strays, np.inf)
        outside = Evaluation(self.ranking, gone.texts, none, gone.other_entry, gone.other, nowhere)
        return inside.joined(outside)


def evaluate(
    collection: Collection,
    queries: Sequence[LabelledQuery],
    rankings: Sequence[Ranking],
    report: Report = ignore,
) -> list[Evaluation]:
    """Ask the collection every query in each ranking; each query is embedded once, none is logged.

    Raises `EmbeddingError`, `StoreError`, or whatever `report` does.
    """
    embedder, store = collection.embedder, collection.store
    snapshot = store.snapshot(fingerprint=embedder.model.fingerprint)
    texts = np.array([query.text for query in queries], dtype=object)
    right = np.array(
        [NONE if query.entry_id is None else query.entry_id for query in queries], dtype=np.int64
    )
    published = snapshot.passing(SearchFilter())
    best = np.full((len(rankings), len(queries)), NONE)
    scores = np.full(best.shape, NOTHING)
    ranks = np.full(best.shape, np.inf)
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        some = slice(start, start + QUERIES_AT_ONCE)
        asked = texts[some].tolist()
        vectors, words = embedder.encode_queries(asked), store.occurrences(asked)
        for number, ranking in enumerate(rankings) if len(published) else ():
            found = score(ranking, snapshot, vectors, words).scores[:, published]
            rows = found.astype(np.float64).round(6)
            places = rows.argmax(axis=1)
            best[number, some] = snapshot.entry_ids[published[places]]
            scores[number, some] = rows[np.arange(len(rows)), places]
            ranks[number, some] = _ranks(rows, snapshot.entry_ids[published], right[some])
        report(min(some.stop, len(queries)), len(queries))
    return [
        Evaluation(ranking, texts, right, best[number], scores[number], ranks[number])
        for number, ranking in enumerate(rankings)
    ]


def leave_one_out(
    collection: Collection, rankings: Sequence[Ranking], report: Report = ignore
) -> list[LeaveOneOut]:
    """Ask the phrasings of published entries, at most `MOST_PHRASINGS` of them drawn at random, in
    each ranking. The draw is the same each time."""
    embedder, store = collection.embedder, collection.store
    snapshot = store.snapshot(fingerprint=embedder.model.fingerprint)
    rows = np.flatnonzero(snapshot.published.repeat(snapshot.sizes))
    if len(rows) > MOST_PHRASINGS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_PHRASINGS, replace=False))
    texts, vectors = snapshot.texts[rows], snapshot.vectors[rows]
    if len(rows) and embedder.encode_query(texts[0]) @ vectors[0] < SAME_VECTOR:
        vectors = embedder.encode_queries(texts.tolist())  # the model has a prompt for queries
    words = store.occurrences(texts.tolist())
    places = np.searchsorted(snapshot.starts, rows, side="right") - 1
    entry = snapshot.entry_ids[places]
    published = snapshot.passing(SearchFilter())
    own = np.empty((len(rankings), len(rows)))
    ranks, other = np.empty(own.shape), np.full(own.shape, NOTHING)
    other_entry = np.full(own.shape, NONE)
    at_once = max(1, min(QUERIES_AT_ONCE, CELLS_AT_ONCE // max(1, len(snapshot.texts))))
    for start in range(0, len(rows), at_once):
        some = slice(start, start + at_once)
        left_out = LeftOut(rows[some], places[some])
        queries = np.arange(len(rows[some]))
        for number, ranking in enumerate(rankings):
            scores = score(ranking, snapshot, vectors[some], words[some], left_out).scores
            found = scores.astype(np.float64).round(6)
            own[number, some] = found[queries, places[some]]
            ranks[number, some] = _ranks(
                found[:, published], snapshot.entry_ids[published], entry[some]
            )
            found[queries, places[some]] = -np.inf
            if len(published) > 1:
                nearest = found[:, published].argmax(axis=1)
                other[number, some] = found[queries, published[nearest]]
                other_entry[number, some] = snapshot.entry_ids[published[nearest]]
        report(min(some.stop, len(rows)), len(rows))
    return [
        LeaveOneOut(
            ranking,
            texts,
            entry,
            own[number],
            ranks[number],
            other_entry[number],
            other[number],
        )
        for number, ranking in enumerate(rankings)
    ]


def _ranks(scores: Floats, entry_ids: Ids, right: Ids) -> Floats:
    """Return the places of the right entries by their scores, `(queries, entries)`, ties by id;
    infinity beyond the first ten."""
    there = np.isin(right, entry_ids)
    columns = np.where(there, np.searchsorted(entry_ids, right), 0)
    own = scores[np.arange(len(scores)), columns][:, np.newaxis]
    earlier = np.arange(len(entry_ids)) < columns[:, np.newaxis]
    ranks = 1.0 + np.sum((scores > own) | ((scores == own) & earlier), axis=1)
    found: Floats = np.where(there & (ranks <= MATCHES), ranks, np.inf)
    return found
