"""What is wrong with a collection; see `store.relational.health.EngineHealth`."""

from collections import Counter
from collections.abc import Sequence

from store.postgres.words import WordTable, counted
from store.records import Entry
from store.relational.connection import Connection
from store.relational.entries import OWNERS
from store.relational.health import VectorFaults, without_question
from store.relational.models import ModelVectors
from store.relational.vector_table import VectorTable, filed


def damage(connection: Connection) -> list[str]:
    return without_question(connection)


def keywords_malformed(connection: Connection) -> bool:
    return False  # it is a table like others


def stale_keywords(connection: Connection, some: Sequence[Entry]) -> list[int]:
    indexed = WordTable().of_entries(connection, [entry.id for entry in some])
    return [e.id for e in some if indexed.get(e.id, Counter()) != counted(e.content)]


def keyword_orphans(connection: Connection) -> list[int]:
    rows = connection.select(
        "SELECT DISTINCT entry_id FROM word WHERE NOT EXISTS"
        " (SELECT 1 FROM entry WHERE id = entry_id) ORDER BY entry_id"
    )
    return [row for (row,) in rows]


def vector_faults(connection: Connection, model: ModelVectors, table: VectorTable) -> VectorFaults:
    faults = VectorFaults(model, table)
    [(there,)] = connection.select("SELECT to_regclass(?)", (table.name,))
    if there is None:
        faults.unreadable = f"{table.name} is missing"
        return faults
    expected, own = filed(connection, table.kind), OWNERS[table.kind]
    for id_, length, *columns in connection.select(
        f"SELECT rowid, vector_norm(embedding), entry_id, visibility, category FROM {table.name}"
        " ORDER BY rowid"
    ):
        if not abs(length - 1) <= 1e-3:
            faults.broken.append(id_)
        if id_ not in expected:
            faults.orphans.append(id_)
        elif expected[id_] != tuple(columns):
            faults.misfiled.append(id_)
    if model.active and table.kind == "phrasing":  # others may lack some
        rows = connection.select(
            f"SELECT id FROM {own} WHERE id NOT IN (SELECT rowid FROM {table.name}) ORDER BY id"
        )
        faults.missing += [row for (row,) in rows]
    return faults
