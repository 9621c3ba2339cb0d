"""Finding what is wrong with a collection."""

from collections.abc import Sequence

import apsw
import numpy as np

from store.sqlite import entries, keywords, models
from store.sqlite.sql import select
from store.sqlite.vectors import VectorTable, visibility

ENTRIES_AT_ONCE = 500
SHOWN = 5


def problems(connection: apsw.Connection) -> list[str]:
    """Return what is wrong, a sentence each."""
    found = [
        f"The database file is damaged: {message}."
        for (message,) in select(connection, "PRAGMA integrity_check")
        if message != "ok"
    ]
    found += [
        f"A row of table {table} refers to a row of {parent} that does not exist."
        for table, _, parent, _ in select(connection, "PRAGMA foreign_key_check")
    ]
    without_question = select(
        connection,
        "SELECT id FROM entry WHERE NOT EXISTS"
        " (SELECT 1 FROM phrasing WHERE entry_id = entry.id AND position = 0)",
    )
    found += _told("Entries without a question", [row for (row,) in without_question])
    if found:
        return found  # what follows trusts that entries can be read
    found += _keyword_problems(connection)
    active = models.active(connection)
    for table in models.tables(connection):
        own = active is not None and table.model == active[1]
        told = _vector_problems(connection, table, may_lack=not own)
        told += _answer_problems(connection, table)
        found += (
            told
            if own
            else [f"Beside the vectors in use, {table.model.name}: {problem}" for problem in told]
        )
    if active is None and select(connection, "SELECT 1 FROM phrasing LIMIT 1"):
        found.append("There are entries, but no model: none of them can be found.")
    return found


def _told(message: str, ids: Sequence[int]) -> list[str]:
    if not ids:
        return []
    more = f" and {len(ids) - SHOWN:,} more" if len(ids) > SHOWN else ""
    return [f"{message}: {', '.join(map(str, sorted(ids)[:SHOWN]))}{more}."]


def _keyword_problems(connection: apsw.Connection) -> list[str]:
    ids = [row for (row,) in select(connection, "SELECT id FROM entry ORDER BY id")]
    stale = []
    for start in range(0, len(ids), ENTRIES_AT_ONCE):
        for entry in entries.load(connection, ids[start : start + ENTRIES_AT_ONCE]):
            indexed = select(
                connection,
                "SELECT question, phrasings, answer, category, tags FROM keyword WHERE rowid = ?",
                (entry.id,),
            )
            if indexed != [keywords.row(entry.content)]:
                stale.append(entry.id)
    orphans = select(
        connection, "SELECT rowid FROM keyword WHERE rowid NOT IN (SELECT id FROM entry)"
    )
    return _told("Entries whose keyword index is stale", stale) + _told(
        "Keyword index rows without an entry", [row for (row,) in orphans]
    )


def _vector_problems(
    connection: apsw.Connection, vectors: VectorTable, *, may_lack: bool
) -> list[str]:
    expected = {
        phrasing_id: (entry_id, visibility(status, deleted_at is not None), category)
        for phrasing_id, entry_id, status, deleted_at, category in select(
            connection,
            "SELECT phrasing.id, entry.id, status, deleted_at, category FROM phrasing"
            " JOIN entry ON entry.id = phrasing.entry_id",
        )
    }
    orphans, misfiled, broken = [], [], []
    for phrasing_id, embedding, *filed in connection.execute(
        f"SELECT rowid, embedding, entry_id, visibility, category FROM {vectors.name}"
    ):
        if phrasing_id not in expected:
            orphans.append(phrasing_id)
            continue
        if expected.pop(phrasing_id) != tuple(filed):
            misfiled.append(phrasing_id)
        if _broken(embedding):
            broken.append(phrasing_id)
    return (
        _told("Phrasings without a vector", [] if may_lack else list(expected))
        + _told("Vectors without a phrasing", orphans)
        + _told("Vectors filed under another entry, status or category", misfiled)
        + _told("Vectors that are not of unit length", broken)
    )


def _answer_problems(connection: apsw.Connection, vectors: VectorTable) -> list[str]:
    rows = select(
        connection,
        "SELECT entry_id, embedding, answer FROM answer_vector JOIN entry ON entry.id = entry_id"
        " WHERE model_id = ?",
        (vectors.model_id,),
    )
    unasked = [entry_id for entry_id, _, answer in rows if not answer]
    broken = [entry_id for entry_id, embedding, _ in rows if _broken(embedding)]
    return _told("Entries without an answer that have a vector of one", unasked) + _told(
        "Vectors of answers that are not of unit length", broken
    )


def _broken(embedding: bytes) -> bool:
    length = float(np.linalg.norm(np.frombuffer(embedding, dtype=np.float32)))
    return not abs(length - 1.0) <= 1e-3  # written so, because NaN fails every comparison
