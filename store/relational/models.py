"""The models whose vectors a collection has: the one that it answers with, and others beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from store.errors import ModelMismatch
from store.records import ModelRecord, VectorKind
from store.relational.connection import Connection
from store.relational.entries import OWNERS

NOT_COMPARABLE = (
    "Vectors of two models cannot be compared: load the collection's own model, or embed the "
    "collection anew."
)


class ModelVectors:
    """The tables of one model; see `store.resident.VectorSource`."""

    def __init__(
        self, connection: Connection, key: int, model: ModelRecord, active: bool, version: int = 0
    ) -> None:
        self.key = key
        self.model = model
        self.active = active
        self.version = version
        self.tables = {kind: connection.vector_table(key, model, kind) for kind in OWNERS}

    @property
    def dimension(self) -> int:
        return self.model.dimension

    def count_fill(self, connection: Connection) -> None:
        """Let `version` grow."""
        connection.execute("UPDATE model SET filled = filled + 1 WHERE id = ?", (self.key,))

    def rows(
        self, connection: Connection, kind: VectorKind, ids: Sequence[int] | None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        yield from self.tables[kind].rows(connection, ids)

    def counts(self, connection: Connection) -> tuple[int, int]:
        """Return how many vectors there are, and how many texts have none."""
        phrasings, answers = (table.name for table in self.tables.values())
        [(vectors, missing)] = connection.select(
            f"SELECT (SELECT count(*) FROM {phrasings}) + (SELECT count(*) FROM {answers}),"
            f" (SELECT count(*) FROM phrasing WHERE id NOT IN (SELECT rowid FROM {phrasings})) +"
            f" (SELECT count(*) FROM passage WHERE id NOT IN (SELECT rowid FROM {answers}))"
        )
        return vectors, missing


def all_models(connection: Connection) -> list[ModelVectors]:
    """Return the vectors of every model: the active one first, then by age."""
    rows = connection.select(
        "SELECT id, state, filled, fingerprint, name, revision, dimension, max_tokens FROM model"
        " ORDER BY state <> 'active', id"
    )
    return [
        ModelVectors(connection, key, ModelRecord(*model), state == "active", filled)
        for key, state, filled, *model in rows
    ]


def active_model(connection: Connection) -> ModelVectors | None:
    """Return the active model's vectors; None where there is no model yet."""
    return next((model for model in all_models(connection) if model.active), None)


def model_with(models: Sequence[ModelVectors], fingerprint: str) -> ModelVectors:
    """Return the model with this fingerprint. Raises `ModelMismatch`."""
    for model in models:
        if model.model.fingerprint == fingerprint:
            return model
    names = ", ".join(f"{m.model.name} ({m.model.fingerprint})" for m in models)
    raise ModelMismatch(
        f"The collection has vectors of {names or 'no model'}, and none of the model with "
        f"fingerprint {fingerprint}. {NOT_COMPARABLE}"
    )


def found_or_begun(connection: Connection, model: ModelRecord) -> ModelVectors:
    """Return the vectors of a model; an empty set begins where there are none."""
    for one in all_models(connection):
        if one.model.fingerprint == model.fingerprint:
            return one
    values = asdict(model) | {"state": "building", "created_at": connection.now()}
    begun = ModelVectors(connection, connection.insert("model", values), model, active=False)
    for table in begun.tables.values():
        table.create(connection)
    return begun


def activate(connection: Connection, model: ModelVectors) -> None:
    """Let the collection answer with a model's vectors."""
    connection.execute("UPDATE model SET state = 'kept' WHERE state = 'active'")
    connection.execute("UPDATE model SET state = 'active' WHERE id = ?", (model.key,))
