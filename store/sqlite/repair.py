"""Repairing what the text alone can tell. What only a model can make is deleted here, not made."""

from collections.abc import Iterable, Mapping, Sequence

from store.relational import entries
from store.relational.connection import Connection
from store.sqlite.connection import SQLiteConnection
from store.sqlite.health import PARTS, Faults, KeywordFaults, VectorFaults
from store.sqlite.vectors import LARGEST_K, VectorTable, all_models, filed
from store.sqlite.words import KeywordIndex


def repair(connection: SQLiteConnection, faults: Faults) -> list[str]:
    """Repair what was found, within a transaction; return what was done, a sentence each."""
    done = _repair_keywords(connection, faults.keywords)
    for vectors in faults.vectors:
        if repaired := _repair_vectors(connection, vectors):
            vectors.model.count_fill(connection)
            done += vectors.about(repaired)
    return done + _repair_passages(connection, faults.passages)


def _repair_keywords(connection: Connection, faults: KeywordFaults) -> list[str]:
    if not faults.sentences():
        return []
    index = KeywordIndex()
    if faults.malformed:
        connection.execute("INSERT INTO keyword (keyword) VALUES ('rebuild')")
    index.remove(connection, [*faults.orphans, *faults.stale])
    for entry in entries.load(connection, faults.stale):
        index.add(connection, entry.id, entry.content)
    if faults.malformed:
        return ["The keyword index was rebuilt."]
    rows = len(faults.orphans) + len(faults.stale)
    return [f"Rows of the keyword index corrected: {rows:,}."]


def _repair_passages(connection: Connection, entry_ids: Sequence[int]) -> list[str]:
    if not entry_ids:
        return []
    gone = entries.ids_of(connection, "passage", entry_ids)
    for model in all_models(connection):
        model.tables["answer"].delete(connection, gone)
        model.count_fill(connection)
    connection.execute("DELETE FROM passage WHERE entry_id = ANY(?)", (list(entry_ids),))
    for entry in entries.load(connection, entry_ids):
        entries.write_passages(connection, entry.id, None, entry.content)
    return [f"Answers divided into passages anew: {len(entry_ids):,}."]


def _repair_vectors(connection: SQLiteConnection, faults: VectorFaults) -> list[str]:
    table, of = faults.table, f"{faults.table.kind}s"
    if faults.unreadable:
        _create_again(connection, table)
        return [f"The table of vectors of {of}, which could not be read, was made anew."]
    columns = filed(connection, table.kind)
    if faults.unfound:
        sound = columns.keys() - {*faults.unfound, *faults.broken}
        kept = _vectors(connection, table, sound)
        _create_again(connection, table)
        table.insert(connection, [(row, kept[row], *columns[row]) for row in kept])
        return [f"The table of vectors of {of} was rebuilt. Vectors kept: {len(kept):,}."]
    done = []
    if gone := {*faults.orphans, *faults.broken}:
        table.delete(connection, list(gone))
        done.append(
            f"Vectors of {of} deleted that belonged to nothing or were wrong: {len(gone):,}."
        )
    if wrong := [row for row in faults.misfiled if row not in gone]:
        kept = _vectors(connection, table, wrong)
        table.delete(connection, wrong)
        table.insert(connection, [(row, kept[row], *columns[row]) for row in kept])
        done.append(f"Vectors of {of} filed as their entries say: {len(wrong):,}.")
    return done


def _vectors(
    connection: SQLiteConnection, table: VectorTable, rows: Iterable[int]
) -> Mapping[int, bytes]:
    """Return the vectors of these rows."""
    wanted, sql = set(rows), f"SELECT rowid, embedding FROM {table.name}"
    blocks = connection.blocks(sql, (), LARGEST_K)
    return {row: vector for block in blocks for row, vector in block if row in wanted}


def _create_again(connection: Connection, table: VectorTable) -> None:
    for part in PARTS:  # none of them may be missing when the table is dropped
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table.name}_{part} (missing)")
    connection.execute(f"DROP TABLE IF EXISTS {table.name}")
    for part in PARTS:  # they stay where the table itself was missing
        connection.execute(f"DROP TABLE IF EXISTS {table.name}_{part}")
    table.create(connection)
