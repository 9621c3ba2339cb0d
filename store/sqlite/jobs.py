"""Long work, one row a job: who holds the lease, and how far it is."""

from datetime import UTC, datetime, timedelta

import apsw

from store.bookkeeping_records import Job, JobState
from store.errors import JobRunning
from store.sqlite.sql import now, select


def latest(connection: apsw.Connection, kind: str) -> Job | None:
    """Return the latest job of a kind, running or ended."""
    rows = select(
        connection,
        "SELECT id, kind, state, owner, actor, done, total, result, started_at, heartbeat_at,"
        " cancel_requested FROM job WHERE kind = ? ORDER BY id DESC LIMIT 1",
        (kind,),
    )
    if not rows:
        return None
    id_, _, state, owner, actor, done, total, result, started_at, heartbeat_at, cancel = rows[0]
    return Job(
        id=id_,
        kind=kind,
        state=state,
        owner=owner,
        actor=actor,
        done=done,
        total=total,
        result=result,
        started_at=datetime.fromisoformat(started_at),
        heartbeat_at=datetime.fromisoformat(heartbeat_at),
        cancel_requested=bool(cancel),
    )


def start(
    connection: apsw.Connection,
    kind: str,
    owner: str,
    actor: str,
    total: int | None,
    silent_after: timedelta,
) -> Job:
    """Take the lease on a kind of work; see `Store.start_job`."""
    standing = latest(connection, kind)
    if standing is not None and standing.state == "running":
        if datetime.now(UTC) - standing.heartbeat_at < silent_after:
            raise JobRunning(
                f"{standing.actor} started this already and it is still under way. Wait for it, or "
                "cancel it first.",
                standing,
            )
        finish(connection, standing.id, standing.owner, "failed", "The process that ran it ended.")
    at = now()
    connection.execute(
        "INSERT INTO job (kind, state, owner, actor, done, total, result, started_at, heartbeat_at)"
        " VALUES (?, 'running', ?, ?, 0, ?, '', ?, ?)",
        (kind, owner, actor, total, at, at),
    )
    job = latest(connection, kind)
    assert job is not None
    return job


def beat(
    connection: apsw.Connection, job_id: int, owner: str, done: int, total: int | None
) -> bool:
    """Record progress and say whether to go on; see `Store.beat_job`."""
    connection.execute(
        "UPDATE job SET done = ?, total = ?, heartbeat_at = ?"
        " WHERE id = ? AND owner = ? AND state = 'running'",
        (done, total, now(), job_id, owner),
    )
    held = select(
        connection,
        "SELECT 1 FROM job WHERE id = ? AND owner = ? AND state = 'running'"
        " AND NOT cancel_requested",
        (job_id, owner),
    )
    return bool(held)


def finish(
    connection: apsw.Connection, job_id: int, owner: str, state: JobState, result: str
) -> None:
    """End a job that `owner` still holds."""
    connection.execute(
        "UPDATE job SET state = ?, result = ? WHERE id = ? AND owner = ? AND state = 'running'",
        (state, result, job_id, owner),
    )


def end_all(connection: apsw.Connection, why: str) -> None:
    """End every job, whoever holds it."""
    connection.execute(
        "UPDATE job SET state = 'cancelled', result = ? WHERE state = 'running'", (why,)
    )
