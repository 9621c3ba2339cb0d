"""Long work in the background: it outlives the page that began it, tells how far it is, and stops
when asked. Its lease, progress and result are a row in the store, so every process sees them."""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import TypeVar

from store import Job, JobRunning, JobState, Store, StoreUnavailable

# The kinds of work; of each, one runs at a time.
IMPORT = "import"
REEMBED = "reembed"
SPEED = "speed"
QUALITY = "quality"
CALIBRATION = "calibration"
REPAIR = "repair"
BACKUP = "backup"
RESTORE = "restore"
PUBLISH = "publish"

# What is told of those that others have to wait for.
NAMES = {
    IMPORT: "An import",
    REEMBED: "An embedding with another model",
    REPAIR: "A repair",
    RESTORE: "A restore",
}
WRITING = (IMPORT, REEMBED, REPAIR)  # into the collection, which a restore would replace meanwhile

SILENT_AFTER = timedelta(seconds=60)  # a job that says nothing for so long has died
BEAT_EVERY_SECONDS = 0.5
TRY_AGAIN_SECONDS = 0.5


class Cancelled(Exception):
    """Somebody asked the work to stop, or another process took it over."""


class Progress:
    """What work is given to tell how far it is."""

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
        """Tell the store that the work goes on, and hear whether it should. Where the disk is full
        or busy, it goes on: what it writes itself will tell."""
        self._beaten_at = monotonic()
        job = self._job
        try:
            self._stopped = not self._store.beat_job(
                job.id, owner=job.owner, done=self._done, total=self._total
            )
        except StoreUnavailable as error:
            logging.getLogger(__name__).warning("A heartbeat was missed: %s", error)


Work = Callable[[Progress], str]
"""Long work: reports progress, returns its result as text."""
T = TypeVar("T")


def start_job(store: Store, kind: str, actor: str, total: int | None, work: Work) -> Job:
    """Start `work` in a thread of its own. Raises `JobRunning` where work of this kind is already
    under way, in whatever process, or where it would write into what a restore replaces."""
    job = _started(store, kind, actor, total)
    # Not a daemon: the interpreter must not pull the database from under it. `Progress.report`
    # ends it when the server stops.
    threading.Thread(target=_run, args=(store, job, work), name=f"job {kind}", daemon=False).start()
    return job


def run_job(
    store: Store, kind: str, actor: str, work: Callable[[Progress], T], told: Callable[[T], str]
) -> T:
    """Do long work in this thread, as a job that others see, and return its result; `told` says it
    as text. Raises `JobRunning` as `start_job` does, and whatever `work` does."""
    job = _started(store, kind, actor, None)
    state: JobState = "cancelled"
    result = "It was stopped."
    try:
        with _beating(Progress(store, job)) as progress:
            done = work(progress)
        state, result = "done", told(done)
    except Exception as error:
        state = "cancelled" if isinstance(error, Cancelled) else "failed"
        result = str(error)
        raise
    finally:
        _finish(store, job, state, result)
    return done


def under_way(job: Job) -> bool:
    """Return whether work goes on: whoever does it may have died without a word."""
    silent = datetime.now(UTC) - job.heartbeat_at >= SILENT_AFTER
    return job.state == "running" and not silent and not _has_died(job)


def refuse_beside(store: Store, *kinds: str) -> None:
    """Raise `JobRunning` where work of one of these kinds is under way."""
    for kind in kinds:
        job = store.job(kind)
        if job is not None and under_way(job):
            raise JobRunning(f"{NAMES[kind]} is under way. Wait for it, or cancel it first.", job)


def _started(store: Store, kind: str, actor: str, total: int | None) -> Job:
    """Take the lease, at once where whoever holds it was killed on this machine."""
    owner = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex}"
    if kind in WRITING:
        refuse_beside(store, RESTORE)

    def start() -> Job:
        return store.start_job(
            kind, owner=owner, actor=actor, total=total, silent_after=SILENT_AFTER
        )

    try:
        return start()
    except JobRunning as running:
        dead = running.job
        if not _has_died(dead):
            raise
    store.finish_job(
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
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # it is another user's
        return False
    return False


def _run(store: Store, job: Job, work: Work) -> None:
    state: JobState
    try:
        with _beating(Progress(store, job)) as progress:
            result, state = work(progress), "done"
    except Cancelled as reason:
        result, state = str(reason), "cancelled"
    except Exception as error:  # whatever it was, the screen must hear of it
        logging.getLogger(__name__).exception("The job %s failed", job.kind)
        result, state = str(error), "failed"
    _finish(store, job, state, result)


def _finish(store: Store, job: Job, state: JobState, result: str) -> None:
    """Write how work ended. Where the disk is full or busy, try on for as long as nobody else can
    take the job over."""
    deadline = monotonic() + SILENT_AFTER.total_seconds()
    while True:
        try:
            return store.finish_job(job.id, owner=job.owner, state=state, result=result)
        except StoreUnavailable as error:
            if monotonic() > deadline or not threading.main_thread().is_alive():
                logging.getLogger(__name__).warning("The end of %s is lost: %s", job.kind, error)
                return None
        sleep(TRY_AGAIN_SECONDS)


@contextmanager
def _beating(progress: Progress) -> Iterator[Progress]:
    """Beat while the work goes on."""
    ended = threading.Event()
    threading.Thread(target=_keep_beating, args=(progress, ended), daemon=True).start()
    try:
        yield progress
    finally:
        ended.set()


def _keep_beating(progress: Progress, ended: threading.Event) -> None:
    """Beat while the work is busy with a part that takes long."""
    while not ended.wait(SILENT_AFTER.total_seconds() / 6):
        progress.beat()
