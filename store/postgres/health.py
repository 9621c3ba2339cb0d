"""Finding what is wrong with a collection: its text, and what is derived from text."""

from collections import Counter

from store.postgres.words import WordTable, counted
from store.records import Health
from store.relational import entries
from store.relational.connection import Connection
from store.relational.health import (
    ENTRIES_AT_ONCE,
    Faults,
    KeywordFaults,
    VectorFaults,
    has_texts,
    without_question,
    wrong_passages,
)
from store.relational.vectors import OWNERS, ModelVectors, VectorTable, all_models, filed


def check(connection: Connection) -> Health:
    """Return all that is wrong; where the text is damaged, only that."""
    if damage := without_question(connection):
        return Health(tuple(damage), damaged=True)
    return Health(tuple(find_faults(connection).sentences()))


def find_faults(connection: Connection) -> Faults:
    """Return where what is derived from the text disagrees with it. The text must be sound."""
    models = all_models(connection)
    return Faults(
        _keyword_faults(connection),
        wrong_passages(connection),
        [_vector_faults(connection, m, table) for m in models for table in m.tables.values()],
        not any(model.active for model in models) and has_texts(connection),
    )


def _keyword_faults(connection: Connection) -> KeywordFaults:
    ids = [row for (row,) in connection.select("SELECT id FROM entry ORDER BY id")]
    stale = list[int]()
    for start in range(0, len(ids), ENTRIES_AT_ONCE):
        some = ids[start : start + ENTRIES_AT_ONCE]
        indexed = WordTable().of_entries(connection, some)
        for entry in entries.load(connection, some):
            if indexed.get(entry.id, Counter()) != counted(entry.content):
                stale.append(entry.id)
    orphans = connection.select(
        "SELECT DISTINCT entry_id FROM word WHERE NOT EXISTS"
        " (SELECT 1 FROM entry WHERE id = entry_id) ORDER BY entry_id"
    )
    return KeywordFaults(False, tuple(stale), tuple(row for (row,) in orphans))


def _vector_faults(connection: Connection, model: ModelVectors, table: VectorTable) -> VectorFaults:
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
