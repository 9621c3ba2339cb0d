"""Choosing the score below which no entry answers, from what the collection itself shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faq.collection import Collection
from faq.evaluation.asking import evaluate, leave_one_out
from faq.evaluation.figures import Evaluation, interval
from faq.evaluation.queries import LabelledQueries, LabelledQuery
from faq.jobs import CALIBRATION, Progress, Report, start_job
from faq.search.ranking import RANKINGS
from faq.search.threshold import Calibration, CurvePoint, Expectation, keep
from store import Job

FEWEST_ENTRIES = 20  # whose phrasings can say where the threshold should be
RECENT_QUERIES = 2_000  # of the log, whose thumbs are looked at
# A phrasing without its own entry is a query that no entry answers. Refusing half of such queries
# came near the best MCC on every public collection; they ask for neighbours of what is there, so a
# little less than half does as well, and refuses fewer others.
REFUSED = 0.45
TRUSTED = 20  # labelled queries of either sort that count for as much as all phrasings
DRAWS = 200
SURE = 0.9  # the share of draws in an interval


def start_calibration(
    collection: Collection, file: LabelledQueries | None, false_answers: float | None
) -> Job:
    """Start choosing every ranking's threshold in the background, with the queries of a file where
    there is one; see `calibrate`. Raises `JobRunning` where that is under way."""

    def work(progress: Progress) -> str:
        queries = file.queries if file else ()
        calibrate(collection, queries, false_answers, progress.report)
        return ""

    return start_job(collection.store, CALIBRATION, collection.actor, None, work)


def calibrate(
    collection: Collection,
    queries: Sequence[LabelledQuery] = (),
    false_answers: float | None = None,
    report: Report = lambda done, total: None,
) -> list[Calibration]:
    """Choose every ranking's threshold, and answer by it from now on.

    It comes from the collection's own phrasings, from thumbs in the query log, and from labelled
    `queries`. It aims at the best MCC; with `false_answers`, from 0 to 1, at answering that share
    of the queries that no entry answers. What `report` raises leaves every threshold as it was.
    """
    rankings, store = list(RANKINGS.values()), collection.store
    report(0, len(rankings))
    info, now = store.info(), datetime.now(UTC).isoformat(timespec="seconds")
    shown = leave_one_out(collection, rankings)
    judged = _judged(collection, queries)
    chosen: list[Calibration] = []
    for phrasings, known in zip(shown, judged, strict=True):
        ranking, entries = phrasings.ranking, len(np.unique(phrasings.right))
        evidence = Evidence(phrasings if entries >= FEWEST_ENTRIES else None, known, false_answers)
        found = evidence.threshold()
        threshold = round(ranking.threshold if found is None else found, 4)
        again = [] if found is None else list(evidence.resampled())
        drawn = [drawn for one in again if (drawn := one.threshold()) is not None]
        low, high = np.round(interval(drawn, SURE), 4).tolist() if drawn else (None, None)
        thumbs = len(known.texts) - len(queries)
        chosen.append(
            Calibration(
                ranking=ranking.name,
                threshold=threshold,
                how=_how(evidence, found is None, entries, len(queries), thumbs),
                careful=found is None,
                low=low,
                high=high,
                expected=_expectation(evidence.expected(), again, threshold),
                false_answers=false_answers,
                phrasings=0 if evidence.phrasings is None else len(phrasings.own),
                labelled=len(queries),
                feedback=thumbs,
                fingerprint=collection.embedder.model.fingerprint,
                entries_held=info.entries,
                phrasings_held=info.phrasings,
                at=now,
            )
        )
        report(len(chosen), len(rankings))
    keep(store, chosen)
    return chosen


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Phrasings asked leave-one-out, None where there are too few, and queries of which people said
    what is right. `false_answers` is the share of queries out of scope that may be answered; None
    for the best MCC."""

    phrasings: Evaluation | None
    labelled: Evaluation
    false_answers: float | None = None

    @property
    def refused(self) -> float:
        """The share of the phrasings without their own entry that should find no answer."""
        return REFUSED if self.false_answers is None else 1 - self.false_answers

    def threshold(self) -> float | None:
        """Return the threshold that all of it suggests; None where it says too little.

        What people said counts the more, the more they said: `TRUSTED` of the rarer sort as much as
        all phrasings.
        """
        votes = []  # threshold and weight
        labelled = self.labelled
        if self.phrasings is not None:
            votes.append((float(np.quantile(self.phrasings.other, self.refused)), TRUSTED))
        if self.false_answers is None and labelled.rarer:
            votes.append((labelled.in_hindsight()[0], labelled.rarer))
        elif self.false_answers is not None:
            outside = labelled.scores[~labelled.in_scope]
            if len(outside):
                votes.append((float(np.quantile(outside, self.refused)), len(outside)))
        total = sum(weight for _, weight in votes)
        if total < TRUSTED:
            return None
        return sum(threshold * weight for threshold, weight in votes) / total

    def expected(self) -> Evaluation:
        """Return the queries that show what a threshold does: those that people judged, or, where
        they are few, the phrasings."""
        if self.phrasings is None or self.labelled.rarer >= TRUSTED:
            return self.labelled
        return self.phrasings.with_strays()

    def resampled(self) -> Iterator["Evidence"]:
        """Yield what might have been seen as well: entries, with all their phrasings, and judged
        queries drawn with replacement."""
        random = np.random.default_rng(0)
        rows: list[NDArray[np.intp]] = []
        if self.phrasings is not None:
            order = np.argsort(self.phrasings.right, kind="stable")
            edges = np.flatnonzero(np.diff(self.phrasings.right[order])) + 1
            rows = [order[a:b] for a, b in pairwise([0, *edges.tolist(), len(order)])]
        for _ in range(DRAWS):
            phrasings = self.phrasings
            if phrasings is not None:
                drawn = np.concatenate([rows[i] for i in random.integers(0, len(rows), len(rows))])
                phrasings = phrasings.at(drawn)
            n = len(self.labelled.scores)
            labelled = self.labelled.at(random.integers(0, n, n)) if n else self.labelled
            yield Evidence(phrasings, labelled, self.false_answers)


def _judged(collection: Collection, queries: Sequence[LabelledQuery]) -> list[Evaluation]:
    """Return for each ranking an evaluation of labelled queries, and of logged ones with a thumb.
    The entry that was shown is right, or it is wrong: then, as far as anybody knows, no entry
    answers. Where another one is on top by now, a thumb down says nothing of that one."""
    latest = {q.text: q for q in reversed(collection.store.log.page(RECENT_QUERIES).queries)}
    rated = [q for q in latest.values() if q.thumb is not None and q.entry_id is not None]
    liked = [LabelledQuery(q.text, q.entry_id) for q in rated if q.thumb == 1]
    disliked = [q for q in rated if q.thumb == -1]
    known = [*queries, *liked, *(LabelledQuery(q.text, None) for q in disliked)]
    shown = np.array([q.entry_id for q in disliked], dtype=np.int64)
    judged = []
    for evaluation in evaluate(collection, known, list(RANKINGS.values())):
        counts = np.ones(len(known), dtype=bool)
        counts[len(known) - len(shown) :] = evaluation.best[len(known) - len(shown) :] == shown
        judged.append(evaluation.at(np.flatnonzero(counts)))
    return judged


def _expectation(
    queries: Evaluation, again: Sequence[Evidence], threshold: float
) -> Expectation | None:
    if not again or not len(queries.scores):
        return None
    low, high = interval([one.expected().mcc(threshold) for one in again], SURE)
    return Expectation(
        mcc=queries.mcc(threshold),
        mcc_low=low,
        mcc_high=high,
        here=CurvePoint(threshold, *queries.coverage_and_risk(threshold)),
        curve=tuple(
            CurvePoint(float(point), *queries.coverage_and_risk(point))
            for point in queries.thresholds()
        ),
    )


def _how(evidence: Evidence, careful: bool, entries: int, judged: int, thumbs: int) -> str:
    """Return how a threshold was chosen, in a sentence or two."""
    if careful:
        return (
            "A careful default: there is too little to choose from. It takes "
            f"{FEWEST_ENTRIES} published entries, and there are {entries:,}; or at least {TRUSTED} "
            f"labelled queries of either sort, answered and not, and {judged + thumbs:,} are known."
        )
    parts = []
    if evidence.phrasings is not None:
        parts.append(
            f"Of {len(evidence.phrasings.own):,} phrasings, asked as if their own entry were gone, "
            f"{evidence.refused:.0%} find nothing so similar."
        )
        if np.isinf(evidence.phrasings.own).mean() > 0.5:
            parts.append(
                "Most entries have one phrasing only, so what right answers score could not be "
                "seen."
            )
    if judged or thumbs:
        aim = "best" if evidence.false_answers is None else "as wanted"
        parts.append(
            f"{judged:,} labelled queries and {thumbs:,} thumbs moved it to where it separates "
            f"them {aim}."
        )
    return " ".join(parts)
