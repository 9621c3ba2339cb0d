"""What can be wrong with a collection: its text, and what is derived from text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from store.relational.connection import Connection
from store.relational.vectors import ModelVectors, VectorTable

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


def has_texts(connection: Connection) -> bool:
    """Return whether there is anything that a model would have to embed."""
    return bool(connection.select("SELECT 1 FROM phrasing LIMIT 1"))


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
