"""What is wrong with a collection and its file; see `store.relational.health.EngineHealth`."""

from collections.abc import Sequence

import apsw
import numpy as np

from store import tokenizer
from store.errors import InvalidVector
from store.records import Entry, Vector
from store.relational.connection import Connection
from store.relational.health import VectorFaults, without_question
from store.relational.models import ModelVectors
from store.relational.vector_table import VectorTable, checked, filed
from store.sqlite.vectors import LARGEST_K, PARTS

SAME_DISTANCE = 1e-3  # vec0 returns distances in float32


def damage(connection: Connection) -> list[str]:
    connection.select("SELECT 1 FROM keyword, keyword_word LIMIT 0")  # they must be there
    found = [
        f"The database file is damaged: {message}. Restore a backup."
        for message in _integrity(connection)
        if not _of_keyword_index(message)
    ]
    found += [
        f"A row of table {table} refers to a row of {parent} that does not exist. Restore a backup."
        for table, _, parent, _ in connection.select("PRAGMA foreign_key_check")
    ]
    return found + without_question(connection)


def _integrity(connection: Connection, of: str = "") -> list[str]:
    """Return what SQLite finds wrong with the file, or with one table."""
    messages = [message for (message,) in connection.select(f"PRAGMA integrity_check{of}")]
    return [] if messages == ["ok"] else messages


def _of_keyword_index(message: str) -> bool:
    return "FTS5 table main.keyword" in message or (
        message.startswith("fts5:") and message.endswith('"keyword"')
    )


def keywords_malformed(connection: Connection) -> bool:
    return bool(_integrity(connection, "(keyword)"))


def stale_keywords(connection: Connection, some: Sequence[Entry]) -> list[int]:
    return [
        entry.id
        for entry in some
        if connection.select(
            "SELECT question, phrasings, answer, category, tags FROM keyword WHERE rowid = ?",
            (entry.id,),
        )
        != [tokenizer.fields(entry.content)]
    ]


def keyword_orphans(connection: Connection) -> list[int]:
    rows = connection.select("SELECT rowid FROM keyword WHERE rowid NOT IN (SELECT id FROM entry)")
    return [row for (row,) in rows]


def vector_faults(connection: Connection, model: ModelVectors, table: VectorTable) -> VectorFaults:
    faults = VectorFaults(model, table)
    present = {name for (name,) in connection.select("SELECT name FROM sqlite_schema")}
    wanted = (table.name, *(f"{table.name}_{part}" for part in PARTS))
    if lost := [name for name in wanted if name not in present]:
        # vec0 may end the whole program where a part of its own is missing.
        faults.unreadable = f"{', '.join(lost)} is missing"
        return faults
    try:
        _look_at_every_vector(connection, faults)
    except apsw.SQLError as error:  # how vec0 reports damage to its own tables
        faults.unreadable = str(error)
    return faults


def _look_at_every_vector(connection: Connection, faults: VectorFaults) -> None:
    table, expected = faults.table, filed(connection, faults.table.kind)
    sql = f"SELECT rowid, embedding, entry_id, visibility, category FROM {table.name}"
    for part in connection.blocks(sql, (), LARGEST_K):
        sound: dict[int, Vector] = {}
        for id_, embedding, *columns in part:
            if _is_broken(embedding, table.model.dimension):
                faults.broken.append(id_)
            else:
                sound[id_] = np.frombuffer(embedding, dtype=np.float32)
            if id_ not in expected:
                faults.orphans.append(id_)
            elif expected.pop(id_) != tuple(columns):
                faults.misfiled.append(id_)
        faults.unfound += _unfound(connection, table, sound)
    missing = list(expected)
    for start in range(0, len(missing), LARGEST_K):  # a search may find what is not there
        faults.unfound += _distances(connection, table, missing[start : start + LARGEST_K])
    if faults.model.active and table.kind == "phrasing":  # others may lack some
        faults.missing += missing


def _is_broken(embedding: bytes, dimension: int) -> bool:
    """Return whether bytes are no unit vector of this dimension."""
    try:
        checked(np.frombuffer(embedding, dtype=np.float32), dimension, "")
    except (InvalidVector, ValueError):
        return True
    return False


def _unfound(connection: Connection, table: VectorTable, vectors: dict[int, Vector]) -> list[int]:
    """Return which of these vectors a search does not find at the distance where they are."""
    if not vectors:
        return []
    found, query = _distances(connection, table, list(vectors)), _query(table.model.dimension)
    expected = 1 - np.stack(list(vectors.values())) @ query
    return [
        row
        for row, distance in zip(vectors, expected, strict=True)
        if row not in found or abs(found[row] - float(distance)) > SAME_DISTANCE
    ]


def _distances(connection: Connection, table: VectorTable, rows: list[int]) -> dict[int, float]:
    """Return the rows among these that a search finds, with their distances."""
    found = connection.select(
        f"SELECT rowid, distance FROM {table.name} WHERE embedding MATCH ? AND k = {LARGEST_K}"
        " AND rowid IN (SELECT value FROM carray(?))",
        (_query(table.model.dimension).tobytes(), rows),
    )
    return {row: np.inf if distance is None else distance for row, distance in found}


def _query(dimension: int) -> Vector:
    """Return a unit vector that has another component in every direction."""
    query = np.arange(1, dimension + 1, dtype=np.float32)
    return query / np.float32(np.linalg.norm(query))
