"""The leases of long work in every store."""

from datetime import timedelta

import pytest

from store import JobRunning, Store

MINUTE = timedelta(minutes=1)


def test_a_job_runs_once_and_says_how_far_it_is(store: Store) -> None:
    job = store.jobs.start("import", owner="p1", actor="ada", total=None, silent_after=MINUTE)
    assert store.jobs.beat(job.id, owner="p1", done=3, total=9)
    with pytest.raises(JobRunning) as refusal:
        store.jobs.start("import", owner="p2", actor="bo", total=None, silent_after=MINUTE)
    assert (refusal.value.job.done, refusal.value.job.total) == (3, 9)
    store.jobs.start("check", owner="p2", actor="bo", total=None, silent_after=MINUTE)
    store.jobs.finish(job.id, owner="p1", state="done", result="9 rows")
    ended = store.jobs.latest("import")
    assert ended is not None and (ended.state, ended.result) == ("done", "9 rows")
    store.jobs.start("import", owner="p2", actor="bo", total=None, silent_after=MINUTE)
    assert store.jobs.latest("other") is None


def test_a_cancelled_job_learns_of_it(store: Store) -> None:
    job = store.jobs.start("import", owner="p1", actor="ada", total=5, silent_after=MINUTE)
    store.jobs.cancel(job.id)
    assert not store.jobs.beat(job.id, owner="p1", done=1, total=5)


def test_a_dead_job_is_taken_over_and_its_owner_has_no_say_any_more(store: Store) -> None:
    dead = store.jobs.start("import", owner="p1", actor="ada", total=5, silent_after=MINUTE)
    now = timedelta(0)
    alive = store.jobs.start("import", owner="p2", actor="bo", total=5, silent_after=now)
    assert not store.jobs.beat(dead.id, owner="p1", done=2, total=5)
    store.jobs.finish(dead.id, owner="p1", state="done", result="")
    latest = store.jobs.latest("import")
    assert latest is not None
    assert (latest.id, latest.state, latest.owner) == (alive.id, "running", "p2")
