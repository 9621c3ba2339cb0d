"""Long work in the background: it goes on when its page is left, reports progress, and stops when
asked. Its lease, progress and result are a row in the store, so every process sees them."""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic, sleep
from typing import TypeVar

from faq.json_records import to_json
from store import Job, JobRunning, JobState, Store, StoreUnavailable

# The kinds of work; of each, one runs at a time.
IMPORT = "import"
REEMBED = "reembed"
SPEED = "speed"
QUALITY = "quality"
CALIBRATION = "calibration"
REPAIR = "repair"
PASSAGES = "passages"
BACKUP = "backup"
RESTORE = "restore"
PUBLISH = "publish"
MOVE = "move"

# The names of those that others have to wait for.
NAMES = {
    IMPORT: "An import",
    REEMBED: "An embedding with another model",
    REPAIR: "A repair",
    PASSAGES: "The reading of long answers",
    RESTORE: "A restore",
}
WRITING = (IMPORT, REEMBED, REPAIR, PASSAGES)  # into the collection, which a restore would replace

SILENT_AFTER = timedelta(seconds=60)  # a job without a heartbeat for so long has died
BEAT_EVERY_SECONDS = 0.5
TRY_AGAIN_SECONDS = 0.5

T = TypeVar("T")
log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody asked the work to stop, or another process took it over."""


class Progress:
    """What work reports its progress to."""

    def __init__(self, store: Store, job: Job) -> None:
        self._store = store
        self._job = job
        self._done, self._total = 0, job.total
        self._stopped = False
        self._beaten_at = monotonic()

    def report(self, done: int, total: int | None) -> None:
        """Record progress. Raises `Cancelled` where the work should stop."""
        news = done == total or total != self._total
        self._done, self._total = done, total
        if not threading.main_thread().is_alive():
            raise Cancelled("Askwell was stopped.")
        if news or monotonic() - self._beaten_at >= BEAT_EVERY_SECONDS:
            self.beat()
        if self._stopped:
            raise Cancelled("Somebody cancelled it.")

    def beat(self) -> None:
        """Write a heartbeat, and learn whether the work should stop. Where the disk is full or
        busy, the work goes on: its own writes will fail where they must."""
        self._beaten_at = monotonic()
        job = self._job
        try:
            self._stopped = not self._store.jobs.beat(
                job.id, owner=job.owner, done=self._done, total=self._total
            )
        except StoreUnavailable as error:
            log.warning("A heartbeat was missed: %s", error)


Report = Callable[[int, int], None]
"""Hears how much of how much is done; what it raises ends the work."""
Work = Callable[[Progress], object]
"""Long work: reports progress, and returns its result as text or as a dataclass, which is kept as
JSON (`json_records`)."""


def start_job(store: Store, kind: str, actor: str, total: int | None, work: Work) -> Job:
    """Start `work` in a thread of its own. Raises `JobRunning` where work of this kind is already
    under way, in whatever process, or where it would write into what a restore replaces."""
    job = _lease(store, kind, actor, total)

    def run() -> None:
        try:
            with suppress(Cancelled):
                _run(store, job, work, _as_text)
        except Exception:  # the job's row says it to people
            log.exception("The job %s failed", kind)

    # Not a daemon: the interpreter must not end while the thread uses the database.
    # `Progress.report` ends it when the server stops.
    threading.Thread(target=run, name=f"job {kind}", daemon=False).start()
    return job


def run_job(
    store: Store,
    kind: str,
    actor: str,
    work: Callable[[Progress], T],
    as_text: Callable[[T], str] | None = None,
) -> T:
    """Do long work in this thread, as a job that others see, and return its result; `as_text` makes
    of it what others see. Raises `JobRunning` as `start_job` does, and whatever `work` does."""
    return _run(store, _lease(store, kind, actor, None), work, as_text or _as_text)


def under_way(job: Job) -> bool:
    """Return whether work goes on: its process may have died without a word."""
    silent = datetime.now(UTC) - job.heartbeat_at >= SILENT_AFTER
    return job.state == "running" and not silent and not _has_died(job)


def refuse_beside(store: Store, *kinds: str) -> None:
    """Raise `JobRunning` where work of one of these kinds is under way."""
    for kind in kinds:
        job = store.jobs.latest(kind)
        if job is not None and under_way(job):
            raise JobRunning(f"{NAMES[kind]} is under way. Wait for it, or cancel it first.", job)


def _lease(store: Store, kind: str, actor: str, total: int | None) -> Job:
    """Take the lease, at once where its holder was killed on this machine."""
    owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex}"
    if kind in WRITING:
        refuse_beside(store, RESTORE)
    start = partial(
        store.jobs.start, kind, owner=owner, actor=actor, total=total, silent_after=SILENT_AFTER
    )
    try:
        return start()
    except JobRunning as running:
        dead = running.job
        if not _has_died(dead):
            raise
        store.jobs.finish(
            dead.id, owner=dead.owner, state="failed", result="The program that ran it was ended."
        )
        return start()


def _has_died(job: Job) -> bool:
    """Return whether the process that does the work is certainly gone."""
    machine, _, process = job.owner.rpartition("/")[0].rpartition("/")
    if machine != socket.gethostname() or not process.isdecimal() or os.name == "nt":
        return False  # Windows would end the process that it is asked about
    try:
        os.kill(int(process), 0)
    except (OSError, OverflowError) as error:  # else it is another user's
        return isinstance(error, ProcessLookupError)
    return False


def _as_text(result: object) -> str:
    return result if isinstance(result, str) else to_json(result)


def _run(store: Store, job: Job, work: Callable[[Progress], T], as_text: Callable[[T], str]) -> T:
    """Do the work, and write how it ended, whatever it raises."""
    state: JobState = "cancelled"
    text = "It was stopped."
    try:
        with _beating(Progress(store, job)) as progress:
            result = work(progress)
        state, text = "done", as_text(result)
        return result
    except Exception as error:
        state = "cancelled" if isinstance(error, Cancelled) else "failed"
        text = str(error)
        raise
    finally:
        _finish(store, job, state, text)


def _finish(store: Store, job: Job, state: JobState, result: str) -> None:
    """Write how work ended. Where the disk is full or busy, retry for as long as nobody else can
    take the job over."""
    deadline = monotonic() + SILENT_AFTER.total_seconds()
    while True:
        try:
            store.jobs.finish(job.id, owner=job.owner, state=state, result=result)
            return
        except StoreUnavailable as error:
            if monotonic() > deadline or not threading.main_thread().is_alive():
                log.warning("The end of %s is lost: %s", job.kind, error)
                return
        sleep(TRY_AGAIN_SECONDS)


@contextmanager
def _beating(progress: Progress) -> Iterator[Progress]:
    """Write heartbeats while the work is busy with a part that takes long."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(SILENT_AFTER.total_seconds() / 6):
            progress.beat()

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield progress
    finally:
        ended.set()
