"""The models whose vectors a collection holds; one of them is active."""

import apsw

from store.errors import ModelMismatch
from store.records import Embeddings, ModelRecord
from store.sqlite.sql import now, select
from store.sqlite.vectors import VectorTable


def active(connection: apsw.Connection) -> tuple[int, ModelRecord] | None:
    """Return id and record of the collection's model; None where it has none yet."""
    rows = select(
        connection,
        "SELECT id, fingerprint, name, revision, dimension, max_tokens FROM model"
        " WHERE state = 'active'",
    )
    return (rows[0][0], ModelRecord(*rows[0][1:])) if rows else None


def use(connection: apsw.Connection, model: ModelRecord) -> None:
    """Make `model` the collection's own where it has none; see `Store.use_model`."""
    standing = active(connection)
    if standing is None:
        connection.execute(
            "INSERT INTO model (fingerprint, name, revision, dimension, max_tokens, state,"
            " created_at) VALUES (?, ?, ?, ?, ?, 'active', ?)",
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
    elif standing[1].fingerprint != model.fingerprint:
        raise ModelMismatch(
            f"This collection was embedded with {standing[1].name} ({standing[1].fingerprint}); "
            f"{model.name} ({model.fingerprint}) gives vectors that cannot be compared with those. "
            "Load the collection's own model."
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
