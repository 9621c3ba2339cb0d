"""The vectors of phrasings and passages, of every model."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from time import monotonic
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from store import fault_points
from store.errors import InvalidVector, ModelMismatch, SetIncomplete, TooLarge
from store.passages import passage_text
from store.records import (
    PUBLISHED_ENTRIES,
    Embeddings,
    Entry,
    ModelRecord,
    Near,
    Neighbour,
    SearchFilter,
    Vector,
    VectorKind,
    VectorSet,
)
from store.relational.connection import Connection, Database
from store.relational.entries import OWNERS, WHOLE, Written, ids_of, visibility
from store.relational.models import (
    NOT_COMPARABLE,
    ModelVectors,
    activate,
    active_model,
    all_models,
    found_or_begun,
    model_with,
)
from store.relational.vector_table import checked, filed
from store.resident import Resident, ResidentVectors, empty, of_entries

COUNTED_SECONDS = 60


def texts_of(
    connection: Connection, kind: VectorKind, condition: str, values: Sequence[Any]
) -> list[tuple[int, str]]:
    """Return id and text of everything of a kind whose id meets a condition."""
    if kind == "phrasing":
        rows = connection.select(f"SELECT id, text FROM phrasing WHERE id {condition}", values)
        return [(id_, text) for id_, text in rows]
    found, last, question, answer = list[tuple[int, str]](), 0, "", ""
    for id_, entry_id, start, stop in connection.select(
        f"SELECT id, entry_id, start, stop FROM passage WHERE id {condition}", values
    ):
        if entry_id != last:  # a long answer is not read again for each of its passages
            [(question, answer)] = connection.select(
                "SELECT text, answer FROM entry JOIN phrasing ON entry_id = entry.id"
                " WHERE entry.id = ? AND position = 0",
                (entry_id,),
            )
            last = entry_id
        found.append((id_, passage_text(question, answer[start:stop])))
    return found


class GivenVectors:
    """See `store.relational.entries.GivenVectors`."""

    def __init__(self, model: ModelVectors, vectors: Mapping[str, Vector]) -> None:
        self._model = model
        self._vectors = vectors

    def insert(self, connection: Connection, written: Sequence[Written]) -> None:
        texts = [text for one in written for text in one.phrasings.values()]
        if lost := [text for text in texts if text not in self._vectors]:
            raise InvalidVector(f"There is no vector for {lost[0][:60]!r}. Embed it first.")
        phrasings = [row for one in written for row in self._rows(one.entry, one.phrasings)]
        passages = [row for one in written for row in self._rows(one.entry, one.passages)]
        for kind, rows in zip(OWNERS, (phrasings, passages), strict=True):
            self._model.tables[kind].insert(connection, rows)

    def _rows(
        self, entry: Entry, texts: Mapping[int, str]
    ) -> Iterator[tuple[int, Vector, int, int, str]]:
        visible_to, category = (
            visibility(entry.content.status, deleted=False),
            entry.content.category,
        )
        for id_, text in texts.items():
            if text in self._vectors:
                vector = checked(self._vectors[text], self._model.dimension, text)
                yield id_, vector, entry.id, visible_to, category


class SqlVectorRows:
    """See `store.relational.entries.VectorRows`."""

    def adopt(self, connection: Connection, embeddings: Embeddings) -> GivenVectors:
        own, other = active_model(connection), embeddings.model
        if own is None:
            own = found_or_begun(connection, other)
            activate(connection, own)
        if own.model.fingerprint != other.fingerprint:
            raise ModelMismatch(
                f"These vectors come from {other.name} ({other.fingerprint}), but the collection "
                f"was embedded with {own.model.name} ({own.model.fingerprint}). {NOT_COMPARABLE}"
            )
        return GivenVectors(own, embeddings.vectors)

    def delete(self, connection: Connection, kind: VectorKind, ids: Sequence[int]) -> None:
        for model in all_models(connection) if ids else ():
            model.tables[kind].delete(connection, ids)

    def move(self, connection: Connection, entry_id: int, category: str, visible_to: int) -> None:
        rows = {kind: ids_of(connection, OWNERS[kind], [entry_id]) for kind in OWNERS}
        for model in all_models(connection):
            for kind, table in model.tables.items():
                table.move(connection, rows[kind], category, visible_to)


class SqlVectors:
    """See `store.base.Vectors`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._resident = ResidentVectors()
        self._size: tuple[float, int, int] | None = None

    def sets(self) -> list[VectorSet]:
        with self._database.reading() as connection:
            return [
                VectorSet(model.model, model.active, *model.counts(connection))
                for model in all_models(connection)
            ]

    def texts(
        self, kind: VectorKind, limit: int, *, after: int = 0, missing_in: str | None = None
    ) -> list[tuple[int, str]]:
        with self._database.reading() as connection:
            condition = "> ?"
            if missing_in is not None:
                table = model_with(all_models(connection), missing_in).tables[kind]
                condition += f" AND id NOT IN (SELECT rowid FROM {table.name})"
            return texts_of(connection, kind, f"{condition} ORDER BY id LIMIT ?", (after, limit))

    def fill(
        self,
        model: ModelRecord,
        kind: VectorKind,
        texts: Sequence[tuple[int, str]],
        vectors: NDArray[np.float32],
    ) -> None:
        given = dict(zip(texts, vectors, strict=True))
        with self._database.writing() as connection:
            own = found_or_begun(connection, model)
            ids = [id_ for id_, _ in texts]
            columns = filed(connection, kind, ids)
            rows = [
                (id_, checked(given[id_, text], own.dimension, text), *columns[id_])
                for id_, text in texts_of(connection, kind, "= ANY(?)", (ids,))
                if (id_, text) in given
            ]
            own.tables[kind].delete(connection, [row[0] for row in rows])
            own.tables[kind].insert(connection, rows)
            if own.active and kind == "answer":
                _drop_wholes(connection, own, [columns[row[0]][0] for row in rows])
            own.count_fill(connection)
            fault_points.reached("fill: written")
        fault_points.reached("fill: committed")

    def switch(self, fingerprint: str) -> None:
        with self._database.writing() as connection:
            model = model_with(all_models(connection), fingerprint)
            if missing := model.counts(connection)[1]:
                raise SetIncomplete(
                    f"{missing:,} texts have no vector of the new model yet. Embed them first."
                )
            activate(connection, model)
            _drop_wholes(connection, model, None)
            model.count_fill(connection)
            fault_points.reached("switch: written")
        fault_points.reached("switch: committed")

    def drop(self, fingerprint: str) -> None:
        with self._database.writing() as connection:
            for model in all_models(connection):
                if model.model.fingerprint != fingerprint:
                    continue
                if model.active:
                    raise ModelMismatch(
                        f"The collection answers with the vectors of {model.model.name}. Switch to "
                        "another model before these are deleted."
                    )
                for table in model.tables.values():
                    connection.execute(f"DROP TABLE {table.name}")
                connection.execute("DELETE FROM model WHERE id = ?", (model.key,))
        self._resident.forget()

    @overload
    def resident(self, *, fingerprint: str, near: Near | None = None) -> Resident: ...
    @overload
    def resident(
        self, *, fingerprint: str, load: bool, near: Near | None = None
    ) -> Resident | None: ...
    def resident(
        self, *, fingerprint: str, load: bool = True, near: Near | None = None
    ) -> Resident | None:
        with self._database.reading() as connection:
            models = all_models(connection)
            if not any(model.active for model in models):
                return empty(0)
            model = model_with(models, fingerprint)
            if not self.is_held(connection, model):
                return self._candidates(connection, model, near)
            if not (load or self._resident.has(model.key)):
                return None
            return self._resident.get(connection, model)

    def is_held(self, connection: Connection, model: ModelVectors) -> bool:
        """Return whether a model's vectors are held in memory."""
        return self._vectors(connection, model)[0] <= model.tables["phrasing"].MOST_HELD

    def _vectors(self, connection: Connection, model: ModelVectors) -> tuple[int, int]:
        """Return about how many vectors and entries there are; where that matters, they are counted
        once a minute."""
        if inf == model.tables["phrasing"].MOST_HELD:
            return 0, 0
        if self._size is None or monotonic() - self._size[0] > COUNTED_SECONDS:
            [(vectors, entries)] = connection.select(
                "SELECT (SELECT count(*) FROM phrasing) + (SELECT count(*) FROM passage),"
                " (SELECT count(*) FROM entry WHERE deleted_at IS NULL)"
            )
            self._size = monotonic(), vectors, entries
        return self._size[1:]

    def _candidates(
        self, connection: Connection, model: ModelVectors, near: Near | None
    ) -> Resident:
        vectors, entries = self._vectors(connection, model)
        if near is None:
            raise TooLarge(
                f"The collection has {vectors:,} vectors, too many to hold all of them in memory. "
                "Questions are answered; what compares all entries with each other is not done."
            )
        ids = {
            entry_id
            for table in model.tables.values()
            for query in near.queries
            for entry_id in table.candidates(connection, query, near.where)
        }
        return of_entries(connection, model, sorted(ids), whole=entries)

    def nearest(
        self,
        vector: Vector,
        k: int,
        where: SearchFilter = PUBLISHED_ENTRIES,
        *,
        fingerprint: str,
    ) -> list[Neighbour]:
        with self._database.reading() as connection:
            models = all_models(connection)
            if not any(model.active for model in models):
                return []
            model = model_with(models, fingerprint)
            query = checked(vector, model.dimension, "the query")
            best = model.tables["phrasing"].nearest(connection, query, k, where)
            texts = dict(
                connection.select(
                    "SELECT id, text FROM phrasing WHERE id = ANY(?)", ([row for *_, row in best],)
                )
            )
            return [Neighbour(entry_id, -cosine, texts[row]) for cosine, entry_id, row in best]


def _drop_wholes(
    connection: Connection, model: ModelVectors, entry_ids: Sequence[int] | None
) -> None:
    """Delete what stands for whole answers of an older collection, of these entries or of all,
    where each passage has a vector of the model."""
    some, values = ("", ()) if entry_ids is None else (" AND entry_id = ANY(?)", (list(entry_ids),))
    rows = connection.select(
        f"SELECT id FROM passage AS whole WHERE position = {WHOLE}{some} AND NOT EXISTS"
        " (SELECT 1 FROM passage WHERE entry_id = whole.entry_id AND position >= 0"
        f" AND id NOT IN (SELECT rowid FROM {model.tables['answer'].name}))",
        values,
    )
    gone = [row for (row,) in rows]
    for one in all_models(connection) if gone else ():
        one.tables["answer"].delete(connection, gone)
    connection.execute("DELETE FROM passage WHERE id = ANY(?)", (gone,))
