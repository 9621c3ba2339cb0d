"""Tables of vectors as sqlite-vec keeps them."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from store.records import SearchFilter, Vector
from store.relational.connection import Connection
from store.relational.entries import FOR_EDITORS, FOR_READERS
from store.relational.vector_table import VectorTable
from store.resident import matrix

LARGEST_K = 4096  # vec0 refuses more
ROWS_AT_ONCE = 4096

# The tables in which vec0 keeps a table.
PARTS = (
    "info",
    "chunks",
    "rowids",
    "vector_chunks00",
    "metadatachunks00",
    "metadatachunks01",
    "metadatachunks02",
    "metadatatext02",
)


class Vec0Table(VectorTable):
    """See `store.relational.vector_table.VectorTable`."""

    def create(self, connection: Connection) -> None:
        connection.execute(
            f"CREATE VIRTUAL TABLE {self.name} USING vec0("
            f"embedding float[{self.model.dimension}] distance_metric=cosine,"
            " entry_id integer, visibility integer, category text)"
        )

    def create_again(self, connection: Connection) -> None:
        for part in PARTS:  # none of them may be missing when the table is dropped
            connection.execute(f"CREATE TABLE IF NOT EXISTS {self.name}_{part} (missing)")
        connection.execute(f"DROP TABLE IF EXISTS {self.name}")
        for part in PARTS:  # they stay where the table itself was missing
            connection.execute(f"DROP TABLE IF EXISTS {self.name}_{part}")
        self.create(connection)

    def rows(
        self, connection: Connection, ids: Sequence[int] | None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        sql = f"SELECT rowid, embedding FROM {self.name}"
        if ids is not None:  # joined so, each is looked up; `rowid IN` would read the whole table
            sql = (
                f"SELECT own.rowid, embedding FROM carray(?) CROSS JOIN {self.name} AS own"
                " ON own.rowid = value"
            )
        values = () if ids is None else (list(ids),)
        for rows in connection.blocks(sql, values, ROWS_AT_ONCE):
            found = np.fromiter((row[0] for row in rows), np.int64, len(rows))
            yield found, matrix([row[1] for row in rows], self.model.dimension)

    def nearest(
        self, connection: Connection, vector: Vector, k: int, where: SearchFilter
    ) -> list[tuple[float, int, int]]:
        """vec0 returns phrasings, so more of them are asked for until there are enough entries;
        where more are equally similar than it can return, every vector is compared."""
        passing, values = _condition(where)
        rows = min(LARGEST_K, 16 * k + 48)  # mostly enough where an entry has a hundred phrasings
        while True:
            found = connection.select(
                f"SELECT rowid, entry_id, distance FROM {self.name}"
                f" WHERE embedding MATCH ? AND k = ? AND {passing}",
                (vector, rows, *values),
            )
            ranked = _ranked(found)
            # Rows beyond the cut are no nearer than the last one; only a place strictly before it
            # is certain not to be shared with one of them.
            certain = len(ranked) >= k and ranked[k - 1][0] < -round(1 - found[-1][2], 6)
            if certain or len(found) < rows:
                return ranked[:k]
            if rows == LARGEST_K:
                found = connection.select(
                    f"SELECT rowid, entry_id, vec_distance_cosine(embedding, ?) FROM {self.name}"
                    f" WHERE {passing}",
                    (vector, *values),
                )
                return _ranked(found)[:k]
            rows = min(LARGEST_K, rows * 4)


def _ranked(found: Sequence[tuple[int, int, float]]) -> list[tuple[float, int, int]]:
    """Return minus cosine, entry id and row of each entry's best phrasing, best first; `found` are
    rows, entry ids and distances."""
    best: dict[int, tuple[float, int]] = {}
    for row, entry_id, distance in found:
        # To six places: float32 carries no more, and equal texts must tie.
        candidate = (-round(1.0 - distance, 6), row)
        best[entry_id] = min(best.get(entry_id, candidate), candidate)
    return sorted((cosine, entry_id, row) for entry_id, (cosine, row) in best.items())


def _condition(where: SearchFilter) -> tuple[str, tuple[object, ...]]:
    least = FOR_EDITORS if where.unpublished else FOR_READERS
    if where.category is None:
        return "visibility >= ?", (least,)
    return "visibility >= ? AND category = ?", (least, where.category)
