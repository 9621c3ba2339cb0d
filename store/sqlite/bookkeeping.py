"""What SQLite keeps beside the entries: the query log, suggestions, dismissals, settings, imports,
reports, jobs."""

from collections.abc import Sequence
from datetime import timedelta

from store.bookkeeping_records import (
    EVERY_QUERY,
    Job,
    JobState,
    LoggedQuery,
    QueryFilter,
    Report,
    SuggestedPhrasing,
)
from store.sqlite import dismissals, import_marks, jobs, query_log, reports, suggestions
from store.sqlite.database import Database


class SQLiteBookkeeping:
    """See `store.bookkeeping.Bookkeeping` for what every method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # The query log

    def log_query(self, query: LoggedQuery) -> int:
        with self._database.writing() as connection:
            return query_log.add(connection, query)

    def rate_query(self, query_id: int, thumb: int | None) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE query_log SET thumb = ? WHERE id = ?", (thumb, query_id))

    def recent_queries(self, limit: int, where: QueryFilter = EVERY_QUERY) -> list[LoggedQuery]:
        with self._database.reading() as connection:
            return query_log.recent(connection, limit, where)

    def count_queries(self, where: QueryFilter = EVERY_QUERY) -> int:
        with self._database.reading() as connection:
            return query_log.count(connection, where)

    def delete_queries(self, where: QueryFilter = EVERY_QUERY) -> int:
        with self._database.writing() as connection:
            return query_log.delete(connection, where)

    def query_log_token(self) -> str:
        with self._database.reading() as connection:
            return query_log.token(connection)

    # Suggestions

    def suggest(self, suggestion: SuggestedPhrasing) -> int:
        with self._database.writing() as connection:
            return suggestions.add(connection, suggestion)

    def suggestions(self, limit: int) -> list[SuggestedPhrasing]:
        with self._database.reading() as connection:
            return suggestions.waiting(connection, limit)

    def delete_suggestions(self, ids: Sequence[int]) -> None:
        with self._database.writing() as connection:
            suggestions.delete(connection, ids)

    # Dismissals

    def dismiss(self, keys: Sequence[str], actor: str) -> None:
        with self._database.writing() as connection:
            dismissals.add(connection, keys, actor)

    def undismiss(self, keys: Sequence[str]) -> None:
        with self._database.writing() as connection:
            dismissals.remove(connection, keys)

    def dismissed(self) -> frozenset[str]:
        with self._database.reading() as connection:
            return dismissals.every(connection)

    # Settings

    def setting(self, name: str) -> str | None:
        with self._database.reading() as connection:
            value = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).get
            return None if value is None else str(value)

    def set_setting(self, name: str, value: str) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO setting (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    # Imports

    def imported_rows(self, file: str) -> int:
        with self._database.reading() as connection:
            return import_marks.rows(connection, file)

    def forget_import(self, file: str) -> None:
        with self._database.writing() as connection:
            import_marks.forget(connection, file)

    # Reports

    def keep_report(self, kind: str, content: str, actor: str) -> Report:
        with self._database.writing() as connection:
            return reports.add(connection, kind, content, actor)

    def reports(self, kind: str, limit: int) -> list[Report]:
        with self._database.reading() as connection:
            return reports.recent(connection, kind, limit)

    # Jobs

    def start_job(
        self, kind: str, *, owner: str, actor: str, total: int | None, silent_after: timedelta
    ) -> Job:
        with self._database.writing() as connection:
            return jobs.start(connection, kind, owner, actor, total, silent_after)

    def beat_job(self, job_id: int, *, owner: str, done: int, total: int | None) -> bool:
        with self._database.writing() as connection:
            return jobs.beat(connection, job_id, owner, done, total)

    def finish_job(self, job_id: int, *, owner: str, state: JobState, result: str) -> None:
        with self._database.writing() as connection:
            jobs.finish(connection, job_id, owner, state, result)

    def cancel_job(self, job_id: int) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE job SET cancel_requested = 1 WHERE id = ?", (job_id,))

    def job(self, kind: str) -> Job | None:
        with self._database.reading() as connection:
            return jobs.latest(connection, kind)
