"""What shows where a threshold should lie: left-out phrasings, labelled queries, thumbs."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faq.figures import NONE, Floats, Ids, best_threshold, mcc
from faq.left_out import LeftOutScores

# A phrasing without its own entry is a query that no entry answers. Refusing half of such queries
# came near the best MCC on every public collection; they ask for neighbours of what is there, so a
# little less than half does as well, and refuses fewer others.
REFUSED = 0.45
TRUSTED = 20  # labelled queries of either sort that count for as much as all phrasings
OUT_OF_SCOPE = 0.2  # the share of queries that no entry answers, where only phrasings tell
RESAMPLES = 200
CURVE_POINTS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Queries with their best entry, its score, and the entry that is right: `NONE` for none."""

    scores: Floats
    best: Ids
    right: Ids

    @property
    def good(self) -> NDArray[np.bool_]:
        """Which of them had better be answered: with the right entry."""
        good: NDArray[np.bool_] = self.best == self.right
        return good

    @property
    def weight(self) -> int:
        """How many there are of the rarer sort, those to be answered or the others."""
        return int(min(self.good.sum(), (~self.good).sum()))

    def mcc(self, threshold: float) -> float:
        """Return the MCC of answering from a threshold on."""
        return mcc(np.where(self.scores >= threshold, self.best, NONE), self.right)

    def coverage_and_risk(self, threshold: float) -> tuple[float, float]:
        """Return the share that is answered, and the share of those answers that are wrong."""
        answered = self.scores >= threshold
        wrong = float(np.mean(~self.good[answered])) if answered.any() else 0.0
        return float(answered.mean()), wrong

    def thresholds(self) -> Floats:
        """Return thresholds from the lowest to the highest that say something."""
        spread = np.quantile(self.scores, np.linspace(0, 1, CURVE_POINTS))
        return np.unique(np.floor(spread * 1e4) / 1e4)

    def at(self, places: NDArray[np.intp]) -> "Cases":
        return Cases(self.scores[places], self.best[places], self.right[places])


def joined(*some: Cases) -> Cases:
    """Return all of these cases."""
    return Cases(
        np.concatenate([cases.scores for cases in some]),
        np.concatenate([cases.best for cases in some]),
        np.concatenate([cases.right for cases in some]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Left-out phrasings, None where there are too few to tell, and queries of which people said
    what is right. `false_answers` is the share of queries out of scope that may be answered; None
    for the best MCC."""

    left_out: LeftOutScores | None
    labelled: Cases
    false_answers: float | None = None

    def threshold(self) -> float | None:
        """Return the threshold that all of it speaks for; None where it says too little.

        What people said counts the more, the more they said: `TRUSTED` of the rarer sort as much as
        all phrasings.
        """
        voices = []
        if self.left_out is not None:
            refused = REFUSED if self.false_answers is None else 1 - self.false_answers
            voices.append((float(np.quantile(self.left_out.other, refused)), TRUSTED))
        if self.false_answers is None and self.labelled.weight:
            labelled = self.labelled
            hindsight, _ = best_threshold(labelled.scores, labelled.best, labelled.right)
            voices.append((hindsight, labelled.weight))
        elif self.false_answers is not None:
            outside = self.labelled.scores[self.labelled.right == NONE]
            if len(outside):
                quantile = float(np.quantile(outside, 1 - self.false_answers))
                voices.append((quantile, len(outside)))
        total = sum(weight for _, weight in voices)
        if total < TRUSTED:
            return None
        return sum(threshold * weight for threshold, weight in voices) / total

    def expected(self) -> Cases:
        """Return the cases that show what a threshold comes to: those that people judged, or, where
        they are few, the left-out phrasings, a share of them without their own entry."""
        if self.left_out is None or self.labelled.weight >= TRUSTED:
            return self.labelled
        shown = self.left_out
        there = np.flatnonzero(np.isfinite(shown.own))
        own = shown.own[there] >= shown.other[there]
        inside = Cases(
            np.maximum(shown.own, shown.other)[there],
            np.where(own, shown.entry[there], shown.other_entry[there]),
            shown.entry[there],
        )
        strays = round(len(there) * OUT_OF_SCOPE / (1 - OUT_OF_SCOPE))
        chosen = np.linspace(0, len(shown.other) - 1, strays).round().astype(int)
        outside = Cases(shown.other[chosen], shown.other_entry[chosen], np.full(len(chosen), NONE))
        return joined(inside, outside)

    def resampled(self) -> Iterator["Evidence"]:
        """Yield what might have been seen as well: entries, with all their phrasings, and judged
        queries drawn with replacement."""
        random = np.random.default_rng(0)
        rows: list[NDArray[np.intp]] = []
        if self.left_out is not None:
            order = np.argsort(self.left_out.entry, kind="stable")
            edges = np.flatnonzero(np.diff(self.left_out.entry[order])) + 1
            rows = [order[a:b] for a, b in pairwise([0, *edges.tolist(), len(order)])]
        for _ in range(RESAMPLES):
            shown = self.left_out
            if shown is not None:
                drawn = np.concatenate([rows[i] for i in random.integers(0, len(rows), len(rows))])
                shown = shown.at(drawn)
            n = len(self.labelled.scores)
            labelled = self.labelled.at(random.integers(0, n, n)) if n else self.labelled
            yield Evidence(shown, labelled, self.false_answers)
