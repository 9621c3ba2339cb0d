"""Figures of retrieval, from plain arrays: ranks, scores, what was answered and what is right.

Ranks are those of the right entry, shape `(queries,)`: 1 for the best match, infinity where it was
not among the matches; of queries in scope only. Entries are given by their ids, and `NONE` is "no
entry answers this".
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

NONE = -1
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


def accuracy(answered: Ids, right: Ids) -> float:
    """Return the share of queries with the right answer: the entry, or none."""
    return float(np.mean(answered == right))


def mcc(answered: Ids, right: Ids) -> float:
    """Return Matthews' correlation of what was answered with what is right, every entry and `NONE`
    a class of its own: 1 perfect, 0 as good as chance (Gorodkin 2004). 0 where either never varies.
    """
    return float(_mcc_of_thresholds(np.zeros(len(answered)), answered, right)[1][-1])


def best_threshold(scores: Floats, best: Ids, right: Ids) -> tuple[float, float]:
    """Return the threshold with the highest MCC and that MCC, in hindsight: where the queries'
    best entries `best`, with these scores, are answers from the threshold on. It is midway between
    two scores; of equally good ones it is the middle one."""
    thresholds, values = _mcc_of_thresholds(scores, best, right)
    among = np.flatnonzero(values >= values.max() - 1e-12)
    place = among[(len(among) - 1) // 2]
    return float(thresholds[place]), float(values[place])


def _mcc_of_thresholds(scores: Floats, best: Ids, right: Ids) -> tuple[Floats, Floats]:
    """Return every threshold that makes a difference, highest first, with its MCC."""
    queries = len(scores)
    order = np.argsort(-scores, kind="stable")
    scores, best, right = scores[order], best[order], right[order]
    classes, codes = np.unique(np.concatenate([best, right, [NONE]]), return_inverse=True)
    answered, true = codes[:queries], codes[queries:-1]
    truly = np.bincount(true, minlength=len(classes))
    none = codes[-1]
    # One query after the other goes over from none to its best entry.
    correct = np.concatenate([[0], np.cumsum((answered == true).astype(int) - (true == none))])
    correct += truly[none]
    together = np.concatenate([[0], np.cumsum(truly[answered] - truly[none])])
    together += queries * truly[none]
    earlier = _earlier(answered)
    moved = answered != none
    left = queries - np.cumsum(moved) + moved
    grown = np.where(moved, 2 * earlier + 1 - (2 * left - 1), 0)
    squares = np.concatenate([[0], np.cumsum(grown)]) + queries**2
    spread = (queries**2 - squares) * float(queries**2 - int(np.sum(truly.astype(object) ** 2)))
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(spread > 0, (correct * queries - together) / np.sqrt(spread), 0.0)
    places = np.concatenate([[True], scores[:-1] != scores[1:], [True]])
    edges = np.concatenate(
        [scores[:1] + BEYOND, (scores[:-1] + scores[1:]) / 2, scores[-1:] - BEYOND]
    )
    return edges[places], values[places]


def _earlier(codes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each element how many equal ones come before it."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    first = np.searchsorted(ordered, ordered)
    earlier = np.empty(len(codes), dtype=np.intp)
    earlier[order] = np.arange(len(codes)) - first
    return earlier


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
