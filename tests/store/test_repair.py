"""Damage is found, described, and repaired as far as the text alone allows."""

import re
from pathlib import Path

import numpy as np
import pytest

from store import Content, EntryFilter, Health, Neighbour, Store, UnreadableDatabase, open_store
from store.relational.entries import OWNERS
from store.sqlite.database import connect
from tests.store.vectors import MODEL, OTHER, add, vector

ENTRIES = 20
LOGIN = Content("login", "new password", "login", "A category of some length", phrasings=("lost",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Entry 1 is `LOGIN`, with the phrasings 1 and 2; entry n asks phrasing n + 1."""
    path = tmp_path / "faq.db"
    store = open_store(path)
    others = [Content(f"card {number}", category="Cards") for number in range(1, ENTRIES)]
    add(store, LOGIN, *others)
    store.vectors.fill(OTHER, "phrasing", [], np.empty((0, 3), np.float32))
    store.entries.set_deleted([3], True, "ada")
    store.close()
    return path


def damaged(path: Path, damage: str) -> Store:
    connection = connect(path)
    connection.pragma("foreign_keys", False)
    connection.execute(damage)
    connection.close()
    return open_store(path, create=False)


def texts(store: Store) -> tuple[object, ...]:
    """Return everything that people wrote."""
    entries = [*store.entries.page(EntryFilter(), limit=99).entries]
    entries += store.entries.page(EntryFilter(deleted=True), limit=99).entries
    return tuple(entries), tuple(store.entries.revisions(entry.id) for entry in entries)


def fill(store: Store) -> int:
    """Add the vectors that are missing; return how many those were."""
    count = 0
    for kind in OWNERS:
        missing = store.vectors.texts(kind, 999, missing_in=MODEL.fingerprint)
        if missing:
            vectors = np.stack([vector(text) for _, text in missing])
            store.vectors.fill(MODEL, kind, missing, vectors)
        count += len(missing)
    return count


TABLE, ANSWERS = "vector_1_phrasing", "vector_1_answer"
DAMAGE = [
    # What is done to the file; what `check` says; how many vectors a model has to make again.
    (f"DELETE FROM {TABLE} WHERE rowid = 1", "Phrasings without a vector: 1", 1),
    (
        f"INSERT INTO {TABLE} (rowid, embedding, entry_id, visibility, category)"
        f" SELECT 99, embedding, 1, 2, '' FROM {TABLE} WHERE rowid = 1",
        "Vectors without a phrasing: 99",
        0,
    ),
    (f"UPDATE {TABLE} SET category = 'x' WHERE rowid = 1", "filed under another", 0),
    (f"UPDATE {TABLE} SET entry_id = 5 WHERE rowid = 1", "filed under another .*: 1", 0),
    (f"UPDATE {TABLE} SET visibility = 2 WHERE rowid = 4", "filed under another .*: 4", 0),
    ("UPDATE entry SET status = 'draft' WHERE id = 7", "filed under another .*: 8", 0),
    (f"UPDATE {TABLE} SET embedding = zeroblob(40) WHERE rowid = 1", "not of unit length: 1", 1),
    (
        f"UPDATE {TABLE}_vector_chunks00 SET vectors ="
        " CAST(x'0000c07f' || substr(vectors, 5) AS BLOB)",  # the first number is none
        "not of unit length: 1",
        1,
    ),
    (f"DELETE FROM {TABLE}", "Phrasings without a vector: 1, 2, 3, 4, 5 and 16 more", 21),
    (
        f"DROP TABLE {TABLE}",
        "vectors of phrasings cannot be read: vector_1_phrasing, .* is missing",
        21,
    ),
    (f"DROP TABLE {TABLE}_rowids", "vectors of phrasings cannot be read", 21),
    (f"DROP TABLE {TABLE}_chunks", "vectors of phrasings cannot be read", 21),
    (f"DROP TABLE {TABLE}_vector_chunks00", "vectors of phrasings cannot be read", 21),
    (f"DROP TABLE {TABLE}_metadatatext02", "vectors of phrasings cannot be read", 21),
    (
        f"UPDATE {TABLE}_vector_chunks00 SET vectors = zeroblob(16)",
        "vectors of phrasings cannot be read",
        21,
    ),
    (f"DELETE FROM {TABLE}_chunks", "a search does not find as they are: 1, 2", 21),
    (f"UPDATE {TABLE}_chunks SET validity = zeroblob(128)", "a search does not find", 21),
    (f"UPDATE {TABLE}_chunks SET rowids = zeroblob(8192)", "a search does not find", 21),
    (f"DELETE FROM {TABLE}_rowids WHERE rowid = 7", "a search does not find .*: 7", 1),
    (
        f"UPDATE {TABLE}_rowids SET chunk_offset = 9 WHERE rowid = 1",
        "a search does not find as they are: 1",
        1,
    ),
    ("DELETE FROM keyword WHERE rowid = 1", "keyword index is stale: 1", 0),
    ("UPDATE entry SET answer = 'x' WHERE id = 2", "keyword index is stale: 2", 1),
    (
        "INSERT INTO keyword (rowid, question) VALUES (99, 'lost')",
        "Keyword index rows without an entry: 99",
        0,
    ),
    ("DELETE FROM keyword_data WHERE id > 10", "The keyword index is damaged", 0),
    ("UPDATE keyword_content SET c0 = 'card' WHERE id = 1", "The keyword index is damaged", 0),
    ("DELETE FROM keyword_docsize WHERE id = 1", "The keyword index is damaged", 0),
    (f"UPDATE {ANSWERS} SET embedding = zeroblob(40)", "of answers that are not of unit.*: 1", 1),
    (f"UPDATE {ANSWERS} SET entry_id = 2", "of answers filed under another .*: 1", 0),
    (
        f"INSERT INTO {ANSWERS} (rowid, embedding, entry_id, visibility, category)"
        f" SELECT 2, embedding, 2, 2, 'Cards' FROM {ANSWERS}",
        "Vectors without a passage of an answer: 2",
        0,
    ),
    (f"DROP TABLE {ANSWERS}", "vectors of answers cannot be read: vector_1_answer, .* missing", 1),
    (f"DELETE FROM {ANSWERS}_chunks", "of answers that a search does not find .*: 1", 1),
    (
        "DROP TABLE vector_2_phrasing",
        "In the vectors of tests/other, not in use: The vectors of phrasings cannot be read",
        0,
    ),
    (
        "INSERT INTO vector_2_phrasing (rowid, embedding, entry_id, visibility, category)"
        " VALUES (1, '[2, 0, 0]', 1, 2, 'x')",
        "In the vectors of tests/other, not in use: Vectors of phrasings that are not of unit.*: 1",
        0,
    ),
]


@pytest.mark.parametrize(("damage", "says", "missing"), DAMAGE)
def test_damage_is_found_and_repaired(path: Path, damage: str, says: str, missing: int) -> None:
    store = damaged(path, damage)
    before = texts(store)
    health = store.upkeep.check()
    assert any(re.search(says, problem) for problem in health.problems), health
    assert not health.damaged
    store.upkeep.repair()
    health = store.upkeep.check()
    assert all("without a vector" in problem for problem in health.problems), health
    assert fill(store) == missing
    assert store.upkeep.check() == Health()
    assert store.upkeep.repair() == []
    assert texts(store) == before
    near = store.vectors.nearest(vector("login"), 1, fingerprint=MODEL.fingerprint)
    assert near == [Neighbour(1, 1, "login")]
    store.close()


def test_a_repair_says_what_it_did(path: Path) -> None:
    store = damaged(
        path,
        f"UPDATE {TABLE} SET category = 'x' WHERE rowid IN (1, 2);"
        f"UPDATE {TABLE} SET embedding = zeroblob(40) WHERE rowid = 7;"
        f"DELETE FROM keyword WHERE rowid IN (1, 2); UPDATE {ANSWERS} SET embedding = zeroblob(40);"
        "DROP TABLE vector_2_answer",
    )
    assert store.upkeep.repair() == [
        "Rows of the keyword index corrected: 2.",
        "Vectors of phrasings deleted that belonged to nothing or were wrong: 1.",
        "Vectors of phrasings filed as their entries say: 2.",
        "Vectors of answers deleted that belonged to nothing or were wrong: 1.",
        "In the vectors of tests/other, not in use: The table of vectors of answers, which could "
        "not be read, was made anew.",
    ]


def test_a_repair_reaches_what_is_kept_in_memory(path: Path) -> None:
    store = open_store(path)
    assert store.vectors.resident(fingerprint=MODEL.fingerprint).place_of(2) is not None
    damaged(path, f"UPDATE {TABLE} SET embedding = zeroblob(40) WHERE rowid = 3").upkeep.repair()
    assert store.vectors.resident(fingerprint=MODEL.fingerprint).place_of(2) is None


def test_a_damaged_table_of_vectors_is_an_error(path: Path) -> None:
    store = damaged(path, f"DROP TABLE {TABLE}")
    with pytest.raises(UnreadableDatabase, match=r"is damaged .*no such table"):
        store.vectors.nearest(vector("login"), 1, fingerprint=MODEL.fingerprint)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("DELETE FROM phrasing WHERE id = 7", "Entries without a question: 6"),
        ("DELETE FROM entry WHERE id = 7", "refers to a row of entry .* Restore a backup"),
        ("DROP TABLE keyword", "no such table: keyword"),
        ("DROP TABLE entry", "no such table"),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage ="
            " (SELECT rootpage FROM sqlite_schema WHERE name = 'tag_name')"
            " WHERE name = 'entry_updated'",
            "The database file is damaged: .*Restore a backup",
        ),
    ],
)
def test_a_repair_does_nothing_where_text_is_lost(path: Path, damage: str, says: str) -> None:
    store = damaged(path, f"DELETE FROM {TABLE} WHERE rowid = 9; {damage}")
    health = store.upkeep.check()
    assert any(re.search(says, problem) for problem in health.problems), health
    assert health.damaged
    assert store.upkeep.repair() == []
    assert store.upkeep.check() == health
    store.close()


def test_a_large_table_is_looked_at_part_by_part(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    store = open_store(path)
    add(store, *(Content(f"card {number}") for number in range(5000)))  # vec0 finds 4,096 at most
    assert store.upkeep.check() == Health()
    store.close()
    store = damaged(path, f"UPDATE {TABLE}_chunks SET validity = zeroblob(128) WHERE chunk_id = 5")
    [problem] = store.upkeep.check().problems
    assert "phrasings that a search does not find as they are: 4097, 4098" in problem
    done = "The table of vectors of phrasings was rebuilt. Vectors kept: 4,096."
    assert store.upkeep.repair() == [done]
    assert fill(store) == 904
    assert store.upkeep.check() == Health()
