"""Comparing rankings on the same queries, in the background; the results are kept in the collection
and can be read years later."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from errors import AskwellError
from faq import reports
from faq.collection import Collection
from faq.evaluation.asking import evaluate, leave_one_out
from faq.evaluation.figures import NONE, Evaluation, Measured, sign_test
from faq.evaluation.queries import LabelledQueries
from faq.jobs import QUALITY, Progress, Report, start_job
from faq.search.ranking import offered
from faq.search.threshold import chosen_name
from store import Job, Store

QUERIES_KEPT = 200  # of those won, and of those lost


class NothingToAsk(AskwellError):
    """There is no query to compare rankings on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Disputed:
    """A query that one ranking answers right with its first match, and another does not: its right
    entry, and what came first instead."""

    query: str
    right: str
    instead: str


@dataclass(frozen=True, slots=True)
class Side:
    """A ranking's figures, by the names of `Figures`; and what it won and lost against the ranking
    that the collection had. Of many, the first are kept: `won` and `lost` count all of them.
    `p_value` is how often chance alone would give a result as uneven. `must_not_found` counts the
    queries that were answered by an entry that must not."""

    ranking: str
    threshold: float
    figures: Mapping[str, Measured]
    won: int = 0
    lost: int = 0
    p_value: float = 1.0
    queries_won: tuple[Disputed, ...] = ()
    queries_lost: tuple[Disputed, ...] = ()
    must_not_found: int = 0

    @property
    def significant(self) -> bool:
        """Whether it differs by more than chance."""
        return self.p_value < 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rankings asked the same queries, the collection's own first.

    `labelled` says where the queries came from, the name of a file or the entries' tests; empty
    where they were the collection's own phrasings, leave-one-out. `digest` is the same for the same
    queries with the same right entries. `must_not_find` counts those that were asked beside them
    because an entry must not answer them; no figure includes these.
    """

    sides: tuple[Side, ...]
    labelled: str
    in_scope: int
    out_of_scope: int
    digest: str
    model: str
    entries: int
    phrasings: int
    seconds: float
    must_not_find: int = 0


def start_comparison(collection: Collection, labelled: LabelledQueries | None) -> Job:
    """Start comparing every ranking with the collection's own, on labelled queries or, without
    any, on the collection's phrasings; the report is kept in the collection at the end.

    Raises `JobRunning` where a comparison is under way.
    """

    def work(progress: Progress) -> str:
        comparison = compare(collection, labelled, progress.report)
        return reports.keep(collection.store, QUALITY, comparison, collection.actor)

    return start_job(collection.store, QUALITY, collection.actor, None, work)


def compare(
    collection: Collection,
    labelled: LabelledQueries | None,
    report: Report = lambda done, total: None,
) -> Comparison:
    """Compare every ranking with the collection's own. Raises `NothingToAsk`."""
    started, store = perf_counter(), collection.store
    if labelled:
        report(0, len(labelled.queries))
    own = chosen_name(collection.state)
    rankings = [collection.ranking(one.name) for one in offered(own)]
    info, unwanted = store.info(), labelled.must_not_find if labelled else ()
    if labelled:
        asked = evaluate(collection, labelled.queries, rankings, report)
    else:
        shown = leave_one_out(collection, rankings, report)
        asked = [one.with_strays() for one in shown]
        if len(shown[0].texts) and not asked[0].in_scope.any():
            raise NothingToAsk(
                "Every entry has a single way of asking, so there is none to ask the others with. "
                "Add other ways of asking to some entries, or upload questions of your users."
            )
    if asked[0].best.max(initial=NONE) == NONE:
        raise NothingToAsk("There is no published entry yet. Add some, then come back.")
    found = [one.answered_right for one in evaluate(collection, unwanted, rankings)]
    questions, before = _questions(store, asked), asked[0]
    return Comparison(
        sides=tuple(
            replace(_side(before, after, questions), must_not_found=count)
            for after, count in zip(asked, found, strict=True)
        ),
        labelled=labelled.name if labelled else "",
        in_scope=int(before.in_scope.sum()),
        out_of_scope=int((~before.in_scope).sum()),
        digest=_digest(before) if labelled else "",
        model=collection.embedder.model.name,
        entries=info.entries,
        phrasings=info.phrasings,
        seconds=perf_counter() - started,
        must_not_find=len(unwanted),
    )


def _side(before: Evaluation, after: Evaluation, questions: Mapping[int, str]) -> Side:
    won = np.flatnonzero(after.hits & ~before.hits)
    lost = np.flatnonzero(before.hits & ~after.hits)

    def disputed(places: NDArray[np.intp], found: Evaluation) -> tuple[Disputed, ...]:
        some = places[:QUERIES_KEPT]
        named = [
            [questions.get(i, "") for i in ids[some].tolist()] for ids in (after.right, found.best)
        ]
        return tuple(map(Disputed, after.texts[some].tolist(), *named))

    return Side(
        ranking=after.ranking.name,
        threshold=after.ranking.threshold,
        figures=after.measured(),
        won=len(won),
        lost=len(lost),
        p_value=sign_test(len(won), len(lost)),
        queries_won=disputed(won, before),
        queries_lost=disputed(lost, after),
    )


def _questions(store: Store, asked: Sequence[Evaluation]) -> dict[int, str]:
    ids = np.unique(np.concatenate([[*one.right, *one.best] for one in asked]))
    entries = store.entries.get([int(id_) for id_ in ids if id_ != NONE])
    return {entry.id: entry.content.question for entry in entries}


def _digest(asked: Evaluation) -> str:
    queries = json.dumps([asked.texts.tolist(), asked.right.tolist()])
    return hashlib.sha256(queries.encode()).hexdigest()[:16]
