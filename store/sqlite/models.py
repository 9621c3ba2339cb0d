"""The models whose vectors a collection holds, a set each; one of them is active."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import apsw

from store.errors import ModelMismatch, SetIncomplete
from store.records import Embeddings, Entry, ModelRecord, Vector, VectorKind, VectorSet
from store.sqlite import answers, entries
from store.sqlite.sql import now, select
from store.sqlite.vectors import VectorTable

ENTRIES_AT_ONCE = 500  # read together where all are asked for

_COLUMNS = "id, fingerprint, name, revision, dimension, max_tokens"


def active(connection: apsw.Connection) -> tuple[int, ModelRecord] | None:
    """Return id and record of the collection's model; None where it has none yet."""
    rows = select(connection, f"SELECT {_COLUMNS} FROM model WHERE state = 'active'")
    return (rows[0][0], ModelRecord(*rows[0][1:])) if rows else None


def use(connection: apsw.Connection, model: ModelRecord) -> None:
    """Make `model` the collection's own where it has none; see `Store.use_model`."""
    standing = active(connection)
    if standing is None:
        begin(connection, model)
        connection.execute(
            "UPDATE model SET state = 'active' WHERE fingerprint = ?", (model.fingerprint,)
        )
    elif standing[1].fingerprint != model.fingerprint:
        raise ModelMismatch(
            f"This collection was embedded with {standing[1].name} ({standing[1].fingerprint}); "
            f"{model.name} ({model.fingerprint}) gives vectors that cannot be compared with those. "
            "Load the collection's own model, or embed the collection anew."
        )


def begin(connection: apsw.Connection, model: ModelRecord) -> None:
    """Begin a set of a model's vectors; see `Store.begin_set`."""
    if select(connection, "SELECT 1 FROM model WHERE fingerprint = ?", (model.fingerprint,)):
        return
    connection.execute(
        "INSERT INTO model (fingerprint, name, revision, dimension, max_tokens, state, created_at)"
        " VALUES (?, ?, ?, ?, ?, 'building', ?)",
        (
            model.fingerprint,
            model.name,
            model.revision,
            model.dimension,
            model.max_tokens,
            now(),
        ),
    )
    VectorTable(connection, connection.last_insert_rowid(), model).create()


def switch(connection: apsw.Connection, fingerprint: str) -> None:
    """Make a set the active one; see `Store.switch_set`."""
    table = table_of(connection, fingerprint)
    lacking = table.lacking() + answers.lacking(connection, table)
    if lacking:
        raise SetIncomplete(
            f"{lacking:,} texts have no vector of the new model yet. Embed them first."
        )
    connection.execute("UPDATE model SET state = 'kept' WHERE state = 'active'")
    connection.execute("UPDATE model SET state = 'active' WHERE fingerprint = ?", (fingerprint,))


def drop(connection: apsw.Connection, fingerprint: str) -> None:
    """Delete a set; see `Store.drop_set`."""
    standing = active(connection)
    if standing and standing[1].fingerprint == fingerprint:
        raise ModelMismatch(
            f"The collection answers with the vectors of {standing[1].name}. Switch to another "
            "model before these are deleted."
        )
    for table in tables(connection):
        if table.model.fingerprint == fingerprint:
            table.drop()
    connection.execute("DELETE FROM model WHERE fingerprint = ?", (fingerprint,))


def sets(connection: apsw.Connection) -> list[VectorSet]:
    """Return every set, the active one first; see `Store.vector_sets`."""
    standing = active(connection)
    own = standing[1] if standing else None
    found = [
        VectorSet(
            table.model,
            table.model == own,
            table.count() + answers.count(connection, table),
            table.lacking() + answers.lacking(connection, table),
        )
        for table in tables(connection)
    ]
    return sorted(found, key=lambda one: not one.active)


def texts(
    connection: apsw.Connection, kind: VectorKind, limit: int, after: int, lacking: str | None
) -> list[tuple[int, str]]:
    """Return id and text of phrasings or answers; see `Store.texts`."""
    table = None if lacking is None else table_of(connection, lacking)
    if kind == "answer":
        return answers.texts(connection, limit, after, table)
    condition = "id > ?"
    if table is not None:
        condition += f" AND id NOT IN (SELECT rowid FROM {table.name})"
    rows: list[tuple[Any, ...]] = select(
        connection,
        f"SELECT id, text FROM phrasing WHERE {condition} ORDER BY id LIMIT ?",
        (after, limit),
    )
    return [(phrasing_id, text) for phrasing_id, text in rows]


def fill(
    connection: apsw.Connection,
    fingerprint: str,
    kind: VectorKind,
    vectors: Mapping[tuple[int, str], Vector],
) -> None:
    """Write vectors by id and text; see `Store.fill`."""
    table = table_of(connection, fingerprint)
    if kind == "answer":
        answers.fill(connection, table, vectors)
    else:
        table.fill(vectors)
    connection.execute("UPDATE model SET filled = filled + 1 WHERE id = ?", (table.model_id,))


def tables(connection: apsw.Connection) -> list[VectorTable]:
    """Return the vectors of every model, oldest first."""
    rows = select(connection, f"SELECT {_COLUMNS} FROM model ORDER BY id")
    return [VectorTable(connection, row[0], ModelRecord(*row[1:])) for row in rows]


def table_of(connection: apsw.Connection, fingerprint: str) -> VectorTable:
    """Return the vectors of the model with this fingerprint. Raises `ModelMismatch`."""
    found = tables(connection)
    for table in found:
        if table.model.fingerprint == fingerprint:
            return table
    held = ", ".join(f"{table.model.name} ({table.model.fingerprint})" for table in found)
    raise ModelMismatch(
        f"The collection holds vectors of {held or 'no model'}, and none of the model with "
        f"fingerprint {fingerprint}. Vectors of two models cannot be compared: load the "
        "collection's own model, or embed the collection anew."
    )


def vector_table(connection: apsw.Connection) -> VectorTable | None:
    """Return the active model's vectors; None where there is no model yet."""
    standing = active(connection)
    return VectorTable(connection, *standing) if standing else None


def vector_table_for(connection: apsw.Connection, embeddings: Embeddings) -> VectorTable:
    """Return the table that takes these vectors. Raises `ModelMismatch` where none does."""
    vectors = vector_table(connection)
    if vectors is None:
        raise ModelMismatch("The collection has no model yet. Choose one before adding entries.")
    vectors.refuse_foreign(embeddings)
    return vectors


def embedded_entries(
    connection: apsw.Connection, fingerprint: str
) -> Iterator[tuple[Entry, Vector]]:
    """Yield entries with their questions' vectors; see `Store.embedded_entries`."""
    standing = active(connection)
    if standing is None or standing[1].fingerprint != fingerprint:
        raise ModelMismatch(
            f"The collection does not answer with the model of fingerprint {fingerprint}, or no "
            "longer. Begin again."
        )
    questions = table_of(connection, fingerprint).questions()
    while part := list(islice(questions, ENTRIES_AT_ONCE)):
        held = entries.load(connection, [entry_id for entry_id, _ in part])
        yield from zip(held, (vector for _, vector in part), strict=True)
