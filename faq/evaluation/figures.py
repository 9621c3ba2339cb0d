"""Figures of retrieval: from plain arrays, and those of an evaluation.

Ranks are those of the right entry, shape `(queries,)`: 1 for the best match, infinity where it was
not among the matches; of queries in scope only. Entries are given by their ids, and `NONE` is "no
entry answers this".
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faq.search.ranking import Ranking

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

NONE = -1
NOTHING = -1.0  # the score where no entry was found: no cosine is lower
MATCHES = 10  # as deep as any figure looks
OUT_OF_SCOPE = 0.2  # the share of queries that no entry answers, where only phrasings are asked
CURVE_POINTS = 50
RESAMPLES = 500
CONFIDENCE = 0.95
BEYOND = 1e-6  # above or below every score: those have six places


def hit_at(k: int, ranks: Floats) -> float:
    """Return the share of queries whose right entry is among the `k` best."""
    return float(np.mean(ranks <= k))


def mrr_at(k: int, ranks: Floats) -> float:
    """Return the mean reciprocal rank, 0 beyond the `k` best (Voorhees 1999)."""
    return float(np.mean(np.where(ranks <= k, 1 / ranks, 0.0)))


def ndcg_at(k: int, ranks: Floats) -> float:
    """Return the normalised discounted cumulative gain (Jarvelin and Kekalainen 2002). With one
    right entry a query, the ideal is 1 and the gain is 1 / log2(1 + rank)."""
    return float(np.mean(np.where(ranks <= k, 1 / np.log2(1 + ranks), 0.0)))


def auroc(inside: Floats, outside: Floats) -> float:
    """Return how often the best score of a query in scope beats that of one out of scope, ties
    counting half: .5 is chance, 1 perfect. The area under the ROC curve (Hanley and McNeil 1982).
    """
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    not_above = np.searchsorted(ordered, inside, side="right")
    return float(np.mean(below + not_above) / (2 * len(outside)))


def mcc(answered: Ids, right: Ids) -> float:
    """Return Matthews' correlation of what was answered with what is right, every entry and `NONE`
    a class of its own: 1 perfect, 0 as good as chance (Gorodkin 2004). 0 where either never varies.
    """
    classes, codes = np.unique(np.concatenate([answered, right]), return_inverse=True)
    often, truly = (np.bincount(half, minlength=len(classes)) for half in np.split(codes, 2))
    correct, sums = int(np.sum(answered == right)), (often @ truly, often @ often, truly @ truly)
    return _mcc(len(right), correct, *map(int, sums))


def _mcc(queries: int, correct: int, together: int, answered: int, right: int) -> float:
    """Return the MCC of so many correct answers; the others are sums over all classes: how often a
    class was answered times how often it is right, and the squares of either."""
    spread = (queries**2 - answered) * (queries**2 - right)
    return (correct * queries - together) / math.sqrt(spread) if spread else 0.0


def best_threshold(scores: Floats, best: Ids, right: Ids) -> tuple[float, float]:
    """Return the threshold with the highest MCC and that MCC, in hindsight: where the queries'
    best entries `best`, with these scores, are answers from the threshold on. It is midway between
    two scores; of equally good ones it is the middle one."""
    order = np.argsort(-scores, kind="stable")
    ordered, queries = scores[order].tolist(), len(scores)
    truly, often = Counter(right.tolist()), Counter({NONE: queries})
    right_squares = sum(count**2 for count in truly.values())
    correct, together, squares = truly[NONE], queries * truly[NONE], queries**2
    edges = [ordered[0] + 2 * BEYOND, *ordered, ordered[-1] - 2 * BEYOND]
    pairs = [*zip(best[order].tolist(), right[order].tolist(), strict=True), (NONE, NONE)]
    tried = []
    # One query after the other goes over from none to its best entry.
    for (higher, lower), (entry, answer) in zip(pairwise(edges), pairs, strict=True):
        if higher != lower:
            value = _mcc(queries, correct, together, squares, right_squares)
            tried.append(((higher + lower) / 2, value))
        if entry != NONE:
            correct += (entry == answer) - (answer == NONE)
            together += truly[entry] - truly[NONE]
            squares += 2 * (often[entry] - often[NONE] + 1)
            often[entry] += 1
            often[NONE] -= 1
    most = max(value for _, value in tried)
    among = [one for one in tried if one[1] >= most - 1e-12]
    return among[(len(among) - 1) // 2]


def resampled(n: int, resamples: int = RESAMPLES) -> Iterator[NDArray[np.intp]]:
    """Yield the places of `n` cases drawn with replacement, again and again: the bootstrap (Efron
    1979). The draws are the same each time."""
    random = np.random.default_rng(0)
    for _ in range(resamples):
        yield random.integers(0, n, n)


def interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the percentile interval of a figure's values in the resamples."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def sign_test(one: int, other: int) -> float:
    """Return how often a fair coin gives so many heads and tails, or a more uneven result. Over the
    queries that two rankings do not agree on, it is McNemar's exact test (McNemar 1947)."""
    tosses, fewer = one + other, min(one, other)
    tail = sum(math.comb(tosses, i) for i in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**tosses))


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


ARRAYS = ("texts", "right", "own", "ranks", "other_entry", "other")  # fields of `Evaluation`


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Queries with a known answer, asked in a ranking; row q of each array is query q.

    `right` contains the ids of the entries that answer, `NONE` where none does; `own` their scores,
    minus infinity where the query is the only phrasing of its entry and left out; `ranks` their
    places, infinity beyond the first ten. `other_entry` and `other` are id and score of the best of
    the other entries; `NONE` and `NOTHING` without any.
    """

    ranking: Ranking
    texts: NDArray[np.object_]
    right: Ids
    own: Floats
    ranks: Floats
    other_entry: Ids
    other: Floats

    @property
    def best(self) -> Ids:
        """The ids of the best matches; `NONE` without any."""
        return np.where(self.hits, self.right, self.other_entry)

    @property
    def scores(self) -> Floats:
        """The scores of the best matches."""
        return np.where(self.hits, self.own, self.other)

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

    def at(self, places: NDArray[np.intp]) -> "Evaluation":
        """Return the evaluation of the queries at some places."""
        return replace(self, **{name: getattr(self, name)[places] for name in ARRAYS})

    def joined(self, others: "Evaluation") -> "Evaluation":
        """Return the evaluation of these queries and others."""
        both: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in ARRAYS
        }
        return replace(self, **both)

    def with_strays(self) -> "Evaluation":
        """Return phrasings that were asked leave-one-out as queries that their entries' other
        phrasings should find; and, evenly chosen, some as queries that no entry answers: as if
        their own entry were gone."""
        several = self.at(np.flatnonzero(np.isfinite(self.own)))
        strays = round(len(several.own) * OUT_OF_SCOPE / (1 - OUT_OF_SCOPE))
        gone = self.at(np.linspace(0, len(self.own) - 1, strays).round().astype(int))
        nowhere = np.full(strays, np.inf)
        return several.joined(replace(gone, right=np.full(strays, NONE), ranks=nowhere))

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
        """Return the figures with the ranking's own threshold."""
        inside, answered = self.in_scope, self.answers(self.ranking.threshold)
        ranks, scores = self.ranks[inside], self.scores
        return Figures(
            hit_at_1=hit_at(1, ranks) if len(ranks) else None,
            hit_at_5=hit_at(5, ranks) if len(ranks) else None,
            mrr_at_10=mrr_at(MATCHES, ranks) if len(ranks) else None,
            ndcg_at_10=ndcg_at(MATCHES, ranks) if len(ranks) else None,
            auroc=auroc(scores[inside], scores[~inside]) if 0 < len(ranks) < len(inside) else None,
            mcc=mcc(answered, self.right),
            accuracy=float(np.mean(answered == self.right)),
        )

    def measured(self) -> dict[str, Measured]:
        """Return the figures that are known, by their names in `Figures`, with their intervals from
        the bootstrap over queries."""
        again = [asdict(self.at(places).figures()) for places in resampled(len(self.texts))]
        found = {}
        for name, value in asdict(self.figures()).items():
            drawn = [one[name] for one in again if one[name] is not None]
            if value is not None:
                found[name] = Measured(value, *(interval(drawn) if drawn else ()))
        return found
