"""Long work, one row a job: who has the lease, and how far it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from store.errors import JobRunning
from store.records import Job, JobState
from store.relational.connection import Connection, Database

RUNNING = "id = ? AND owner = ? AND state = 'running'"


class SqlJobs:
    """See `store.base.Jobs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(
        self, kind: str, *, owner: str, actor: str, total: int | None, silent_after: timedelta
    ) -> Job:
        with self._database.writing() as connection:
            last = _latest(connection, kind)
            if last is not None and last.state == "running":
                if datetime.now(UTC) - last.heartbeat_at < silent_after:
                    raise JobRunning(
                        f"{last.actor} started this already and it is still running. Wait for it, "
                        "or cancel it first.",
                        last,
                    )
                _finish(connection, last.id, last.owner, "failed", "The process that ran it ended.")
            at = connection.now()
            connection.insert(
                "job",
                {
                    "kind": kind,
                    "state": "running",
                    "owner": owner,
                    "actor": actor,
                    "done": 0,
                    "total": total,
                    "result": "",
                    "started_at": at,
                    "heartbeat_at": at,
                },
            )
            job = _latest(connection, kind)
        assert job is not None
        return job

    def beat(self, job_id: int, *, owner: str, done: int, total: int | None) -> bool:
        with self._database.writing() as connection:
            connection.execute(
                f"UPDATE job SET done = ?, total = ?, heartbeat_at = ? WHERE {RUNNING}",
                (done, total, connection.now(), job_id, owner),
            )
            return bool(
                connection.select(
                    f"SELECT 1 FROM job WHERE {RUNNING} AND cancel_requested = 0", (job_id, owner)
                )
            )

    def finish(self, job_id: int, *, owner: str, state: JobState, result: str) -> None:
        with self._database.writing() as connection:
            _finish(connection, job_id, owner, state, result)

    def cancel(self, job_id: int) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE job SET cancel_requested = 1 WHERE id = ?", (job_id,))

    def latest(self, kind: str) -> Job | None:
        with self._database.reading() as connection:
            return _latest(connection, kind)


def end_all(connection: Connection, why: str) -> None:
    """End every job, whoever has it."""
    connection.execute(
        "UPDATE job SET state = 'cancelled', result = ? WHERE state = 'running'", (why,)
    )


def _latest(connection: Connection, kind: str) -> Job | None:
    rows = connection.select(
        "SELECT id, kind, state, owner, actor, done, total, result, started_at, heartbeat_at,"
        " cancel_requested FROM job WHERE kind = ? ORDER BY id DESC LIMIT 1",
        (kind,),
    )
    if not rows:
        return None
    job = Job(*rows[0])
    # By this machine's clock, which may differ from the database's by seconds or more.
    apart = datetime.now(UTC) - datetime.fromisoformat(connection.now())
    behind = timedelta(seconds=round(apart.total_seconds()))
    return replace(
        job,
        started_at=datetime.fromisoformat(str(job.started_at)) + behind,
        heartbeat_at=datetime.fromisoformat(str(job.heartbeat_at)) + behind,
        cancel_requested=bool(job.cancel_requested),
    )


def _finish(connection: Connection, job_id: int, owner: str, state: JobState, result: str) -> None:
    connection.execute(
        f"UPDATE job SET state = ?, result = ? WHERE {RUNNING}", (state, result, job_id, owner)
    )
