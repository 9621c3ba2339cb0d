"""A collection in one SQLite file: sqlite-vec ranks its vectors, FTS5 its words."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store import fault_points
from store.imports import ImportMark, OlderAlike
from store.records import (
    PUBLISHED_ENTRIES,
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    EntryTest,
    KeywordHit,
    Neighbour,
    Occurrences,
    Revision,
    SearchFilter,
    SortField,
    StoreInfo,
    Vector,
)
from store.snapshot import Snapshot, empty
from store.sqlite import (
    alike,
    answers,
    entries,
    entry_tests,
    history,
    import_marks,
    keywords,
    models,
)
from store.sqlite.editing import edited, purge, set_deleted, standing
from store.sqlite.migration import open_database, schema_version
from store.sqlite.sql import select
from store.sqlite.vector_sets import SQLiteVectorSets


class SQLiteStore(SQLiteVectorSets):
    """See `store.base.Store` for what every method promises."""

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

    # Entries

    def add(
        self,
        contents: Sequence[Content],
        embeddings: Embeddings,
        actor: str,
        mark: ImportMark | None = None,
    ) -> list[Entry]:
        with self._database.writing() as connection:
            vectors = models.vector_table_for(connection, embeddings)
            ids = []
            for content in contents:
                entry_id, phrasings = entries.insert(connection, content, actor)
                vectors.insert(entry_id, content, phrasings, embeddings.vectors)
                answers.write(connection, vectors, entry_id, content, embeddings.vectors)
                ids.append(entry_id)
            if mark and ids:
                import_marks.write(connection, mark, ids[-1])
            added = entries.load(connection, ids)
            fault_points.reached("add: written")
        fault_points.reached("add: committed")
        return added

    def edit(
        self, entry_id: int, version: int, content: Content, embeddings: Embeddings, actor: str
    ) -> Entry:
        return self.edit_many([Edit(entry_id, version, content)], embeddings, actor)[0]

    def edit_many(self, edits: Sequence[Edit], embeddings: Embeddings, actor: str) -> list[Entry]:
        with self._database.writing() as connection:
            vectors = models.vector_table_for(connection, embeddings)
            after = [edited(connection, vectors, edit, embeddings, actor) for edit in edits]
            fault_points.reached("edit: written")
        fault_points.reached("edit: committed")
        return after

    def merge(
        self,
        kept: Edit,
        absorbed_id: int,
        absorbed_version: int,
        embeddings: Embeddings,
        actor: str,
    ) -> Entry:
        with self._database.writing() as connection:
            vectors = models.vector_table_for(connection, embeddings)
            absorbed = standing(connection, absorbed_id, absorbed_version)
            set_deleted(connection, [absorbed], True, actor)
            return edited(connection, vectors, kept, embeddings, actor)

    def remove(self, entry_ids: Sequence[int], actor: str) -> list[int]:
        return self._set_deleted(entry_ids, True, actor)

    def restore(self, entry_ids: Sequence[int], actor: str) -> list[int]:
        return self._set_deleted(entry_ids, False, actor)

    def purge(self, entry_ids: Sequence[int]) -> list[int]:
        with self._database.writing() as connection:
            gone = purge(connection, entry_ids)
        fault_points.reached("purge: committed")
        return gone

    def _set_deleted(self, entry_ids: Sequence[int], deleted: bool, actor: str) -> list[int]:
        with self._database.writing() as connection:
            found = entries.load(connection, list(dict.fromkeys(entry_ids)))
            changing = [entry for entry in found if entry.deleted != deleted]
            set_deleted(connection, changing, deleted, actor)
            fault_points.reached("remove: written")
        fault_points.reached("remove: committed")
        return [entry.id for entry in changing]

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

    def tags(self) -> list[tuple[str, int]]:
        with self._database.reading() as connection:
            rows = select(
                connection,
                "SELECT name, count(*) FROM tag JOIN entry ON entry.id = entry_id"
                " WHERE deleted_at IS NULL GROUP BY name ORDER BY name",
            )
            return [(name, count) for name, count in rows]

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

    def entry_tests(self) -> list[EntryTest]:
        with self._database.reading() as connection:
            return entry_tests.published(connection)

    def changes_since(self, token: int) -> Changes:
        with self._database.reading() as connection:
            return history.changes_since(connection, token)

    # Searching

    def nearest(
        self,
        vector: Vector,
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[Neighbour]:
        with self._database.reading() as connection:
            if models.active(connection) is None:
                return []
            return models.table_of(connection, fingerprint).nearest(vector, k, where)

    def nearest_many(
        self,
        vectors: NDArray[np.float32],
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[list[Neighbour]]:
        with self._database.reading() as connection:
            if models.active(connection) is None:
                return [[] for _ in vectors]
            return models.table_of(connection, fingerprint).nearest_many(vectors, k, where)

    def older_alike(
        self, entry_ids: Sequence[int], least: float, *, fingerprint: str
    ) -> Iterator[OlderAlike]:
        with self._database.reading() as connection:
            if models.active(connection) is not None:
                yield from alike.older_alike(
                    models.table_of(connection, fingerprint), entry_ids, least
                )

    def keyword(
        self, text: str, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[KeywordHit]:
        with self._database.reading() as connection:
            return keywords.search(connection, text, k, where)

    def snapshot(self, *, fingerprint: str) -> Snapshot:
        with self._database.reading() as connection:
            if models.active(connection) is None:
                return empty(0)
            return self._resident.snapshot(connection, models.table_of(connection, fingerprint))

    def occurrences(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        with self._database.reading() as connection:
            return keywords.occurrences(connection, texts)

    def word_counts(self, content: Content) -> dict[str, int]:
        with self._database.reading() as connection:
            return keywords.word_counts(connection, content)

    def question_vectors(self) -> Iterator[tuple[int, Vector]]:
        with self._database.reading() as connection:
            vectors = models.vector_table(connection)
            if vectors:
                yield from vectors.questions()

    def embedded_entries(self, *, fingerprint: str) -> Iterator[tuple[Entry, Vector]]:
        with self._database.reading() as connection:
            yield from models.embedded_entries(connection, fingerprint)


def open_sqlite(path: Path, *, create: bool) -> SQLiteStore:
    """Open the collection in a file; see `store.open_store`."""
    return SQLiteStore(open_database(path, create=create))
