"""Damage is found, told, and mended as far as the text alone can tell."""

import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from store import (
    Content,
    EntryFilter,
    ModelRecord,
    Neighbour,
    SetIncomplete,
    Store,
    UnreadableDatabase,
    VectorKind,
    open_store,
)
from store.sqlite.database import connect
from tests.store.conftest import MODEL
from tests.store.vectors import embeddings, vector

OTHER = ModelRecord("fingerprint-2", "tests/other", None, 3, 16)
ENTRIES = 20
LOGIN = Content("login", "new password", "login", "A category of some length", phrasings=("lost",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Entry 1 is `LOGIN`, with the phrasings 1 and 2; entry n asks phrasing n + 1."""
    path = tmp_path / "faq.db"
    store = open_store(path)
    store.use_model(MODEL)
    others = [Content(f"card {number}", category="Cards") for number in range(1, ENTRIES)]
    store.add([LOGIN, *others], embeddings(LOGIN, *others), "ada")
    store.begin_set(OTHER)
    store.remove([3], "ada")
    store.close()
    return path


def damaged(path: Path, damage: str) -> Store:
    connection = connect(path)
    connection.pragma("foreign_keys", False)
    connection.execute(damage)
    connection.close()
    return open_store(path, create=False)


def texts(store: Store) -> tuple[object, ...]:
    """Everything that people wrote."""
    entries = [*store.page(EntryFilter(), limit=99).entries]
    entries += store.page(EntryFilter(deleted=True), limit=99).entries
    return tuple(entries), tuple(store.revisions(entry.id) for entry in entries)


def fill(store: Store) -> int:
    """Bring the vectors that are lacking; return how many those were."""
    count = 0
    for kind in get_args(VectorKind):
        lacking = store.texts(kind, 999, lacking=MODEL.fingerprint)
        if lacking:
            vectors = np.stack([vector(text) for _, text in lacking])
            store.fill(MODEL.fingerprint, kind, lacking, vectors)
        count += len(lacking)
    return count


TABLE = "vector_1_phrasing"
DAMAGE = [
    # What was done to the file; what `check` says; how many vectors a model has to bring back.
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
    (f"DROP TABLE {TABLE}", "vectors cannot be read: vector_1_phrasing, .* is missing", 21),
    (f"DROP TABLE {TABLE}_rowids", "vectors cannot be read", 21),
    (f"DROP TABLE {TABLE}_chunks", "vectors cannot be read", 21),
    (f"DROP TABLE {TABLE}_vector_chunks00", "vectors cannot be read", 21),
    (f"DROP TABLE {TABLE}_metadatatext02", "vectors cannot be read", 21),
    (f"UPDATE {TABLE}_vector_chunks00 SET vectors = zeroblob(16)", "vectors cannot be read", 21),
    (f"DELETE FROM {TABLE}_chunks", "a search does not find as they stand: 1, 2", 21),
    (f"UPDATE {TABLE}_chunks SET validity = zeroblob(128)", "a search does not find", 21),
    (f"UPDATE {TABLE}_chunks SET rowids = zeroblob(8192)", "a search does not find", 21),
    (f"DELETE FROM {TABLE}_rowids WHERE rowid = 7", "a search does not find .*: 7", 1),
    (
        f"UPDATE {TABLE}_rowids SET chunk_offset = 9 WHERE rowid = 1",
        "a search does not find as they stand: 1",
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
    ("UPDATE answer_vector SET embedding = zeroblob(40)", "of answers that are not of unit", 1),
    ("UPDATE answer_vector SET embedding = x'00'", "of answers that are not of unit", 1),
    ("UPDATE answer_vector SET entry_id = 2", "without an answer that have a vector of one: 2", 1),
    ("UPDATE answer_vector SET entry_id = 99", "without an answer that have a vector of one: 9", 1),
    (
        "DROP TABLE vector_2_phrasing",
        "Beside the vectors in use, tests/other: The vectors cannot be read",
        0,
    ),
    (
        "INSERT INTO vector_2_phrasing (rowid, embedding, entry_id, visibility, category)"
        " VALUES (1, '[2, 0, 0]', 1, 2, 'x')",
        "Beside the vectors in use, tests/other: Vectors that are not of unit length: 1",
        0,
    ),
]


@pytest.mark.parametrize(("damage", "says", "lacking"), DAMAGE)
def test_damage_is_found_and_mended(path: Path, damage: str, says: str, lacking: int) -> None:
    store = damaged(path, damage)
    before = texts(store)
    problems = store.check()
    assert any(re.search(says, problem) for problem in problems), problems
    assert store.damage() == []
    store.repair()
    assert all("without a vector" in problem for problem in store.check()), store.check()
    assert fill(store) == lacking
    assert store.check() == []
    assert store.repair() == []
    assert texts(store) == before
    near = store.nearest(vector("login"), 1, fingerprint=MODEL.fingerprint)
    assert near == [Neighbour(1, 1, "login")]
    store.close()


def test_what_is_mended_is_told(path: Path) -> None:
    store = damaged(
        path,
        f"UPDATE {TABLE} SET category = 'x' WHERE rowid IN (1, 2);"
        f"UPDATE {TABLE} SET embedding = zeroblob(40) WHERE rowid = 7;"
        "DELETE FROM keyword WHERE rowid IN (1, 2); UPDATE answer_vector SET entry_id = 2",
    )
    assert store.repair() == [
        "Rows of the keyword index put in order: 2.",
        "Vectors deleted that stood for nothing or could not be right: 1.",
        "Vectors filed as their entries say: 2.",
        "Vectors of answers deleted that stood for nothing or could not be right: 1.",
    ]


def test_a_repair_reaches_what_is_kept_in_memory(path: Path) -> None:
    store = open_store(path)
    assert len(store.snapshot(fingerprint=MODEL.fingerprint).texts) == 20
    damaged(path, f"UPDATE {TABLE} SET embedding = zeroblob(40) WHERE rowid = 1").repair()
    assert len(store.snapshot(fingerprint=MODEL.fingerprint).texts) == 19


def test_a_question_without_a_vector_is_told(path: Path) -> None:
    store = damaged(path, f"DELETE FROM {TABLE} WHERE rowid = 1")
    with pytest.raises(SetIncomplete, match="entry 1 has no vector"):
        list(store.question_vectors())


def test_a_damaged_table_of_vectors_is_a_sentence(path: Path) -> None:
    store = damaged(path, f"DROP TABLE {TABLE}")
    with pytest.raises(UnreadableDatabase, match=r"is damaged .*no such table"):
        store.nearest(vector("login"), 1, fingerprint=MODEL.fingerprint)


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
def test_where_text_is_lost_no_repair_pretends(path: Path, damage: str, says: str) -> None:
    store = damaged(path, f"DELETE FROM {TABLE} WHERE rowid = 9; {damage}")
    problems = store.check()
    assert any(re.search(says, problem) for problem in problems), problems
    assert store.damage() == problems
    assert store.repair() == []
    assert store.check() == problems
    store.close()


def test_a_large_table_is_looked_at_part_by_part(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    store = open_store(path)
    store.use_model(MODEL)
    contents = [Content(f"card {number}") for number in range(5000)]  # vec0 finds 4,096 at most
    store.add(contents, embeddings(*contents), "ada")
    assert store.check() == []
    store.close()
    store = damaged(path, f"UPDATE {TABLE}_chunks SET validity = zeroblob(128) WHERE chunk_id = 5")
    [problem] = store.check()
    assert problem.startswith("Vectors that a search does not find as they stand: 4097, 4098")
    assert store.repair() == ["The table of vectors was built anew. Vectors kept: 4,096."]
    assert fill(store) == 904
    assert store.check() == []
