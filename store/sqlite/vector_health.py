"""How a model's vectors of phrasings disagree with the text, or with themselves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import apsw
import numpy as np

from store.records import Vector
from store.sqlite.sql import id_array, select
from store.sqlite.telling import told
from store.sqlite.vectors import LARGEST_K, VectorTable, visibility

Filed = tuple[int, int, str]  # under an entry, with a visibility and a category
NEAR = 1e-3  # a distance is told in float32

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


@dataclass(frozen=True, slots=True)
class VectorDisorder:
    """What is wrong with a table of vectors, by phrasing id.

    `unreadable` is why the table as a whole cannot be read. `unfound` are those that a search does
    not find, or not where they are: the parts of the table disagree.
    """

    table: VectorTable
    unreadable: str = ""
    lacking: tuple[int, ...] = ()
    orphans: tuple[int, ...] = ()
    misfiled: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    unfound: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, connection: apsw.Connection, table: VectorTable, *, may_lack: bool
    ) -> "VectorDisorder":
        """Look for it. Whether phrasings without a vector are wrong is said by `may_lack`."""
        missing = _missing(connection, table)
        if missing:  # vec0 may end the whole program where a part of its own is not there
            return cls(table, unreadable=f"{', '.join(missing)} is missing")
        try:
            return cls._of_readable(connection, table, may_lack)
        except apsw.SQLError as error:  # as vec0 tells of damage to its own tables
            return cls(table, unreadable=str(error))

    @classmethod
    def _of_readable(
        cls, connection: apsw.Connection, table: VectorTable, may_lack: bool
    ) -> "VectorDisorder":
        expected = places(connection)
        orphans, misfiled, broken, unfound = list[int](), list[int](), list[int](), list[int]()
        for part in _parts(
            connection.execute(
                f"SELECT rowid, embedding, entry_id, visibility, category FROM {table.name}"
            )
        ):
            sound: dict[int, Vector] = {}
            for phrasing_id, embedding, *filed in part:
                if is_broken(embedding, table.model.dimension):
                    broken.append(phrasing_id)
                else:
                    sound[phrasing_id] = np.frombuffer(embedding, dtype=np.float32)
                if phrasing_id not in expected:
                    orphans.append(phrasing_id)
                elif expected.pop(phrasing_id) != tuple(filed):
                    misfiled.append(phrasing_id)
            unfound += _unfound(connection, table, sound)
        lacking = list(expected)
        for start in range(0, len(lacking), LARGEST_K):  # a search may find what is not there
            found = _distances(connection, table, lacking[start : start + LARGEST_K])
            unfound += found.keys()
        return cls(
            table,
            lacking=() if may_lack else tuple(lacking),
            orphans=tuple(orphans),
            misfiled=tuple(misfiled),
            broken=tuple(broken),
            unfound=tuple(unfound),
        )

    def told(self) -> list[str]:
        """Return it as sentences."""
        if self.unreadable:
            return [f"The vectors cannot be read: {self.unreadable}."]
        return [
            *told("Phrasings without a vector", self.lacking),
            *told("Vectors without a phrasing", self.orphans),
            *told("Vectors filed under another entry, status or category", self.misfiled),
            *told("Vectors that are not of unit length", self.broken),
            *told("Vectors that a search does not find as they stand", self.unfound),
        ]


def places(connection: apsw.Connection) -> dict[int, Filed]:
    """Return how the vector of each phrasing has to be filed, by phrasing id."""
    return {
        phrasing_id: (entry_id, visibility(status, deleted_at is not None), category)
        for phrasing_id, entry_id, status, deleted_at, category in select(
            connection,
            "SELECT phrasing.id, entry.id, status, deleted_at, category FROM phrasing"
            " JOIN entry ON entry.id = phrasing.entry_id ORDER BY phrasing.id",
        )
    }


def is_broken(embedding: bytes, dimension: int) -> bool:
    """Return whether bytes are no unit vector of this dimension."""
    if len(embedding) != dimension * np.dtype(np.float32).itemsize:
        return True
    length = float(np.linalg.norm(np.frombuffer(embedding, dtype=np.float32)))
    return not abs(length - 1.0) <= 1e-3  # written so, because NaN fails every comparison


def _parts(
    rows: Iterable[tuple[int, bytes, int, int, str]],
) -> Iterator[list[tuple[int, bytes, int, int, str]]]:
    remaining = iter(rows)
    while part := list(islice(remaining, LARGEST_K)):
        yield part


def _unfound(
    connection: apsw.Connection, table: VectorTable, vectors: dict[int, Vector]
) -> list[int]:
    """Return which of these vectors a search does not find at the distance where they are."""
    if not vectors:
        return []
    found, query = _distances(connection, table, list(vectors)), _query(table.model.dimension)
    expected = 1 - np.stack(list(vectors.values())) @ query
    return [
        row
        for row, distance in zip(vectors, expected, strict=True)
        if row not in found or abs(found[row] - float(distance)) > NEAR
    ]


def _distances(
    connection: apsw.Connection, table: VectorTable, rows: Sequence[int]
) -> dict[int, float]:
    """Return the rows among these that a search finds, with their distances."""
    found = select(
        connection,
        f"SELECT rowid, distance FROM {table.name} WHERE embedding MATCH ? AND k = {LARGEST_K}"
        " AND rowid IN (SELECT value FROM carray(?))",
        (_query(table.model.dimension).tobytes(), id_array(rows)),
    )
    return {row: np.inf if distance is None else distance for row, distance in found}


def _missing(connection: apsw.Connection, table: VectorTable) -> list[str]:
    """Return which of the table and its parts are not there."""
    present = {name for (name,) in select(connection, "SELECT name FROM sqlite_schema")}
    wanted = (table.name, *(f"{table.name}_{part}" for part in PARTS))
    return [name for name in wanted if name not in present]


def _query(dimension: int) -> Vector:
    """Return a unit vector that leans to every side by another amount."""
    query = np.arange(1, dimension + 1, dtype=np.float32)
    return query / np.float32(np.linalg.norm(query))
