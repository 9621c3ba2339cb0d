"""What commands have in common: the collection they work on, long work, output, exit statuses."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from embedding import Download, EmbeddingError, Runtime
from errors import AskwellError
from faq import access
from faq.collection import Collection, ReadableCollection
from faq.evaluation.calibration import choose_due
from faq.jobs import IMPORT, Progress, Report, run_job, under_way
from faq.models import Models, describe_download
from faq.settings import Settings
from store import Location, ReadableStore, Store, StoreError, open_store

DONE, FAILED, WRONG_USAGE = 0, 1, 2
PRINT_EVERY_SECONDS = 2.0

Result = dict[str, Any]
T = TypeVar("T")


class WrongUsage(AskwellError):
    """The arguments of a command do not go together."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: its arguments, and how this installation is set up."""

    arguments: argparse.Namespace
    settings: Settings

    @property
    def location(self) -> Location:
        """Where the collection is, or will be."""
        return self.arguments.database or self.settings.database

    def store(self, *, create: bool = False, changes: bool = True) -> Store:
        """Open the store that the command works on. Raises `NotAllowed` for readers where it
        `changes` something."""
        if changes:
            access.require(self.settings.role, access.Role.EDITOR)
        store = open_store(self.location, create=create, replica=self.settings.replica)
        _show_unfinished(store)
        return store

    def models(self, store: ReadableStore | None = None) -> Models:
        """Return the models that the command may need; a download prints its progress."""
        printed = printer(lambda done, total: describe_download(Download(done, total)))
        return Models(self.settings, store, lambda download: printed(download.done, download.total))

    def collection(self, *, create: bool = False) -> Collection:
        """Open the collection that the command works on, with its own model."""
        store = self.store(create=create)
        return Collection(store, self.models(store).own(), self.settings.actor)

    def readable_collection(self) -> ReadableCollection:
        """Open the collection that the command reads, as the role may use it."""
        whole = open_store(self.location, create=False, replica=self.settings.replica)
        _show_unfinished(whole)
        store = access.restricted(whole, self.settings.role)
        return ReadableCollection(store, self.models(store).own(), self.settings.actor)

    def job(self, store: Store, kind: str, work: Callable[[Report], T]) -> T:
        """Do long work that writes vectors, as a job that others see and can cancel."""
        printed = printer(lambda done, total: f"{done:,} of {total:,} vectors saved")

        def reporting(progress: Progress) -> T:
            def report(done: int, total: int) -> None:
                printed(done, total)
                progress.report(done, total)

            return work(report)

        return run_job(store, kind, self.settings.actor, reporting)

    def show(self, result: Result, text: str, *, ok: bool = True) -> int:
        """Print the result on standard output, as JSON or as text; return the exit status."""
        shown = json.dumps(result, ensure_ascii=False) if self.arguments.json else text
        print(shown, flush=True)
        return DONE if ok else FAILED


def _show_unfinished(store: Store) -> None:
    """Say so where the last import did not come to its end."""
    last = store.jobs.latest(IMPORT)
    if last is not None and last.state != "done" and not under_way(last):
        message(
            f"The last import stopped after {last.done:,} rows; those are kept. The same file "
            "again brings in the rest."
        )


def choose_thresholds(collection: Collection) -> None:
    """Choose the thresholds that are due after a change; say so where that fails: what was changed
    stays."""
    try:
        choose_due(collection)
    except (EmbeddingError, StoreError) as error:
        message(f"The threshold could not be chosen anew. {error}")


def message(text: str) -> None:
    """Print a message or progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def printer(describe: Callable[[int, int], str], quiet_seconds: float = 0.0) -> Report:
    """Return a listener that prints progress every few seconds, its start and its end; with
    `quiet_seconds`, only that of work that takes longer."""
    due = monotonic() + quiet_seconds

    def report(done: int, total: int) -> None:
        nonlocal due
        ended = done >= total and not quiet_seconds
        if total and (ended or monotonic() >= due):
            due = monotonic() + PRINT_EVERY_SECONDS
            message(describe(done, total))

    return report


def runtime_as_json(runtime: Runtime) -> Result:
    return {"engine": runtime.engine, "device": runtime.device, "precision": runtime.precision}
