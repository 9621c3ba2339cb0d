"""A collection in one SQLite file: sqlite-vec ranks its vectors, FTS5 its words."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import apsw
import numpy as np
from numpy.typing import NDArray

from store.errors import StaleEdit, UnknownEntry, UnreadableDatabase
from store.records import (
    PUBLISHED_ENTRIES,
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    Job,
    JobState,
    KeywordHit,
    LoggedQuery,
    ModelRecord,
    Neighbour,
    Revision,
    SearchFilter,
    SortField,
    StoreInfo,
    Vector,
)
from store.sqlite import entries, health, history, jobs, keywords, models, query_log
from store.sqlite.database import Database
from store.sqlite.migration import open_database, schema_version
from store.sqlite.sql import select
from store.sqlite.vectors import VectorTable, visibility


class SQLiteStore:
    """See `store.base.Store` for what every method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def info(self) -> StoreInfo:
        path = self._database.path
        with self._database.reading() as connection:
            held, phrasings = select(
                connection,
                "SELECT count(DISTINCT entry.id), count(*) FROM entry"
                " JOIN phrasing ON entry_id = entry.id WHERE deleted_at IS NULL",
            )[0]
            files = (path, path.with_name(path.name + "-wal"))
            return StoreInfo(
                location=str(path),
                size_bytes=sum(file.stat().st_size for file in files if file.exists()),
                schema_version=schema_version(connection),
                entries=held,
                phrasings=phrasings,
            )

    def close(self) -> None:
        self._database.close()

    # The model

    def model(self) -> ModelRecord | None:
        with self._database.reading() as connection:
            active = models.active(connection)
            return active[1] if active else None

    def use_model(self, model: ModelRecord) -> None:
        with self._database.writing() as connection:
            models.use(connection, model)

    # Entries

    def add(self, contents: Sequence[Content], embeddings: Embeddings, actor: str) -> list[Entry]:
        with self._database.writing() as connection:
            vectors = models.vector_table_for(connection, embeddings)
            ids = []
            for content in contents:
                entry_id, phrasings = entries.insert(connection, content, actor)
                vectors.insert(entry_id, content, phrasings, embeddings.vectors)
                ids.append(entry_id)
            return entries.load(connection, ids)

    def edit(
        self, entry_id: int, version: int, content: Content, embeddings: Embeddings, actor: str
    ) -> Entry:
        return self.edit_many([Edit(entry_id, version, content)], embeddings, actor)[0]

    def edit_many(self, edits: Sequence[Edit], embeddings: Embeddings, actor: str) -> list[Entry]:
        with self._database.writing() as connection:
            vectors = models.vector_table_for(connection, embeddings)
            return [_edited(connection, vectors, edit, embeddings, actor) for edit in edits]

    def remove(self, entry_ids: Sequence[int], actor: str) -> list[int]:
        return self._set_deleted(entry_ids, True, actor)

    def restore(self, entry_ids: Sequence[int], actor: str) -> list[int]:
        return self._set_deleted(entry_ids, False, actor)

    def _set_deleted(self, entry_ids: Sequence[int], deleted: bool, actor: str) -> list[int]:
        with self._database.writing() as connection:
            vectors = models.vector_table(connection)
            changed = []
            for entry in entries.load(connection, list(dict.fromkeys(entry_ids))):
                if entry.deleted == deleted:
                    continue
                entries.set_deleted(connection, entry, deleted, actor)
                if vectors:
                    seen_by = visibility(entry.content.status, deleted)
                    vectors.refile(entry.id, entry.content.category, seen_by)
                changed.append(entry.id)
            return changed

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        with self._database.reading() as connection:
            return entries.load(connection, entry_ids)

    def page(
        self,
        where: EntryFilter,
        *,
        sort: SortField = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> EntryPage:
        with self._database.reading() as connection:
            return entries.page(connection, where, sort, descending, offset, limit)

    def categories(self) -> list[tuple[str, int]]:
        with self._database.reading() as connection:
            rows = select(
                connection,
                "SELECT category, count(*) FROM entry"
                " WHERE deleted_at IS NULL AND category <> '' GROUP BY category ORDER BY category",
            )
            return [(category, count) for category, count in rows]

    def ids_by_key(self, keys: Sequence[str]) -> dict[str, int]:
        return self._lookup("SELECT id FROM entry WHERE key = ? AND deleted_at IS NULL", keys)

    def ids_by_question(self, questions: Sequence[str]) -> dict[str, int]:
        return self._lookup(
            "SELECT min(entry.id) FROM phrasing JOIN entry ON entry.id = entry_id"
            " WHERE normalised = ? AND position = 0 AND deleted_at IS NULL",
            questions,
        )

    def _lookup(self, sql: str, texts: Sequence[str]) -> dict[str, int]:
        with self._database.reading() as connection:
            found = {text: connection.execute(sql, (text,)).get for text in texts}
            return {text: int(row) for text, row in found.items() if row is not None}

    def revisions(self, entry_id: int) -> list[Revision]:
        with self._database.reading() as connection:
            return history.revisions(connection, entry_id)

    def changes_since(self, token: int) -> Changes:
        with self._database.reading() as connection:
            return history.changes_since(connection, token)

    # Searching

    def nearest(
        self, vector: Vector, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[Neighbour]:
        with self._database.reading() as connection:
            vectors = models.vector_table(connection)
            return vectors.nearest(vector, k, where) if vectors else []

    def nearest_many(
        self, vectors: NDArray[np.float32], k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[list[Neighbour]]:
        with self._database.reading() as connection:
            table = models.vector_table(connection)
            return table.nearest_many(vectors, k, where) if table else [[] for _ in vectors]

    def keyword(
        self, text: str, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[KeywordHit]:
        with self._database.reading() as connection:
            return keywords.search(connection, text, k, where)

    def question_vectors(self) -> Iterator[tuple[int, Vector]]:
        with self._database.reading() as connection:
            vectors = models.vector_table(connection)
            if vectors:
                yield from vectors.questions()

    # The query log and settings

    def log_query(self, query: LoggedQuery) -> int:
        with self._database.writing() as connection:
            return query_log.add(connection, query)

    def rate_query(self, query_id: int, thumb: int | None) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE query_log SET thumb = ? WHERE id = ?", (thumb, query_id))

    def recent_queries(self, limit: int) -> list[LoggedQuery]:
        with self._database.reading() as connection:
            return query_log.recent(connection, limit)

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

    # Health

    def check(self) -> list[str]:
        try:
            with self._database.reading() as connection:
                return health.problems(connection, models.vector_table(connection))
        except UnreadableDatabase as error:  # so damaged that not even the check gets through
            return [str(error)]


def open_sqlite(path: Path, *, create: bool) -> SQLiteStore:
    """Open the collection in a file; see `store.open_store`."""
    return SQLiteStore(open_database(path, create=create))


def _edited(
    connection: apsw.Connection,
    vectors: VectorTable,
    edit: Edit,
    embeddings: Embeddings,
    actor: str,
) -> Entry:
    standing, content = _standing(connection, edit.entry_id), edit.content
    if standing.version != edit.version:
        raise StaleEdit(
            f"{standing.updated_by} saved this entry in the meantime (version "
            f"{standing.version}, yours was made from {edit.version}). Nothing was overwritten; "
            "compare the two and save again.",
            standing,
        )
    if content == standing.content:
        return standing
    added, gone = entries.update(connection, standing, content, actor)
    vectors.delete(gone)
    vectors.insert(edit.entry_id, content, added, embeddings.vectors)
    before = standing.content
    if (before.category, before.status) != (content.category, content.status):
        seen_by = visibility(content.status, deleted=False)
        vectors.refile(edit.entry_id, content.category, seen_by)
    return _standing(connection, edit.entry_id)


def _standing(connection: apsw.Connection, entry_id: int) -> Entry:
    found = entries.load(connection, [entry_id])
    if not found or found[0].deleted:
        where = "is in the bin; take it out first" if found else "does not exist"
        raise UnknownEntry(f"Entry {entry_id} {where}.")
    return found[0]
