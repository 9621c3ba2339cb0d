"""Repairing what the text alone can tell. What only a model can make is deleted here, not made."""

from collections.abc import Sequence
from typing import Protocol

from store.relational import entries
from store.relational.connection import Connection
from store.relational.entries import WordRows
from store.relational.health import Faults, KeywordFaults, VectorFaults
from store.relational.models import all_models
from store.relational.vector_table import filed


class RepairableIndex(WordRows, Protocol):
    """An engine's index of words."""

    def rebuild(self, connection: Connection) -> None:
        """Make the index anew where it contradicts itself."""


def repair(connection: Connection, faults: Faults, index: RepairableIndex) -> list[str]:
    """Repair what was found, within a transaction; return what was done, a sentence each."""
    done = _repair_keywords(connection, faults.keywords, index)
    for vectors in faults.vectors:
        if repaired := _repair_vectors(connection, vectors):
            vectors.model.count_fill(connection)
            done += vectors.about(repaired)
    return done + _repair_passages(connection, faults.passages)


def _repair_keywords(
    connection: Connection, faults: KeywordFaults, index: RepairableIndex
) -> list[str]:
    if not faults.sentences():
        return []
    if faults.malformed:
        index.rebuild(connection)
    index.remove(connection, [*faults.orphans, *faults.stale])
    index.add(connection, {e.id: e.content for e in entries.load(connection, faults.stale)})
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


def _repair_vectors(connection: Connection, faults: VectorFaults) -> list[str]:
    table, of = faults.table, f"{faults.table.kind}s"
    if faults.unreadable:
        table.create_again(connection)
        return [f"The table of vectors of {of}, which could not be read, was made anew."]
    columns = filed(connection, table.kind)
    if faults.unfound:
        sound = sorted(columns.keys() - {*faults.unfound, *faults.broken})
        kept = [
            (row, vector, *columns[row])
            for ids, vectors in table.rows(connection, sound)
            for row, vector in zip(ids.tolist(), vectors, strict=True)
        ]
        table.create_again(connection)
        table.insert(connection, kept)
        return [f"The table of vectors of {of} was rebuilt. Vectors kept: {len(kept):,}."]
    done = []
    if gone := {*faults.orphans, *faults.broken}:
        table.delete(connection, list(gone))
        done.append(
            f"Vectors of {of} deleted that belonged to nothing or were wrong: {len(gone):,}."
        )
    if wrong := [row for row in faults.misfiled if row not in gone]:
        table.file(connection, {row: columns[row] for row in wrong})
        done.append(f"Vectors of {of} filed as their entries say: {len(wrong):,}.")
    return done
