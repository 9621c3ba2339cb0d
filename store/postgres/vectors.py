"""Tables of vectors in pgvector's columns."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from store.records import SearchFilter, Vector
from store.relational.connection import Connection
from store.relational.entries import FOR_EDITORS, FOR_READERS
from store.relational.vector_table import VectorTable

if TYPE_CHECKING:
    import psycopg

    from store.postgres.connection import PostgresConnection

HEADER_BYTES = 19  # of a binary COPY
TRAILER_BYTES = 2
ROWS_AT_ONCE = 4096
CANDIDATES = 64  # vectors of each kind, of which the entries are scored exactly


class PgvectorTable(VectorTable):
    """See `store.relational.vector_table.VectorTable`. Of a table that is too large to be held, an
    index over halves of the precision finds candidates; without it, the same query reads every row.
    """

    MOST_HELD = 1_000_000

    def create(self, connection: Connection) -> None:
        connection.execute(
            f"CREATE TABLE {self.name} (rowid bigint PRIMARY KEY,"
            f" embedding vector({self.model.dimension}) NOT NULL,"
            " entry_id bigint NOT NULL, visibility smallint NOT NULL,"
            ' category text COLLATE "C" NOT NULL)'
        )

    def rows(
        self, connection: Connection, ids: Sequence[int] | None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Read by a binary COPY, whose rows all have the same length."""
        row = np.dtype(
            [
                ("columns", ">i2"),
                ("id_bytes", ">i4"),
                ("id", ">i8"),
                ("vector_bytes", ">i4"),
                ("dimension", ">u2"),
                ("unused", ">u2"),
                ("vector", ">f4", (self.model.dimension,)),
            ]
        )
        some, values = ("", ()) if ids is None else (" WHERE rowid = ANY(%s)", (list(ids),))
        sql = f"COPY (SELECT rowid, embedding FROM {self.name}{some}) TO STDOUT (FORMAT binary)"
        begun = bytearray()
        own = cast("PostgresConnection", connection)
        own.write_rows()
        with own.waiting(), own.raw.cursor() as cursor, cursor.copy(sql.encode(), values) as copy:
            for data in copy:
                begun += data
                if len(begun) > HEADER_BYTES + ROWS_AT_ONCE * row.itemsize:
                    yield _parsed(begun, row, header=HEADER_BYTES)
                    whole = (len(begun) - HEADER_BYTES) // row.itemsize * row.itemsize
                    del begun[HEADER_BYTES : HEADER_BYTES + whole]
        if len(begun) > HEADER_BYTES + TRAILER_BYTES:
            yield _parsed(begun, row, header=HEADER_BYTES)

    def candidates(
        self, connection: Connection, query: Vector, where: SearchFilter
    ) -> Sequence[int]:
        own, (passing, values) = cast("PostgresConnection", connection), _passing(where)
        own.raw.execute(b"SET LOCAL hnsw.iterative_scan = strict_order")
        own.raw.execute(f"SET LOCAL hnsw.ef_search = {CANDIDATES}".encode())
        rows = connection.select(
            f"SELECT entry_id FROM {self.name} WHERE {passing}"
            f" ORDER BY {self._half} <=> ?::vector::halfvec({self.model.dimension})"
            f" LIMIT {CANDIDATES}",
            (*values, query),
        )
        return [entry_id for (entry_id,) in rows]

    @property
    def _half(self) -> str:
        return f"(embedding::halfvec({self.model.dimension}))"

    def add_index(self, raw: "psycopg.Connection[tuple[Any, ...]]") -> None:
        """Make the index of candidates where there is none, while others read and write."""
        name = f"{self.name}_near"
        sound = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
        if (valid := raw.execute(sound, (name,)).fetchall()) == [(True,)]:
            return
        if valid:  # somebody stopped halfway
            raw.execute(f"DROP INDEX {name}".encode())
        raw.execute(
            f"CREATE INDEX CONCURRENTLY {name} ON {self.name}"
            f" USING hnsw ({self._half} halfvec_cosine_ops)".encode()
        )

    def nearest(
        self, connection: Connection, vector: Vector, k: int, where: SearchFilter
    ) -> list[tuple[float, int, int]]:
        passing, values = _passing(where)
        rows = connection.select(
            "SELECT minus, entry_id, rowid FROM (SELECT DISTINCT ON (entry_id) entry_id, rowid,"
            f" round((embedding <=> ?)::numeric, 6) - 1 AS minus FROM {self.name}"
            f" WHERE {passing} ORDER BY entry_id, minus, rowid) AS best"
            " ORDER BY minus, entry_id LIMIT ?",
            (vector, *values, k),
        )
        return [(float(minus), entry_id, row) for minus, entry_id, row in rows]


def _passing(where: SearchFilter) -> tuple[str, list[Any]]:
    """Return SQL, and the values bound in it, that is true for the vectors of entries that pass."""
    least = FOR_EDITORS if where.unpublished else FOR_READERS
    if where.category is None:
        return "visibility >= ?", [least]
    return "visibility >= ? AND category = ?", [least, where.category]


def _parsed(
    data: bytearray, row: np.dtype[np.void], header: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return ids and vectors of the whole rows after a header."""
    count = (len(data) - header) // row.itemsize
    rows = np.frombuffer(bytes(data[header : header + count * row.itemsize]), row)
    return rows["id"].astype(np.int64), rows["vector"].astype(np.float32)
