"""A table of the vectors of one model and kind, a row having the id of the phrasing, or of the
passage of an answer, that it belongs to. An engine makes the tables and searches in them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from math import inf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from store.errors import InvalidVector
from store.records import ModelRecord, SearchFilter, Vector, VectorKind
from store.relational.connection import Connection
from store.relational.entries import OWNERS, visibility

Filed = tuple[int, int, str]
"""The columns beside a vector: entry id, visibility and category."""


def filed(
    connection: Connection, kind: VectorKind, ids: Sequence[int] | None = None
) -> dict[int, Filed]:
    """Return the columns that must be beside each vector of a kind, by id; all where `ids` is
    None."""
    own = OWNERS[kind]
    some, values = ("", ()) if ids is None else (f" WHERE {own}.id = ANY(?)", (list(ids),))
    rows = connection.select(
        f"SELECT {own}.id, entry.id, status, deleted_at, category FROM {own}"
        f" JOIN entry ON entry.id = entry_id{some} ORDER BY {own}.id",
        values,
    )
    return {
        id_: (entry_id, visibility(status, deleted_at is not None), category)
        for id_, entry_id, status, deleted_at, category in rows
    }


def checked(vector: Vector, dimension: int, text: str) -> Vector:
    """Return the vector, contiguous; raise `InvalidVector` unless it is what the contract says."""
    about = f"The vector of {text[:60]!r}"
    if vector.shape != (dimension,):
        raise InvalidVector(f"{about} has shape {vector.shape}, expected ({dimension},).")
    if vector.dtype != np.float32:
        raise InvalidVector(f"{about} is {vector.dtype}, expected float32.")
    length = sqrt(float(vector @ vector))
    if not isfinite(length):
        raise InvalidVector(f"{about} is not finite. Embed the text again.")
    if abs(length - 1.0) > 1e-3:
        raise InvalidVector(f"{about} has length {length:.4f}, expected 1. Normalise it first.")
    return np.ascontiguousarray(vector)


class VectorTable(ABC):
    """The vectors of one model and kind; `name` is the table's, with the columns rowid, embedding,
    entry_id, visibility and category."""

    MOST_HELD: float = inf  # vectors: of more, an index is asked

    def __init__(self, key: int, model: ModelRecord, kind: VectorKind) -> None:
        self.key = key
        self.model = model
        self.kind = kind
        self.name = f"vector_{key}_{kind}"

    @abstractmethod
    def create(self, connection: Connection) -> None:
        """Create the table. Searches filter by the columns beside the vector."""

    @abstractmethod
    def rows(
        self, connection: Connection, ids: Sequence[int] | None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield ids with their vectors, a block at a time; all where `ids` is None."""

    @abstractmethod
    def nearest(
        self, connection: Connection, vector: Vector, k: int, where: SearchFilter
    ) -> list[tuple[float, int, int]]:
        """Return minus cosine, to six places, entry id and row of the most similar vector of each
        of the `k` best entries, best first, ties by entry and row. The vector is `checked`."""

    def candidates(
        self, connection: Connection, query: Vector, where: SearchFilter
    ) -> Sequence[int]:
        """Return the entries whose vectors are probably nearest to a query, as an engine's index
        finds them; needed only where `MOST_HELD` limits what is held."""
        raise NotImplementedError

    def insert(self, connection: Connection, rows: Sequence[tuple[int, Vector, *Filed]]) -> None:
        """Write rows: id, vector, entry id, visibility, category."""
        columns = ("rowid", "embedding", "entry_id", "visibility", "category")
        connection.insert_rows(self.name, columns, rows)

    def delete(self, connection: Connection, ids: Sequence[int]) -> None:
        """Delete vectors."""
        connection.execute_many(f"DELETE FROM {self.name} WHERE rowid = ?", [(row,) for row in ids])

    def create_again(self, connection: Connection) -> None:
        """Create the table, empty, in the place of what is left of it."""
        connection.execute(f"DROP TABLE IF EXISTS {self.name}")
        self.create(connection)

    def file(self, connection: Connection, columns: Mapping[int, Filed]) -> None:
        """Change the columns beside vectors, given by id."""
        connection.execute_many(
            f"UPDATE {self.name} SET entry_id = ?, visibility = ?, category = ? WHERE rowid = ?",
            [(*beside, row) for row, beside in columns.items()],
        )

    def move(self, connection: Connection, ids: Sequence[int], category: str, to: int) -> None:
        """Change what searches filter vectors by."""
        connection.execute_many(
            f"UPDATE {self.name} SET visibility = ?, category = ? WHERE rowid = ?",
            [(to, category, row) for row in ids],
        )
