"""The speed experiment: engines measured one after the other on the same texts, and the result kept
so that later ones can be compared with it."""

import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from embedding import EmbeddingError
from embedding.engines import Variant, processor
from faq import reports
from faq.collection import Collection, ReadableCollection
from faq.jobs import SPEED, Progress, start_job
from faq.reports import Kept
from faq.speed.process import Request, run_trial
from faq.speed.trial import FIXED, Trial
from store import Job, Store

COUNTS = (20, 100, 500)
PACKAGES = ("openvino", "torch", "sentence-transformers")


@dataclass(frozen=True, slots=True)
class Experiment:
    """Engines measured on the same texts, which are not kept themselves.

    `source` says where the texts came from: `collection` or `fixed`. `load` is how many programs
    ran at a time before it began; None where the system does not say. `versions` are those of
    Python and of the packages that compute.
    """

    trials: tuple[Trial, ...]
    texts: int
    source: str
    model: str
    fingerprint: str
    processor: str
    cores: int | None
    system: str
    load: float | None
    versions: Mapping[str, str]

    @property
    def measured(self) -> tuple[Trial, ...]:
        """The trials that have figures."""
        return tuple(trial for trial in self.trials if trial.single_p50_ms and not trial.error)

    @property
    def machine(self) -> str:
        """The processor with the number of cores that could be used."""
        return f"{self.processor}, {self.cores} cores" if self.cores else self.processor

    @property
    def conditions(self) -> tuple[object, ...]:
        """What must be equal for figures of two experiments to be comparable."""
        return self.processor, self.cores, self.system, self.fingerprint, self.texts, self.source


def start_experiment(
    collection: Collection, cache: Path, variants: Sequence[Variant], count: int
) -> Job:
    """Start an experiment over `count` texts; its report is kept in the collection at the end.

    `cache` is where the embedders keep what they make of a model. A step of the job is an engine.
    Raises `JobRunning` where an experiment is under way, and `ModelUnavailable` where the model's
    files are not here.
    """
    model, store, total = collection.embedder.model, collection.store, len(variants)
    # The process of a trial runs in another folder.
    name = str(Path(model.name).resolve()) if Path(model.name).is_dir() else model.name

    def work(progress: Progress) -> str:
        source, texts = texts_for(collection, count)
        usable = getattr(os, "sched_getaffinity", None)  # the cores that this process may use
        experiment = Experiment(
            trials=(),
            texts=len(texts),
            source=source,
            model=model.name,
            fingerprint=model.fingerprint,
            processor=processor(),
            cores=len(usable(0)) if usable else os.cpu_count(),
            system=f"{platform.system()} {platform.machine()}",
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            versions=_versions(),
        )
        for done, variant in enumerate(variants):
            request = Request(variant, name, model.revision, str(cache.resolve()), texts)
            trial = run_trial(request, partial(progress.report, done, total))
            experiment = replace(experiment, trials=(*experiment.trials, trial))
        progress.report(total, total)
        if not experiment.measured:
            raise EmbeddingError(experiment.trials[0].error)
        return str(reports.keep(store, SPEED, experiment, collection.actor))

    return start_job(store, SPEED, collection.actor, total, work)


def kept(store: Store) -> list[Kept[Experiment]]:
    """Return the experiments that the collection keeps, newest first."""
    found = reports.kept(store, SPEED, Experiment)
    return [one for one in found if one.result.measured]


def as_table(kept: Sequence[Kept[Experiment]]) -> tuple[list[str], list[list[object]]]:
    """Return columns and rows, one a trial, the experiments in their order."""
    figures = [field.name for field in fields(Trial)]
    packages = ["Python", *PACKAGES]
    columns = ["at", "by", "processor", "cores", "system", "busy_before", "model", "fingerprint"]
    columns += ["texts", "source", *figures, *packages]
    rows: list[list[object]] = [
        [
            *(one.at.isoformat(timespec="seconds"), one.actor, made.processor, made.cores),
            *(made.system, made.load, made.model, made.fingerprint, made.texts, made.source),
            *(getattr(trial, name) or None for name in figures),
            *(made.versions.get(name) for name in packages),
        ]
        for one in kept
        for made in [one.result]
        for trial in made.trials
    ]
    return columns, rows


def texts_for(collection: ReadableCollection, count: int) -> tuple[str, tuple[str, ...]]:
    """Return where `count` different texts come from, and the texts: the collection's questions,
    other ways of asking and answers, oldest entry first, or a fixed set where those are too few.

    So an experiment next month has the same texts, unless one of those entries changes.
    """
    own: dict[str, None] = {}
    for entry in collection.all_entries():
        content = entry.content
        own |= dict.fromkeys(filter(None, (*content.ways_of_asking, content.answer)))
        if len(own) >= count:
            return "collection", tuple(own)[:count]
    return "fixed", FIXED[:count]


def _versions() -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):  # then no engine uses it
            found[package] = version(package)
    return found
