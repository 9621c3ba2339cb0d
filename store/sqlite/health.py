"""Finding what is wrong with a collection."""

from collections.abc import Iterator
from dataclasses import dataclass

import apsw

from store.sqlite import entries, keywords, models
from store.sqlite.answer_health import AnswerDisorder
from store.sqlite.sql import select
from store.sqlite.telling import told
from store.sqlite.vector_health import VectorDisorder

ENTRIES_AT_ONCE = 500
DERIVED = ("answer_vector",)  # tables whose rows can be made again from the text


@dataclass(frozen=True, slots=True)
class KeywordDisorder:
    """How the keyword index disagrees with the text, by entry id. `malformed` says that it
    disagrees with itself."""

    malformed: bool
    stale: tuple[int, ...]
    orphans: tuple[int, ...]

    def told(self) -> list[str]:
        """Return it as sentences."""
        return [
            *(["The keyword index is damaged."] if self.malformed else []),
            *told("Entries whose keyword index is stale", self.stale),
            *told("Keyword index rows without an entry", self.orphans),
        ]


@dataclass(frozen=True, slots=True)
class Disorder:
    """Everything in which what is derived from the text disagrees with it; empty where nothing
    does. The sets of vectors stand in their order, with whether each is the active one."""

    keywords: KeywordDisorder
    sets: tuple[tuple[bool, VectorDisorder, AnswerDisorder], ...]
    without_model: bool

    def told(self) -> list[str]:
        """Return it as sentences."""
        found = self.keywords.told()
        for active, vectors, answers in self.sets:
            beside = "" if active else f"Beside the vectors in use, {vectors.table.model.name}: "
            found += [f"{beside}{problem}" for problem in vectors.told() + answers.told()]
        if self.without_model:
            found.append(
                "There are entries, but no model: none of them can be found. Embed them anew."
            )
        return found


def problems(connection: apsw.Connection) -> list[str]:
    """Return all that is wrong, a sentence each; where something is damaged, that alone."""
    return damage(connection) or disorder(connection).told()


def damage(connection: apsw.Connection) -> list[str]:
    """Return what is wrong with the file or the text itself, a sentence each; see
    `Store.damage`."""
    select(connection, "SELECT 1 FROM keyword, keyword_word, answer_vector LIMIT 0")  # are there
    found = [
        f"The database file is damaged: {message}. Restore a backup."
        for message in _integrity(connection)
        if not _of_keyword_index(message)
    ]
    found += [
        f"A row of table {table} refers to a row of {parent} that does not exist. Restore a backup."
        for table, _, parent, _ in select(connection, "PRAGMA foreign_key_check")
        if table not in DERIVED
    ]
    without_question = select(
        connection,
        "SELECT id FROM entry WHERE NOT EXISTS"
        " (SELECT 1 FROM phrasing WHERE entry_id = entry.id AND position = 0)",
    )
    lost = told("Entries without a question", [row for (row,) in without_question])
    return found + [f"{sentence} Restore a backup." for sentence in lost]


def disorder(connection: apsw.Connection) -> Disorder:
    """Return in what the derived parts disagree with the text, which must be sound."""
    active = models.active(connection)
    return Disorder(
        _keywords(connection),
        tuple(_sets(connection, active[0] if active else None)),
        active is None and bool(select(connection, "SELECT 1 FROM phrasing LIMIT 1")),
    )


def _sets(
    connection: apsw.Connection, active: int | None
) -> Iterator[tuple[bool, VectorDisorder, AnswerDisorder]]:
    for table in models.tables(connection):
        own = table.model_id == active
        yield (
            own,
            VectorDisorder.of(connection, table, may_lack=not own),
            AnswerDisorder.of(connection, table),
        )


def _integrity(connection: apsw.Connection, of: str = "") -> list[str]:
    """Return what SQLite finds wrong with the file, or with one table."""
    messages = [message for (message,) in select(connection, f"PRAGMA integrity_check{of}")]
    return [] if messages == ["ok"] else messages


def _of_keyword_index(message: str) -> bool:
    return "FTS5 table main.keyword" in message or (
        message.startswith("fts5:") and message.endswith('"keyword"')
    )


def _keywords(connection: apsw.Connection) -> KeywordDisorder:
    ids = [row for (row,) in select(connection, "SELECT id FROM entry ORDER BY id")]
    stale = [
        entry.id
        for start in range(0, len(ids), ENTRIES_AT_ONCE)
        for entry in entries.load(connection, ids[start : start + ENTRIES_AT_ONCE])
        if keywords.held(connection, entry.id) != [keywords.row(entry.content)]
    ]
    orphans = select(
        connection, "SELECT rowid FROM keyword WHERE rowid NOT IN (SELECT id FROM entry)"
    )
    malformed = bool(_integrity(connection, "(keyword)"))
    return KeywordDisorder(malformed, tuple(stale), tuple(row for (row,) in orphans))
