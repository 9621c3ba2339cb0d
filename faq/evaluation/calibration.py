"""Choosing the score below which no entry answers, from what the collection and its model show."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import numpy as np

from faq.collection import Collection
from faq.evaluation.asking import evaluate, leave_one_out
from faq.evaluation.figures import NONE, Evaluation, interval
from faq.evaluation.queries import LabelledQueries, LabelledQuery
from faq.jobs import CALIBRATION, Cancelled, Progress, Report, run_job, start_job
from faq.json_records import to_json
from faq.search.model_cosines import cosines_of
from faq.search.ranking import Ranking, offered
from faq.search.threshold import (
    Calibration,
    CurvePoint,
    Expectation,
    chosen_name,
    is_due,
    keep,
    kept,
)
from store import Job, JobRunning, Store

BY_ITSELF = "Askwell"  # who starts what nobody asked for
# Entries that say as much as what is usual for the model: of twenty, their own phrasings show
# within about .05 where the threshold should be, of five within .2.
ENOUGH = 20
# The share of a query's words that the best entry contains where none answers: .03 to .06 where the
# query is about something else, .08 to .18 where it is about the same things.
UNRELATED_WORDS = 0.07
ASKED = 1_000  # phrasings: a threshold from 3,000 differs by .007, and takes three times as long
RECENT_QUERIES = 2_000  # of the log, whose thumbs are looked at
# A phrasing without its own entry is a query that no entry answers. Refusing half of such queries
# came near the best MCC on every public collection; they ask for neighbours of what is there, so a
# little less than half does as well, and refuses fewer others.
REFUSED = 0.45
TRUSTED = 20  # labelled queries of either sort that count for as much as all phrasings
DRAWS = 200
SURE = 0.9  # the share of draws in an interval
TRY_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Thresholds that are chosen once somebody accepts them, one a ranking."""

    calibrations: tuple[Calibration, ...]


def start_calibration(
    collection: Collection, file: LabelledQueries | None, false_answers: float | None
) -> Job:
    """Start proposing every ranking's threshold in the background, with the queries of a file where
    there is one; see `propose`. The job's result is a `Proposal`; nothing is chosen yet. Raises
    `JobRunning` where that is under way."""

    def work(progress: Progress) -> str:
        queries = file.queries if file else ()
        return to_json(Proposal(propose(collection, queries, false_answers, progress.report)))

    return start_job(collection.store, CALIBRATION, collection.actor, None, work)


def start_due_calibration(collection: Collection) -> Job | None:
    """Start choosing in the background what `choose_due` chooses; None where nothing is due, where
    nothing can be written, or where it was tried in vain a short time ago. Raises `JobRunning`."""
    store = collection.store
    if not _due(store) or store.read_only:
        return None
    last = store.jobs.latest(CALIBRATION)
    in_vain = last is not None and last.state in ("failed", "cancelled")
    if last and in_vain and datetime.now(UTC) - last.heartbeat_at < TRY_AGAIN_AFTER:
        return None
    return start_job(store, CALIBRATION, BY_ITSELF, None, partial(_calibrate_due, collection))


def choose_due(collection: Collection) -> None:
    """Choose the thresholds that `is_due` names, with the rate of false answers that was wanted
    before; as a job, in this thread. Does nothing where that is under way or somebody cancels it.
    """
    if _due(collection.store):
        with suppress(JobRunning, Cancelled):
            run_job(collection.store, CALIBRATION, BY_ITSELF, partial(_calibrate_due, collection))


def _due(store: Store) -> dict[float | None, list[Ranking]]:
    """Return the rankings whose threshold is due, by the rate of false answers that is wanted."""
    state, due = store.state(), dict[float | None, list[Ranking]]()
    for ranking in offered(chosen_name(state)):
        if is_due(state, ranking.name):
            before = kept(state, ranking.name)
            due.setdefault(before.false_answers if before else None, []).append(ranking)
    return due


def _calibrate_due(collection: Collection, progress: Progress) -> str:
    for false_answers, rankings in _due(collection.store).items():
        keep(collection.store, propose(collection, (), false_answers, progress.report, rankings))
    return ""


def calibrate(
    collection: Collection,
    queries: Sequence[LabelledQuery] = (),
    false_answers: float | None = None,
) -> tuple[Calibration, ...]:
    """Choose every ranking's threshold as `propose` does, and answer by it from now on."""
    chosen = propose(collection, queries, false_answers)
    keep(collection.store, chosen)
    return chosen


def propose(
    collection: Collection,
    queries: Sequence[LabelledQuery] = (),
    false_answers: float | None = None,
    report: Report = lambda done, total: None,
    rankings: Sequence[Ranking] = (),
) -> tuple[Calibration, ...]:
    """Return the threshold to choose for rankings: for every ranking that the collection can have,
    where none are given.

    It comes from the collection's own phrasings, from what is usual for its model, from thumbs in
    the query log, and from labelled `queries`. It aims at the best MCC; with `false_answers`, from
    0 to 1, at answering that share of the queries that no entry answers. What `report` raises
    is passed on.
    """
    store = collection.store
    model = cosines_of(collection.embedder)
    rankings = [
        replace(one, unrelated=model.query_unrelated if one.scaled else 0.0)
        for one in rankings or offered(chosen_name(store.state()))
    ]
    report(0, len(rankings))
    state, info, now = store.state(), store.info(), datetime.now(UTC).isoformat(timespec="seconds")
    shown = leave_one_out(collection, rankings, most=ASKED)
    judged = _judged(collection, queries, rankings)
    chosen: list[Calibration] = []
    for phrasings, known in zip(shown, judged, strict=True):
        ranking, asked = phrasings.ranking, _with_others(phrasings)
        score = _usual_score(ranking, model.answer)
        evidence = Evidence(asked, len(np.unique(asked.right)), known, score, false_answers)
        threshold = round(evidence.threshold(), 4)
        again = list(evidence.resampled()) if evidence.enough else []
        drawn = [one.threshold() for one in again]
        low, high = np.round(interval(drawn, SURE), 4).tolist() if drawn else (None, None)
        thumbs = len(known.texts) - len(queries)
        chosen.append(
            Calibration(
                ranking=ranking.name,
                threshold=threshold,
                how=_how(evidence, len(queries), thumbs),
                low=low,
                high=high,
                expected=_expectation(evidence.expected(), again, threshold),
                false_answers=false_answers,
                phrasings=len(asked.own),
                labelled=len(queries),
                feedback=thumbs,
                fingerprint=collection.embedder.model.fingerprint,
                entries_held=info.entries,
                at=now,
                changes=state.changes,
                unrelated=ranking.unrelated,
            )
        )
        report(len(chosen), len(rankings))
    return tuple(chosen)


def _usual_score(ranking: Ranking, cosine: float | None) -> float:
    """Return the score of an entry that a query has this cosine to, and few words in common with;
    without one, the ranking's own threshold."""
    return ranking.threshold if cosine is None else ranking.mixed(cosine, UNRELATED_WORDS)


def _with_others(phrasings: Evaluation) -> Evaluation:
    """Return the phrasings that have another entry than their own to find."""
    return phrasings.at(np.flatnonzero(phrasings.other_entry != NONE))


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Phrasings of so many entries, asked leave-one-out; queries of which people said what is
    right; and the threshold that is `usual` for the model. `false_answers` is the share of queries
    out of scope that may be answered; None for the best MCC."""

    phrasings: Evaluation
    entries: int
    labelled: Evaluation
    usual: float
    false_answers: float | None = None

    @property
    def refused(self) -> float:
        """The share of the phrasings without their own entry that should find no answer."""
        return REFUSED if self.false_answers is None else 1 - self.false_answers

    @property
    def enough(self) -> bool:
        """Whether it shows how well a threshold does."""
        return self.entries >= ENOUGH or self.labelled.rarer >= TRUSTED

    @property
    def own_share(self) -> float:
        """How much the phrasings count beside what is usual, from 0 to 1."""
        return self.entries / (self.entries + ENOUGH)

    def threshold(self) -> float:
        """Return the threshold that all of it suggests.

        What people said counts the more, the more they said: `TRUSTED` of the rarer sort as much as
        all phrasings.
        """
        own = self.usual
        if self.entries:
            quantile = float(np.quantile(self.phrasings.other, self.refused))
            own += self.own_share * (quantile - self.usual)
        votes = [(own, TRUSTED)]  # threshold and weight
        labelled = self.labelled
        if self.false_answers is None and labelled.rarer:
            votes.append((labelled.in_hindsight()[0], labelled.rarer))
        elif self.false_answers is not None:
            outside = labelled.scores[~labelled.in_scope]
            if len(outside):
                votes.append((float(np.quantile(outside, self.refused)), len(outside)))
        total = sum(weight for _, weight in votes)
        return sum(threshold * weight for threshold, weight in votes) / total

    def expected(self) -> Evaluation:
        """Return the queries that show what a threshold does: those that people judged, or, where
        they are few, the phrasings."""
        if self.labelled.rarer >= TRUSTED:
            return self.labelled
        return self.phrasings.with_strays()

    def resampled(self) -> Iterator["Evidence"]:
        """Yield what might have been seen as well: entries, with all their phrasings, and judged
        queries drawn with replacement."""
        random = np.random.default_rng(0)
        order = np.argsort(self.phrasings.right, kind="stable")
        edges = np.flatnonzero(np.diff(self.phrasings.right[order])) + 1
        rows = [order[a:b] for a, b in pairwise([0, *edges.tolist(), len(order)])]
        for _ in range(DRAWS):
            drawn = np.concatenate([rows[i] for i in random.integers(0, len(rows), len(rows))])
            n = len(self.labelled.scores)
            labelled = self.labelled.at(random.integers(0, n, n)) if n else self.labelled
            yield replace(self, phrasings=self.phrasings.at(drawn), labelled=labelled)


def _judged(
    collection: Collection, queries: Sequence[LabelledQuery], rankings: Sequence[Ranking]
) -> list[Evaluation]:
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
    for evaluation in evaluate(collection, known, rankings):
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


def _how(evidence: Evidence, judged: int, thumbs: int) -> str:
    """Return how a threshold was chosen, in a few sentences."""
    parts = []
    if evidence.entries:
        parts.append(
            f"Of {len(evidence.phrasings.own):,} phrasings, asked as if their own entry were gone, "
            f"{evidence.refused:.0%} find nothing so similar. With {evidence.entries:,} entries, "
            f"that counts for {evidence.own_share:.0%}; what is usual for the language model "
            "counts for the rest."
        )
    else:
        parts.append("There are too few entries to learn from: it is usual for the language model.")
    if evidence.enough and np.isinf(evidence.phrasings.own).mean() > 0.5:
        parts.append(
            "Most entries have one phrasing only, so what right answers score could not be seen."
        )
    if judged or thumbs:
        aim = "best" if evidence.false_answers is None else "as wanted"
        parts.append(
            f"Labelled queries ({judged:,}) and thumbs ({thumbs:,}) moved it to where it "
            f"separates them {aim}."
        )
    return " ".join(parts)
