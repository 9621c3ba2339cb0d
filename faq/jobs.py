"""Long work in the background: it outlives the page that began it, tells how far it is, and stops
when asked. Its lease, progress and result are a row in the store, so every process sees them."""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from store import Job, JobState, Store, StoreError

# The kinds of work; of each, one runs at a time.
IMPORT = "import"
REEMBED = "reembed"
SPEED = "speed"
QUALITY = "quality"
CALIBRATION = "calibration"
PUBLISH = "publish"

SILENT_AFTER = timedelta(seconds=60)  # a job that says nothing for so long has died
BEAT_EVERY_SECONDS = 0.5


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
        """Tell the store that the work goes on, and hear whether it should."""
        self._beaten_at = monotonic()
        job = self._job
        self._stopped = not self._store.beat_job(
            job.id, owner=job.owner, done=self._done, total=self._total
        )


Work = Callable[[Progress], str]
"""Long work: reports progress, returns its result as text."""


def start_job(store: Store, kind: str, actor: str, total: int | None, work: Work) -> Job:
    """Start `work` in a thread of its own. Raises `JobRunning` where work of this kind is already
    under way, in whatever process."""
    owner = uuid.uuid4().hex
    job = store.start_job(kind, owner=owner, actor=actor, total=total, silent_after=SILENT_AFTER)
    # Not a daemon: the interpreter must not pull the database from under it. `Progress.report`
    # ends it when the server stops.
    threading.Thread(target=_run, args=(store, job, work), name=f"job {kind}", daemon=False).start()
    return job


def under_way(job: Job) -> bool:
    """Return whether work goes on: whoever does it may have died without a word."""
    return job.state == "running" and datetime.now(UTC) - job.heartbeat_at < SILENT_AFTER


def _run(store: Store, job: Job, work: Work) -> None:
    progress, ended = Progress(store, job), threading.Event()
    heart = threading.Thread(target=_keep_beating, args=(progress, ended), daemon=True)
    heart.start()
    state: JobState
    try:
        result, state = work(progress), "done"
    except Cancelled as reason:
        result, state = str(reason), "cancelled"
    except Exception as error:  # whatever it was, the screen must hear of it
        logging.getLogger(__name__).exception("The job %s failed", job.kind)
        result, state = str(error), "failed"
    ended.set()
    store.finish_job(job.id, owner=job.owner, state=state, result=result)


def _keep_beating(progress: Progress, ended: threading.Event) -> None:
    """Beat while the work is busy with a part that takes long."""
    while not ended.wait(SILENT_AFTER.total_seconds() / 6):
        try:
            progress.beat()
        except StoreError:  # busy for the moment: the next beat comes
            logging.getLogger(__name__).warning("A heartbeat was missed", exc_info=True)
