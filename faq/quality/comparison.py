"""Rankings asked the same queries, in the background."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from time import perf_counter

import numpy as np

from faq import figures
from faq.collection import Collection
from faq.evaluation import Evaluation
from faq.figures import NONE
from faq.jobs import QUALITY, Progress, start_job
from faq.quality import report
from faq.quality.queries import (
    TESTS,
    LabelledQueries,
    Part,
    keep_labelled,
    labelled_parts,
    own_parts,
)
from faq.quality.report import Changed, Comparison, Measured, Side
from faq.ranking import RANKINGS, Ranking
from faq.threshold import chosen_name
from store import Job, Store

QUERIES_KEPT = 200  # of those won, and of those lost


def start_comparison(collection: Collection, labelled: LabelledQueries | None) -> Job:
    """Start comparing every ranking with the collection's own, on labelled queries or, without
    any, on the collection's phrasings; report and queries are kept in the collection at the end.

    Raises `JobRunning` where a comparison is under way.
    """

    def work(progress: Progress) -> str:
        comparison = compare(collection, labelled, progress)
        if labelled and labelled.name != TESTS:
            keep_labelled(collection.store, labelled.queries)
        return str(report.keep(collection.store, comparison, collection.actor).id)

    return start_job(collection.store, QUALITY, collection.actor, None, work)


def compare(
    collection: Collection, labelled: LabelledQueries | None, progress: Progress
) -> Comparison:
    """Compare every ranking with the collection's own. Raises `NothingToAsk`."""
    started, store = perf_counter(), collection.store
    unwanted = labelled.must_not_find if labelled else ()
    progress.report(0, len(labelled.queries) if labelled else None)
    parts: Iterable[Part]
    if labelled:
        parts, total = labelled_parts(collection, labelled.queries), len(labelled.queries)
    else:
        parts = own_parts(collection)
        total = sum(len(part.texts) for part in parts)
    own = chosen_name(store)
    names = sorted(RANKINGS, key=lambda name: name != own)
    rankings = [collection.ranking(name) for name in names]
    asked = _asked(parts, rankings, progress, total)
    found = [0] * len(rankings)
    if unwanted:
        parts = labelled_parts(collection, unwanted)
        found = [one.answered_right for one in _asked(parts, rankings, progress, len(unwanted))]
    questions = _questions(store, asked)
    before, info = asked[0], store.info()
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


def _asked(
    parts: Iterable[Part], rankings: Sequence[Ranking], progress: Progress, total: int
) -> list[Evaluation]:
    """Return an evaluation of all parts for each ranking; each part is embedded once."""
    done, evaluated = 0, []
    for part in parts:
        evaluated.append([part.asked(ranking) for ranking in rankings])
        done += len(part.texts)
        progress.report(done, total)
    return [_joined(of_ranking) for of_ranking in zip(*evaluated, strict=True)]


def _joined(parts: Sequence[Evaluation]) -> Evaluation:
    return Evaluation(
        parts[0].ranking,
        tuple(text for part in parts for text in part.queries),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.best for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.ranks for part in parts]),
    )


def _side(before: Evaluation, after: Evaluation, questions: dict[int, str]) -> Side:
    values, intervals = asdict(after.figures()), after.intervals()
    against = figures.compare(before.hits, after.hits)

    def changed(places: Sequence[int], found: Evaluation) -> tuple[Changed, ...]:
        return tuple(
            Changed(
                after.queries[place],
                questions.get(int(after.right[place]), ""),
                questions.get(int(found.best[place]), ""),
            )
            for place in places[:QUERIES_KEPT]
        )

    return Side(
        ranking=after.ranking.name,
        threshold=after.ranking.threshold,
        figures={
            name: Measured(value, intervals[name].low, intervals[name].high)
            if name in intervals
            else Measured(value)
            for name, value in values.items()
            if value is not None
        },
        won=len(against.won),
        lost=len(against.lost),
        p_value=against.p_value,
        queries_won=changed(against.won, before),
        queries_lost=changed(against.lost, after),
    )


def _questions(store: Store, asked: Sequence[Evaluation]) -> dict[int, str]:
    ids = np.unique(np.concatenate([[*one.right, *one.best] for one in asked]))
    entries = store.get([int(id_) for id_ in ids if id_ != NONE])
    return {entry.id: entry.content.question for entry in entries}


def _digest(asked: Evaluation) -> str:
    told = json.dumps([asked.queries, asked.right.tolist()])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
