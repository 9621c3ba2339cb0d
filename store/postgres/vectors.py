"""Tables of vectors in pgvector's columns."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from store.records import SearchFilter, Vector
from store.relational.connection import Connection
from store.relational.entries import FOR_EDITORS, FOR_READERS
from store.relational.vectors import VectorTable

if TYPE_CHECKING:
    from store.postgres.connection import PostgresConnection

HEADER_BYTES = 19  # of a binary COPY
TRAILER_BYTES = 2
ROWS_AT_ONCE = 4096


class PgvectorTable(VectorTable):
    """See `store.relational.vectors.VectorTable`."""

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

    def nearest(
        self, connection: Connection, vector: Vector, k: int, where: SearchFilter
    ) -> list[tuple[float, int, int]]:
        least = FOR_EDITORS if where.unpublished else FOR_READERS
        only, values = (
            ("", ()) if where.category is None else (" AND category = ?", (where.category,))
        )
        rows = connection.select(
            "SELECT minus, entry_id, rowid FROM (SELECT DISTINCT ON (entry_id) entry_id, rowid,"
            f" round((embedding <=> ?)::numeric, 6) - 1 AS minus FROM {self.name}"
            f" WHERE visibility >= ?{only} ORDER BY entry_id, minus, rowid) AS best"
            " ORDER BY minus, entry_id LIMIT ?",
            (vector, least, *values, k),
        )
        return [(float(minus), entry_id, row) for minus, entry_id, row in rows]


def _parsed(
    data: bytearray, row: np.dtype[np.void], header: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return ids and vectors of the whole rows after a header."""
    count = (len(data) - header) // row.itemsize
    rows = np.frombuffer(bytes(data[header : header + count * row.itemsize]), row)
    return rows["id"].astype(np.int64), rows["vector"].astype(np.float32)
