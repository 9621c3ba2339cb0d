"""What can be wrong with a collection: its text, and what is derived from text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from store.records import Entry, Health
from store.relational import entries
from store.relational.connection import Connection
from store.relational.models import ModelVectors, all_models
from store.relational.vector_table import VectorTable

ENTRIES_AT_ONCE = 500
SHOWN_IDS = 5


@dataclass(frozen=True, slots=True)
class KeywordFaults:
    """How the keyword index disagrees with the text, by entry id; `malformed`: with itself."""

    malformed: bool
    stale: tuple[int, ...]
    orphans: tuple[int, ...]

    def sentences(self) -> list[str]:
        return [
            *(["The keyword index is damaged."] if self.malformed else []),
            *sentence("Entries whose keyword index is stale", self.stale),
            *sentence("Keyword index rows without an entry", self.orphans),
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
                *sentence(f"{of.capitalize()} without a vector", self.missing),
                *sentence(f"Vectors without {one}", self.orphans),
                *sentence(
                    f"Vectors of {of} filed under another entry, status or category", self.misfiled
                ),
                *sentence(f"Vectors of {of} that are not of unit length", self.broken),
                *sentence(f"Vectors of {of} that a search does not find as they are", self.unfound),
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
        found += sentence("Entries whose passages are not their whole answer", self.passages)
        for vectors in self.vectors:
            found += vectors.sentences()
        if self.without_model:
            found.append(
                "There are entries, but no model: none of them can be found. Embed them anew."
            )
        return found


class EngineHealth(Protocol):
    """What an engine finds wrong; a module, whose functions these are."""

    def damage(self, connection: Connection) -> list[str]:
        """Return what is wrong with the database or the text itself, a sentence each."""

    def keywords_malformed(self, connection: Connection) -> bool:
        """Return whether the index of words contradicts itself."""

    def stale_keywords(self, connection: Connection, some: Sequence[Entry]) -> list[int]:
        """Return the entries among these that the index of words has otherwise."""

    def keyword_orphans(self, connection: Connection) -> list[int]:
        """Return the entries that the index of words has and that there are not."""

    def vector_faults(
        self, connection: Connection, model: ModelVectors, table: VectorTable
    ) -> VectorFaults:
        """Return what is wrong with a table of vectors."""


def check(connection: Connection, engine: EngineHealth) -> Health:
    """Return all that is wrong; where something is damaged, only that."""
    if damage := engine.damage(connection):
        return Health(tuple(damage), damaged=True)
    return Health(tuple(find_faults(connection, engine).sentences()))


def find_faults(connection: Connection, engine: EngineHealth) -> Faults:
    """Return where what is derived from the text disagrees with it. The text must be sound."""
    models = all_models(connection)
    ids = [row for (row,) in connection.select("SELECT id FROM entry ORDER BY id")]
    stale = [
        entry_id
        for start in range(0, len(ids), ENTRIES_AT_ONCE)
        for entry_id in engine.stale_keywords(
            connection, entries.load(connection, ids[start : start + ENTRIES_AT_ONCE])
        )
    ]
    return Faults(
        KeywordFaults(
            engine.keywords_malformed(connection),
            tuple(stale),
            tuple(engine.keyword_orphans(connection)),
        ),
        wrong_passages(connection),
        [engine.vector_faults(connection, m, table) for m in models for table in m.tables.values()],
        not any(model.active for model in models)
        and bool(connection.select("SELECT 1 FROM phrasing LIMIT 1")),
    )


def without_question(connection: Connection) -> list[str]:
    """Return a sentence about entries that have no question; none where there are none."""
    rows = connection.select(
        "SELECT id FROM entry WHERE NOT EXISTS"
        " (SELECT 1 FROM phrasing WHERE entry_id = entry.id AND position = 0)"
    )
    lost = sentence("Entries without a question", [row for (row,) in rows])
    return [f"{one} Restore a backup." for one in lost]


def wrong_passages(connection: Connection) -> tuple[int, ...]:
    """Return the entries whose passages are not their whole answer, one after the other."""
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


def sentence(message: str, ids: Sequence[int]) -> list[str]:
    """Return a sentence with the first of these ids; none where there are none."""
    if not ids:
        return []
    more = f" and {len(ids) - SHOWN_IDS:,} more" if len(ids) > SHOWN_IDS else ""
    return [f"{message}: {', '.join(map(str, sorted(ids)[:SHOWN_IDS]))}{more}."]
