"""The contract of what a store keeps beside its entries, in prose and types."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from store.bookkeeping_records import (
    EVERY_QUERY,
    Job,
    JobState,
    LoggedQuery,
    QueryFilter,
    Report,
    SuggestedPhrasing,
)


class Bookkeeping(Protocol):
    """What a team wants to know of its collection later: queries, suggestions, dismissals,
    settings, imports, reports, jobs.

    None of it counts as a change of the collection.
    """

    # The query log

    def log_query(self, query: LoggedQuery) -> int:
        """Keep a settled query and return its id."""

    def rate_query(self, query_id: int, thumb: int | None) -> None:
        """Set the thumb of a logged query: +1, -1, or None to take it back. Does nothing where it
        was deleted."""

    def recent_queries(self, limit: int, where: QueryFilter = EVERY_QUERY) -> list[LoggedQuery]:
        """Return the last `limit` logged queries that pass, newest first."""

    def count_queries(self, where: QueryFilter = EVERY_QUERY) -> int:
        """Return how many logged queries pass."""

    def delete_queries(self, where: QueryFilter = EVERY_QUERY) -> int:
        """Delete the logged queries that pass; return how many. Their ids are never used again."""

    def query_log_token(self) -> str:
        """Return what is another text whenever a query was logged, rated or deleted."""

    # Suggestions

    def suggest(self, suggestion: SuggestedPhrasing) -> int:
        """Keep a phrasing that is suggested for an entry, and return its id.

        Where the same one (`records.normalised`) is suggested for the entry already, that one's id
        is returned, and nothing is changed. Raises `UnknownEntry` where no entry has that id.
        """

    def suggestions(self, limit: int) -> list[SuggestedPhrasing]:
        """Return the first `limit` suggestions that wait for an answer, the oldest first: those
        whose entry is outside the bin and does not have the phrasing."""

    def delete_suggestions(self, ids: Sequence[int]) -> None:
        """Delete the suggestions with these ids; those that are gone already are passed over."""

    # Dismissals

    def dismiss(self, keys: Sequence[str], actor: str) -> None:
        """Keep that somebody does not want to see again what these keys stand for."""

    def undismiss(self, keys: Sequence[str]) -> None:
        """Take dismissals back."""

    def dismissed(self) -> frozenset[str]:
        """Return the keys of everything that was dismissed."""

    # Settings of the collection

    def setting(self, name: str) -> str | None:
        """Return what was last kept under `name`; None where nothing was."""

    def set_setting(self, name: str, value: str) -> None:
        """Keep `value` under `name`."""

    # Imports

    def imported_rows(self, file: str) -> int:
        """Return up to which row a file is in, as the last `ImportMark` of it says; 0 where there
        is none, or where the entry that was added last with it is gone: then it begins anew."""

    def forget_import(self, file: str) -> None:
        """Forget the mark of a file: it is in as a whole."""

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
