"""Finding what is wrong with a collection: its file, its text, and what is derived from text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import apsw
import numpy as np

from store.errors import InvalidVector
from store.records import Health, Vector
from store.relational import entries
from store.relational.connection import Connection
from store.sqlite import words
from store.sqlite.connection import SQLiteConnection
from store.sqlite.vectors import (
    LARGEST_K,
    ModelVectors,
    VectorTable,
    all_models,
    checked,
    filed,
)

ENTRIES_AT_ONCE = 500
SHOWN_IDS = 5
SAME_DISTANCE = 1e-3  # vec0 returns distances in float32

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
class KeywordFaults:
    """How the keyword index disagrees with the text, by entry id; `malformed`: with itself."""

    malformed: bool
    stale: tuple[int, ...]
    orphans: tuple[int, ...]

    def sentences(self) -> list[str]:
        return [
            *(["The keyword index is damaged."] if self.malformed else []),
            *_sentence("Entries whose keyword index is stale", self.stale),
            *_sentence("Keyword index rows without an entry", self.orphans),
        ]


@dataclass(slots=True)
class VectorFaults:
    """What is wrong with a table of vectors, by id.

    `unreadable` is why the table as a whole cannot be read. `unfound` are those that a search does
    not find, or not where they are: the parts of the table disagree.
    """

    model: ModelVectors
    table: VectorTable
    unreadable: str = ""
    missing: list[int] = field(default_factory=list)
    orphans: list[int] = field(default_factory=list)
    misfiled: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    unfound: list[int] = field(default_factory=list)

    def sentences(self) -> list[str]:
        of = f"{self.table.kind}s"
        if self.unreadable:
            return self.about([f"The vectors of {of} cannot be read: {self.unreadable}."])
        one = {"phrasing": "a phrasing", "answer": "a passage of an answer"}[self.table.kind]
        return self.about(
            [
                *_sentence(f"{of.capitalize()} without a vector", self.missing),
                *_sentence(f"Vectors without {one}", self.orphans),
                *_sentence(
                    f"Vectors of {of} filed under another entry, status or category", self.misfiled
                ),
                *_sentence(f"Vectors of {of} that are not of unit length", self.broken),
                *_sentence(
                    f"Vectors of {of} that a search does not find as they are", self.unfound
                ),
            ]
        )

    def about(self, sentences: Sequence[str]) -> list[str]:
        """Return sentences on the table, naming its model where it is not the active one."""
        of = "" if self.model.active else f"In the vectors of {self.model.model.name}, not in use: "
        return [of + sentence for sentence in sentences]


@dataclass(frozen=True, slots=True)
class Faults:
    """Everything in which what is derived from the text disagrees with it; `vectors`: a table each;
    `passages`: the entries whose passages are not their whole answer, one after the other."""

    keywords: KeywordFaults
    passages: tuple[int, ...]
    vectors: list[VectorFaults]
    without_model: bool

    def sentences(self) -> list[str]:
        found = self.keywords.sentences()
        found += _sentence("Entries whose passages are not their whole answer", self.passages)
        for vectors in self.vectors:
            found += vectors.sentences()
        if self.without_model:
            found.append(
                "There are entries, but no model: none of them can be found. Embed them anew."
            )
        return found


def check(connection: SQLiteConnection) -> Health:
    """Return all that is wrong; where something is damaged, only that."""
    if damage := _damage(connection):
        return Health(tuple(damage), damaged=True)
    return Health(tuple(find_faults(connection).sentences()))


def find_faults(connection: SQLiteConnection) -> Faults:
    """Return where what is derived from the text disagrees with it. The text must be sound."""
    models = all_models(connection)
    return Faults(
        _keyword_faults(connection),
        _wrong_passages(connection),
        [_vector_faults(connection, m, table) for m in models for table in m.tables.values()],
        not any(model.active for model in models)
        and bool(connection.select("SELECT 1 FROM phrasing LIMIT 1")),
    )


def _damage(connection: SQLiteConnection) -> list[str]:
    """Return what is wrong with the file or the text itself, a sentence each."""
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
    without_question = connection.select(
        "SELECT id FROM entry WHERE NOT EXISTS"
        " (SELECT 1 FROM phrasing WHERE entry_id = entry.id AND position = 0)"
    )
    lost = _sentence("Entries without a question", [row for (row,) in without_question])
    return found + [f"{sentence} Restore a backup." for sentence in lost]


def _integrity(connection: SQLiteConnection, of: str = "") -> list[str]:
    """Return what SQLite finds wrong with the file, or with one table."""
    messages = [message for (message,) in connection.select(f"PRAGMA integrity_check{of}")]
    return [] if messages == ["ok"] else messages


def _of_keyword_index(message: str) -> bool:
    return "FTS5 table main.keyword" in message or (
        message.startswith("fts5:") and message.endswith('"keyword"')
    )


def _keyword_faults(connection: SQLiteConnection) -> KeywordFaults:
    ids = [row for (row,) in connection.select("SELECT id FROM entry ORDER BY id")]
    stale = [
        entry.id
        for start in range(0, len(ids), ENTRIES_AT_ONCE)
        for entry in entries.load(connection, ids[start : start + ENTRIES_AT_ONCE])
        if connection.select(
            "SELECT question, phrasings, answer, category, tags FROM keyword WHERE rowid = ?",
            (entry.id,),
        )
        != [words.row(entry.content)]
    ]
    orphans = connection.select(
        "SELECT rowid FROM keyword WHERE rowid NOT IN (SELECT id FROM entry)"
    )
    malformed = bool(_integrity(connection, "(keyword)"))
    return KeywordFaults(malformed, tuple(stale), tuple(row for (row,) in orphans))


def _wrong_passages(connection: SQLiteConnection) -> tuple[int, ...]:
    ends: dict[int, int] = {}
    for entry_id, start, stop in connection.select(
        "SELECT entry_id, start, stop FROM passage WHERE position >= 0 ORDER BY entry_id, position"
    ):
        ends[entry_id] = stop if start == ends.get(entry_id, 0) < stop else -1
    return tuple(
        entry_id
        for rows in connection.blocks("SELECT id, answer FROM entry", (), ENTRIES_AT_ONCE)
        for entry_id, answer in rows
        if ends.get(entry_id, 0) != len(answer)
    )


def _vector_faults(
    connection: SQLiteConnection, model: ModelVectors, table: VectorTable
) -> VectorFaults:
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


def _look_at_every_vector(connection: SQLiteConnection, faults: VectorFaults) -> None:
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


def _sentence(message: str, ids: Sequence[int]) -> list[str]:
    """Return a sentence with the first of these ids; none where there are none."""
    if not ids:
        return []
    more = f" and {len(ids) - SHOWN_IDS:,} more" if len(ids) > SHOWN_IDS else ""
    return [f"{message}: {', '.join(map(str, sorted(ids)[:SHOWN_IDS]))}{more}."]
