"""The contract of what a store keeps beside its entries, in prose and types."""

from datetime import timedelta
from typing import Protocol

from store.records import Job, JobState, LoggedQuery, Report


class Bookkeeping(Protocol):
    """What a team wants to know of its collection later: queries, settings, reports, jobs.

    None of it counts as a change of the collection.
    """

    # The query log

    def log_query(self, query: LoggedQuery) -> int:
        """Keep a settled query and return its id."""

    def rate_query(self, query_id: int, thumb: int | None) -> None:
        """Set the thumb of a logged query: +1, -1, or None to take it back."""

    def recent_queries(self, limit: int) -> list[LoggedQuery]:
        """Return the last `limit` logged queries, newest first."""

    # Settings of the collection

    def setting(self, name: str) -> str | None:
        """Return what was last kept under `name`; None where nothing was."""

    def set_setting(self, name: str, value: str) -> None:
        """Keep `value` under `name`."""

    # Reports

    def keep_report(self, kind: str, content: str, actor: str) -> Report:
        """Keep what was measured and return it with its id and time; `content` is text that the
        report's kind understands."""

    def reports(self, kind: str, limit: int) -> list[Report]:
        """Return the last `limit` reports of a kind, newest first."""

    # Jobs

    def start_job(
        self, kind: str, *, owner: str, actor: str, total: int | None, silent_after: timedelta
    ) -> Job:
        """Take the lease on a kind of work and return the job.

        Raises `JobRunning` where one of this kind is running. One whose heart has not beaten for
        `silent_after` counts as dead: it is marked as failed, and the new one starts.
        """

    def beat_job(self, job_id: int, *, owner: str, done: int, total: int | None) -> bool:
        """Record progress. Return False where the job should stop: cancelled, or taken over."""

    def finish_job(self, job_id: int, *, owner: str, state: JobState, result: str) -> None:
        """End a job that `owner` still holds."""

    def cancel_job(self, job_id: int) -> None:
        """Ask a running job to stop; its next heartbeat tells it."""

    def job(self, kind: str) -> Job | None:
        """Return the latest job of a kind, running or ended."""
