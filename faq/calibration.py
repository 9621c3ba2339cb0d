"""Choosing the score below which no entry answers, from what the collection itself shows."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np

from faq.collection import Collection
from faq.evaluation import LabelledQuery, evaluate
from faq.evidence import REFUSED, TRUSTED, Cases, Evidence, joined
from faq.figures import Interval, interval
from faq.left_out import drawn_phrasings, left_out_scores
from faq.ranking import RANKINGS, Ranking
from faq.threshold import Calibration, CurvePoint, Expectation, keep

FEWEST_ENTRIES = 20  # whose phrasings tell where the threshold should lie
RECENT_QUERIES = 2_000  # of the log, whose thumbs are looked at
CONFIDENCE = 0.9


def _ignore(done: int, total: int) -> None:
    """Where nobody looks at the progress."""


def calibrate(
    collection: Collection,
    queries: Sequence[LabelledQuery] = (),
    false_answers: float | None = None,
    before_each: Callable[[int, int], None] = _ignore,
) -> list[Calibration]:
    """Choose every ranking's threshold, and answer by it from now on.

    It comes from the collection's own phrasings, from thumbs in the query log, and from labelled
    `queries`. It aims at the best MCC; with `false_answers`, from 0 to 1, at answering that share
    of the queries that no entry answers. `before_each` hears how many rankings are done, of how
    many; what it raises leaves every threshold as it was.
    """
    store, fingerprint = collection.store, collection.embedder.model.fingerprint
    phrasings = drawn_phrasings(store, collection.embedder)
    info, now = store.info(), datetime.now(UTC).isoformat(timespec="seconds")
    chosen: list[Calibration] = []
    for ranking in RANKINGS.values():
        before_each(len(chosen), len(RANKINGS))
        shown = left_out_scores(ranking, phrasings)
        entries = len(np.unique(shown.entry))
        judged, thumbs = _judged(collection, queries, ranking), _thumbs(collection, ranking)
        evidence = Evidence(
            shown if entries >= FEWEST_ENTRIES else None, joined(judged, thumbs), false_answers
        )
        found = evidence.threshold()
        threshold = round(ranking.threshold if found is None else found, 4)
        again = [] if found is None else list(evidence.resampled())
        width = _threshold_interval(again)
        counted = len(judged.scores), len(thumbs.scores)
        calibration = Calibration(
            ranking=ranking.name,
            threshold=threshold,
            how=_how(evidence, found is None, entries, *counted),
            careful=found is None,
            low=None if width is None else round(width.low, 4),
            high=None if width is None else round(width.high, 4),
            expected=_expectation(evidence.expected(), again, threshold),
            false_answers=false_answers,
            phrasings=0 if evidence.left_out is None else len(shown.own),
            labelled=counted[0],
            feedback=counted[1],
            fingerprint=fingerprint,
            entries_held=info.entries,
            phrasings_held=info.phrasings,
            at=now,
        )
        chosen.append(calibration)
    before_each(len(chosen), len(RANKINGS))
    for calibration in chosen:
        keep(store, calibration)
    return chosen


def _judged(collection: Collection, queries: Sequence[LabelledQuery], ranking: Ranking) -> Cases:
    evaluation = evaluate(collection, queries, ranking)
    return Cases(evaluation.scores, evaluation.best, evaluation.right)


def _thumbs(collection: Collection, ranking: Ranking) -> Cases:
    """Return the queries that somebody gave a thumb. The entry that was shown is right, or it is
    wrong: then, as far as anybody knows, no entry answers. Where another is on top by now, a thumb
    down says nothing of that one."""
    latest = {q.text: q for q in reversed(collection.store.recent_queries(RECENT_QUERIES))}
    rated = [q for q in latest.values() if q.thumb is not None and q.entry_id is not None]
    up = [LabelledQuery(q.text, q.entry_id) for q in rated if q.thumb == 1]
    down = [LabelledQuery(q.text, None) for q in rated if q.thumb == -1]
    shown = np.array([q.entry_id for q in rated if q.thumb == -1], dtype=np.int64)
    disliked = _judged(collection, down, ranking)
    return joined(
        _judged(collection, up, ranking), disliked.at(np.flatnonzero(disliked.best == shown))
    )


def _threshold_interval(again: Sequence[Evidence]) -> Interval | None:
    thresholds = [one.threshold() for one in again]
    told = [threshold for threshold in thresholds if threshold is not None]
    return interval(told, CONFIDENCE) if told else None


def _expectation(cases: Cases, again: Sequence[Evidence], threshold: float) -> Expectation | None:
    if not again or not len(cases.scores):
        return None
    values = interval([one.expected().mcc(threshold) for one in again], CONFIDENCE)
    return Expectation(
        mcc=cases.mcc(threshold),
        mcc_low=values.low,
        mcc_high=values.high,
        here=CurvePoint(threshold, *cases.coverage_and_risk(threshold)),
        curve=tuple(
            CurvePoint(float(point), *cases.coverage_and_risk(point))
            for point in cases.thresholds()
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
    if evidence.left_out is not None:
        refused = REFUSED if evidence.false_answers is None else 1 - evidence.false_answers
        parts.append(
            f"Of {len(evidence.left_out.own):,} phrasings, asked as if their own entry were gone, "
            f"{refused:.0%} find nothing so near."
        )
        if np.isinf(evidence.left_out.own).mean() > 0.5:
            parts.append(
                "Most entries have one phrasing only, so what right answers score could not be "
                "seen."
            )
    if judged or thumbs:
        aim = "best" if evidence.false_answers is None else "wanted"
        parts.append(
            f"{judged:,} labelled queries and {thumbs:,} thumbs drew it to where they were told "
            f"apart as {aim}."
        )
    return " ".join(parts)
