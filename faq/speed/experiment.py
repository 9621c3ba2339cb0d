"""The speed experiment: variants tried one after the other on the same texts, in the background."""

import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path

from embedding.processor import processor
from embedding.variants import Variant
from faq.collection import Collection
from faq.jobs import SPEED, Progress, start_job
from faq.speed import report
from faq.speed.comparison import STEMS, THINGS
from faq.speed.report import Experiment, Trial
from faq.speed.trial import STEPS
from faq.speed.trial_process import Request, TrialFailed, run_trial
from store import EntryFilter, Job, Store

COUNTS = (20, 100, 500)
STARTS = 2  # of each variant: the second one finds everything prepared
STEPS_A_VARIANT = STARTS + STEPS
KINDS = ("", "new ", "old ", "second ", "business ")
FIXED = tuple(stem.format(kind + thing) for kind in KINDS for thing in THINGS for stem in STEMS)
"""Five hundred questions, for collections that are too small; every ten begin alike."""
PACKAGES = ("openvino", "torch", "sentence-transformers")
ENTRIES_AT_ONCE = 200


def start_experiment(
    collection: Collection, cache: Path, variants: Sequence[Variant], count: int
) -> Job:
    """Start an experiment over `count` texts; its report is kept in the collection at the end.

    `cache` is where the embedders keep what they make of a model. Raises `JobRunning` where an
    experiment is under way, and `ModelUnavailable` where the model's files are not here.
    """
    model, store = collection.embedder.model, collection.store
    total = len(variants) * STEPS_A_VARIANT

    def work(progress: Progress) -> str:
        source, texts = texts_for(store, count)
        experiment = Experiment(
            texts=len(texts),
            source=source,
            model=model.name,
            fingerprint=model.fingerprint,
            processor=processor(),
            cores=_cores(),
            system=f"{platform.system()} {platform.machine()}",
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            versions=_versions(),
        )
        for number, variant in enumerate(variants):
            before = number * STEPS_A_VARIANT
            request = Request(variant, model.name, model.revision, cache, texts)
            trial = _tried(request, progress, before, total)
            experiment = replace(experiment, trials=(*experiment.trials, trial))
        progress.report(total, total)
        if not experiment.measured:
            raise TrialFailed(experiment.trials[0].error)
        return str(report.keep(store, experiment, collection.actor).id)

    return start_job(store, SPEED, collection.actor, total, work)


def texts_for(store: Store, count: int) -> tuple[str, list[str]]:
    """Return where `count` different texts come from, and the texts: the collection's questions,
    other ways of asking and answers, oldest entry first, or a fixed set where those are too few.

    So an experiment next month has the same texts, unless one of those entries changes.
    """
    own = list(islice(_own_texts(store), count))
    if len(own) == count:
        return "collection", own
    return "fixed", list(FIXED[:count])


def _own_texts(store: Store) -> Iterator[str]:
    seen, offset = {""}, 0
    while entries := store.page(EntryFilter(), offset=offset, limit=ENTRIES_AT_ONCE).entries:
        for entry in entries:
            for text in (*entry.content.ways_of_asking, entry.content.answer):
                if text not in seen:
                    seen.add(text)
                    yield text
        offset += len(entries)


def _tried(request: Request, progress: Progress, before: int, total: int) -> Trial:
    """Return what came of one variant; `before` steps of `total` were done before it."""
    done = before

    def wait() -> None:
        progress.report(done, total)

    def step() -> None:
        nonlocal done
        done += 1
        wait()

    wait()
    asked = request.variant
    trial = Trial(engine=asked.engine, precision=asked.precision, device=asked.device)
    try:
        first, _ = run_trial(replace(request, texts=request.texts[:1]), wait, step, measure=False)
        start, figures = run_trial(request, wait, step, measure=True)
    except TrialFailed as failure:
        return replace(trial, error=str(failure))
    return replace(trial, first_start_seconds=first, start_seconds=start, **figures)


def _cores() -> int | None:
    """Return how many of the machine's cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _versions() -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):  # then no variant uses it
            found[package] = version(package)
    return found
