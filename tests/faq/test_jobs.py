"""Long work in the background: seen by everybody, stopped by anybody, never run twice."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from faq import jobs
from faq.jobs import Cancelled, Progress, run_job, start_job, under_way
from store import Job, JobRunning, Store, StoreUnavailable, open_store

TIMEOUT = 20


@pytest.fixture(autouse=True)
def finished(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Beat at every report, and leave no work behind."""
    monkeypatch.setattr(jobs, "BEAT_EVERY_SECONDS", 0)
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("job "):
            thread.join(TIMEOUT)
            assert not thread.is_alive()


def wait_for(store: Store, kind: str, until: Callable[[Job], bool]) -> Job:
    deadline = monotonic() + TIMEOUT
    while monotonic() < deadline:
        job = store.jobs.latest(kind)
        if job is not None and until(job):
            return job
        sleep(0.005)
    raise AssertionError(f"still {store.jobs.latest(kind)}")


def ended(job: Job) -> bool:
    return job.state != "running"


class Gate:
    """Work that reports, then waits at a gate until the test lets it go on."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, progress: Progress) -> str:
        progress.report(1, 3)
        assert self.open.wait(TIMEOUT)
        progress.report(3, 3)
        return "3 entries"


@pytest.mark.parametrize("kind", [jobs.IMPORT, jobs.REEMBED, jobs.REPAIR])
def test_nothing_begins_to_write_into_what_a_restore_replaces(store: Store, kind: str) -> None:
    lease = store.jobs.start(
        jobs.RESTORE, owner="o", actor="bo", total=None, silent_after=jobs.SILENT_AFTER
    )
    with pytest.raises(JobRunning, match=r"^A restore is under way\. Wait for it, or cancel it"):
        start_job(store, kind, "ada", None, lambda progress: "")
    with pytest.raises(JobRunning):
        run_job(store, kind, "ada", lambda progress: "", str)
    assert store.jobs.latest(kind) is None
    store.jobs.finish(lease.id, owner="o", state="done", result="")
    run_job(store, kind, "ada", lambda progress: "", str)


def test_progress_and_result_are_seen(store: Store) -> None:
    gate = Gate()
    started = start_job(store, "import", "ada", None, gate)
    assert (started.state, started.kind, started.actor) == ("running", "import", "ada")
    running = wait_for(store, "import", lambda job: job.done == 1)
    assert (running.state, running.total, running.result) == ("running", 3, "")
    assert running.heartbeat_at >= started.heartbeat_at
    gate.open.set()
    done = wait_for(store, "import", ended)
    assert (done.state, done.done, done.result) == ("done", 3, "3 entries")


def test_another_process_sees_it_and_stops_it(store: Store, tmp_path: Path) -> None:
    def endless(progress: Progress) -> str:
        while True:
            progress.report(1, None)
            sleep(0.01)

    job = start_job(store, "import", "ada", None, endless)
    other = open_store(tmp_path / "faq.db")
    wait_for(other, "import", lambda job: job.done == 1)
    other.jobs.cancel(job.id)
    cancelled = wait_for(other, "import", ended)
    assert (cancelled.state, cancelled.result) == ("cancelled", "Somebody cancelled it.")
    other.close()


def test_a_failure_is_visible(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    def fails(progress: Progress) -> str:
        raise ValueError("The disk is full.")

    with caplog.at_level(logging.ERROR):
        start_job(store, "import", "ada", 5, fails)
        failed = wait_for(store, "import", ended)
        for thread in threading.enumerate():
            if thread.name == "job import":  # which logs it last
                thread.join()
    assert (failed.state, failed.result) == ("failed", "The disk is full.")
    assert "The job import failed" in caplog.text


def test_a_second_start_is_refused_and_the_first_goes_on(store: Store) -> None:
    gate, ran = Gate(), threading.Event()

    def second(progress: Progress) -> str:
        ran.set()
        return ""

    first = start_job(store, "import", "ada", 3, gate)
    with pytest.raises(JobRunning, match=r"^ada started this already and it is still") as refused:
        start_job(store, "import", "bo", 3, second)
    assert refused.value.job.id == first.id
    other_kind = start_job(store, "reembed", "bo", None, second)
    assert other_kind.id != first.id
    wait_for(store, "reembed", ended)
    gate.open.set()
    assert wait_for(store, "import", ended).state == "done"
    again = start_job(store, "import", "bo", None, second)
    assert again.id > first.id
    wait_for(store, "import", ended)


def test_a_silent_job_is_taken_over_and_its_work_stops(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SILENT_AFTER", timedelta(0))
    gates = Gate(), Gate()
    first = start_job(store, "import", "ada", 3, gates[0])
    wait_for(store, "import", lambda job: job.done == 1)
    [thread] = [thread for thread in threading.enumerate() if thread.name == "job import"]
    second = start_job(store, "import", "bo", 3, gates[1])
    assert second.id > first.id
    gates[0].open.set()  # the first wakes up, and must not touch the second one's row
    thread.join(TIMEOUT)
    running = wait_for(store, "import", lambda job: job.done == 1)
    assert (running.id, running.state, running.actor) == (second.id, "running", "bo")
    gates[1].open.set()
    done = wait_for(store, "import", ended)
    assert (done.id, done.state, done.result) == (second.id, "done", "3 entries")


def test_a_job_that_still_beats_is_not_taken_over(store: Store) -> None:
    gate = Gate()
    start_job(store, "import", "ada", 3, gate)
    assert timedelta(seconds=30) <= jobs.SILENT_AFTER
    with pytest.raises(JobRunning):
        start_job(store, "import", "bo", 3, gate)
    gate.open.set()


def test_few_of_many_reports_are_written_but_always_the_last(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BEAT_EVERY_SECONDS", 3600)
    seen: list[int] = []

    def work(progress: Progress) -> str:
        for number in range(1, 1001):
            progress.report(number, 1000)
            if number in (999, 1000):
                job = store.jobs.latest("import")
                assert job is not None
                seen.append(job.done)
        return "done"

    start_job(store, "import", "ada", 1000, work)
    assert wait_for(store, "import", ended).done == 1000
    assert seen == [0, 1000]


def test_work_ends_when_the_program_does(tmp_path: Path) -> None:
    script = (
        "import sys, threading, time\n"
        "from pathlib import Path\n"
        "from faq.jobs import start_job\n"
        "from store import open_store\n"
        "def endless(progress):\n"
        "    while True:\n"
        "        progress.report(1, None)\n"
        "        time.sleep(.01)\n"
        "def begin():\n"
        "    start_job(open_store(Path(sys.argv[1])), 'import', 'ada', None, endless)\n"
        "screen = threading.Thread(target=begin, daemon=True)\n"  # as Streamlit's are
        "screen.start()\n"
        "screen.join()\n"
    )
    path = tmp_path / "job.db"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert (done.returncode, done.stderr) == (0, "")
    job = open_store(path, create=False).jobs.latest("import")
    assert job is not None
    assert (job.state, job.result) == ("cancelled", "Askwell was stopped.")


def test_work_that_is_long_silent_goes_on_beating(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SILENT_AFTER", timedelta(seconds=0.3))
    gate = Gate()
    start_job(store, "import", "ada", None, gate)
    first = wait_for(store, "import", lambda job: job.done == 1)
    later = wait_for(store, "import", lambda job: job.heartbeat_at > first.heartbeat_at)
    assert later.done == 1
    with pytest.raises(JobRunning):
        start_job(store, "import", "bo", None, gate)
    gate.open.set()
    assert wait_for(store, "import", ended).state == "done"


def test_work_goes_on_while_the_disk_is_full(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jobs, "TRY_AGAIN_SECONDS", 0.01)
    full, refusals = threading.Event(), list[str]()

    def refusing(name: str) -> None:
        write = getattr(store.jobs, name)

        def refuse_while_full(*args: Any, **kwargs: Any) -> Any:
            if full.is_set():
                refusals.append(name)
                if refusals.count("finish") == 3:
                    full.clear()
                raise StoreUnavailable("The disk is full.")
            return write(*args, **kwargs)

        monkeypatch.setattr(store.jobs, name, refuse_while_full)

    refusing("beat")
    refusing("finish")

    def work(progress: Progress) -> str:
        full.set()
        progress.report(1, 2)
        progress.report(2, 2)
        return "worked out"

    start_job(store, "quality", "ada", 2, work)
    job = wait_for(store, "quality", ended)
    assert (job.state, job.result) == ("done", "worked out")
    assert refusals == ["beat", "beat", "finish", "finish", "finish"]
    assert "A heartbeat was missed: The disk is full." in caplog.text


def test_the_end_of_work_is_given_up_where_the_disk_stays_full(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jobs, "TRY_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "SILENT_AFTER", timedelta(seconds=0.05))

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(store.jobs, "finish", refuse)
    job = start_job(store, "quality", "ada", None, lambda progress: "worked out")
    for thread in threading.enumerate():
        if thread.name.startswith("job "):
            thread.join(TIMEOUT)
    assert "The end of quality is lost: The disk is full." in caplog.text
    later = wait_for(store, "quality", lambda job: not under_way(job))
    assert later.id == job.id  # another one can take over


def start_elsewhere(database: Path) -> subprocess.Popen[str]:
    """A process that holds the lease on work until it is killed."""
    script = (
        "import sys, time; from faq.jobs import start_job; from store import open_store\n"
        "def work(progress):\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(60)\n"
        "start_job(open_store(sys.argv[1]), 'import', 'bo', None, work)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(database)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def test_work_of_a_process_that_was_killed_is_taken_over_at_once(
    store: Store, tmp_path: Path
) -> None:
    process = start_elsewhere(tmp_path / "faq.db")
    job = store.jobs.latest("import")
    assert job is not None and jobs.under_way(job)
    with pytest.raises(JobRunning):
        start_job(store, "import", "ada", None, Gate())
    process.kill()
    process.communicate()
    assert not jobs.under_way(job)
    gate = Gate()
    gate.open.set()
    start_job(store, "import", "ada", None, gate)
    assert wait_for(store, "import", ended).result == "3 entries"


def test_work_of_another_machine_is_left_alone(store: Store) -> None:
    minute = timedelta(seconds=60)
    job = store.jobs.start(
        "import", owner="elsewhere/999999/x", actor="bo", total=None, silent_after=minute
    )
    assert jobs.under_way(job)
    with pytest.raises(JobRunning):
        start_job(store, "import", "ada", None, Gate())


def test_work_in_this_thread_is_a_job_like_others(store: Store) -> None:
    def work(progress: Progress) -> int:
        progress.report(1, 2)
        with pytest.raises(JobRunning):
            start_job(store, "import", "bo", None, Gate())
        return 7

    assert run_job(store, "import", "ada", work, lambda number: f"{number} rows") == 7
    job = store.jobs.latest("import")
    assert job is not None
    assert (job.state, job.result, job.done) == ("done", "7 rows", 1)


@pytest.mark.parametrize(
    ("error", "state"),
    [(ValueError("bad"), "failed"), (Cancelled("stop"), "cancelled"), (KeyboardInterrupt(), "")],
)
def test_work_in_this_thread_that_ends_early_gives_the_lease_back(
    store: Store, error: BaseException, state: str
) -> None:
    def work(progress: Progress) -> int:
        raise error

    with pytest.raises(type(error)):
        run_job(store, "import", "ada", work, str)
    job = store.jobs.latest("import")
    assert job is not None
    assert job.state == (state or "cancelled")
