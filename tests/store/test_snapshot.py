"""A collection's vectors in memory, those of its answers, and where its words stand."""

import threading
from dataclasses import replace
from pathlib import Path

import apsw
import numpy as np
import pytest

from store import (
    Content,
    Embeddings,
    InvalidVector,
    ModelMismatch,
    ModelRecord,
    SearchFilter,
    SetIncomplete,
    Status,
    Store,
    open_store,
)
from store.sqlite.database import connect
from tests.store.conftest import MODEL
from tests.store.vectors import embeddings, vector

OTHER = ModelRecord("fingerprint-2", "tests/other", None, 3, 16)
LOST = Content("lost card", "new card", category="Cards", phrasings=("card lost lost", "lost"))
PRICE = Content("price", category="Money")


def answered(store: Store) -> list[str]:
    """The questions of the entries whose answers have a vector."""
    snapshot = store.snapshot(fingerprint=MODEL.fingerprint)
    return [str(snapshot.texts[snapshot.starts[place]]) for place in snapshot.answered]


def test_a_snapshot_holds_every_entry_with_its_phrasings_and_answer(store: Store) -> None:
    lost, price, draft = store.add(
        [LOST, PRICE, Content("refund", status=Status.DRAFT)],
        embeddings(LOST, PRICE, Content("refund")),
        "ada",
    )
    snapshot = store.snapshot(fingerprint=MODEL.fingerprint)
    assert snapshot.entry_ids.tolist() == [lost.id, price.id, draft.id]
    assert snapshot.starts.tolist() == [0, 3, 4]
    assert snapshot.sizes.tolist() == [3, 1, 1]
    assert snapshot.texts.tolist() == [*LOST.ways_of_asking, "price", "refund"]
    assert snapshot.texts[snapshot.rows_of(price.id)].tolist() == ["price"]
    assert snapshot.texts[snapshot.rows_of(lost.id)].tolist() == list(LOST.ways_of_asking)
    assert snapshot.texts[snapshot.rows_of(999)].tolist() == []
    for text, row in zip(snapshot.texts, snapshot.vectors, strict=True):
        np.testing.assert_allclose(row, vector(text))
    mean = np.mean([vector(text) for text in LOST.ways_of_asking], axis=0)
    np.testing.assert_allclose(snapshot.coherence, [np.linalg.norm(mean), 1, 1], rtol=1e-6)
    assert snapshot.answered.tolist() == [0]
    np.testing.assert_allclose(snapshot.answers, [vector("lost card new card")])


def test_a_snapshot_filters_as_a_search_does(store: Store) -> None:
    draft = Content("refund", category="Money", status=Status.DRAFT)
    odd = Content("login", category="Money\0")
    store.add([LOST, PRICE, draft, odd], embeddings(LOST, PRICE, draft, odd), "ada")
    snapshot = store.snapshot(fingerprint=MODEL.fingerprint)
    for where, places in (
        (SearchFilter(), [0, 1, 3]),
        (SearchFilter(unpublished=True), [0, 1, 2, 3]),
        (SearchFilter("Money\0"), [3]),
        (SearchFilter("Money"), [1]),
        (SearchFilter("Money", unpublished=True), [1, 2]),
        (SearchFilter("none such"), []),
    ):
        assert snapshot.passing(where).tolist() == places


def test_a_snapshot_follows_every_change_and_stays_what_it_was(store: Store) -> None:
    before = store.snapshot(fingerprint=MODEL.fingerprint)
    [lost, price] = store.add([LOST, PRICE], embeddings(LOST, PRICE), "ada")
    first = store.snapshot(fingerprint=MODEL.fingerprint)
    content = Content("refund", phrasings=("lost",), category="Money")
    store.edit(lost.id, 1, content, embeddings(content), "bo")
    second = store.snapshot(fingerprint=MODEL.fingerprint)
    store.remove([price.id], "bo")
    third = store.snapshot(fingerprint=MODEL.fingerprint)
    store.restore([price.id], "bo")
    fourth = store.snapshot(fingerprint=MODEL.fingerprint)
    store.fill(MODEL.fingerprint, "phrasing", [(4, "price")], vector("plan")[None])
    fifth = store.snapshot(fingerprint=MODEL.fingerprint)
    texts = [list(one.texts) for one in (before, first, second, third, fourth)]
    assert texts[:2] == [[], [*LOST.ways_of_asking, "price"]]
    assert texts[2:] == [["refund", "lost", "price"], ["refund", "lost"], texts[2]]
    assert second.categories.tolist() == ["Money", "Money"]
    assert (first.answered.tolist(), second.answered.tolist()) == ([0], [])
    np.testing.assert_allclose(fifth.vectors[2], vector("plan"))
    np.testing.assert_allclose(fourth.vectors[2], vector("price"))
    with pytest.raises(ValueError, match="read-only"):
        fifth.vectors[0, 0] = 1


def test_a_snapshot_of_what_is_not_there(store: Store) -> None:
    with pytest.raises(ModelMismatch):
        store.snapshot(fingerprint="another")


def test_what_another_process_changes_is_seen(tmp_path: Path) -> None:
    one, other = (open_store(tmp_path / "faq.db") for _ in range(2))
    assert len(one.snapshot(fingerprint="any").texts) == 0
    one.use_model(MODEL)
    one.add([PRICE], embeddings(PRICE), "ada")
    assert one.snapshot(fingerprint=MODEL.fingerprint).texts.tolist() == ["price"]
    other.add([LOST], embeddings(LOST), "bo")
    assert len(one.snapshot(fingerprint=MODEL.fingerprint).texts) == 4
    other.fill(MODEL.fingerprint, "phrasing", [(1, "price")], vector("plan")[None])
    vectors = one.snapshot(fingerprint=MODEL.fingerprint).vectors
    np.testing.assert_allclose(vectors[0], vector("plan"))
    kept = one.snapshot(fingerprint=MODEL.fingerprint)
    one.set_setting("a", "b")
    assert one.snapshot(fingerprint=MODEL.fingerprint) is kept  # nothing was read again


# Answers


def test_an_answer_may_lack_its_vector_until_it_is_filled(store: Store) -> None:
    asked = Embeddings("fingerprint-1", {t: vector(t) for t in LOST.ways_of_asking})
    [entry] = store.add([LOST], asked, "ada")
    assert answered(store) == []
    [standing] = store.vector_sets()
    assert (standing.vectors, standing.lacking) == (3, 1)
    lacking = store.texts("answer", 9, lacking=MODEL.fingerprint)
    assert lacking == [(entry.id, "lost card\nnew card")]
    stale = [(entry.id, "what it said before")]
    store.fill(MODEL.fingerprint, "answer", stale, vector("new")[None])
    assert answered(store) == []
    filled = [*lacking, *stale, (999, "gone")]
    vectors = np.stack([vector("plan"), vector("new"), vector("new")])
    store.fill(MODEL.fingerprint, "answer", filled, vectors)
    assert answered(store) == ["lost card"]
    np.testing.assert_allclose(
        store.snapshot(fingerprint=MODEL.fingerprint).answers, [vector("plan")]
    )
    assert store.texts("answer", 9, lacking=MODEL.fingerprint) == []
    assert store.check() == []


@pytest.mark.parametrize(
    "changed",
    [
        Content("lost card", "refund"),
        Content("lost", "new card", phrasings=("lost card",)),
        Content("lost card"),
    ],
    ids=["answer", "question", "no answer"],
)
def test_what_is_said_anew_has_no_old_vector(store: Store, changed: Content) -> None:
    [entry, _] = store.add([LOST, PRICE], embeddings(LOST, PRICE), "ada")
    nothing = Embeddings("fingerprint-1", {})
    after = store.edit(entry.id, 1, changed, nothing, "bo")
    assert answered(store) == []
    store.edit(entry.id, after.version, LOST, embeddings(LOST), "bo")
    assert answered(store) == ["lost card"]
    assert store.check() == []


def test_what_is_said_as_before_keeps_its_vector(store: Store) -> None:
    [entry] = store.add([LOST], embeddings(LOST), "ada")
    changed = Content("lost card", "new card", category="Money", phrasings=("lost",))
    store.edit(entry.id, 1, changed, Embeddings("fingerprint-1", {}), "bo")
    store.remove([entry.id], "bo")
    assert answered(store) == []
    store.restore([entry.id], "bo")
    assert answered(store) == ["lost card"]


def test_a_bad_vector_of_an_answer_is_refused(store: Store) -> None:
    bad = dict(embeddings(LOST).vectors) | {"lost card\nnew card": np.zeros(10, dtype=np.float32)}
    with pytest.raises(InvalidVector):
        store.add([LOST], Embeddings("fingerprint-1", bad), "ada")
    assert store.info().entries == 0


def test_no_switch_while_an_answer_is_lacking(store: Store) -> None:
    store.add([LOST], embeddings(LOST), "ada")
    store.begin_set(OTHER)
    east = np.eye(3, dtype=np.float32)[:1]
    for phrasing in store.texts("phrasing", 9):
        store.fill(OTHER.fingerprint, "phrasing", [phrasing], east)
    with pytest.raises(SetIncomplete):
        store.switch_set(OTHER.fingerprint)
    store.fill(OTHER.fingerprint, "answer", store.texts("answer", 9), east)
    store.switch_set(OTHER.fingerprint)
    assert store.snapshot(fingerprint=OTHER.fingerprint).answers.tolist() == [[1, 0, 0]]
    assert answered(store) == ["lost card"]  # the other set is whole, too
    store.drop_set(MODEL.fingerprint)
    assert store.check() == []


# Words


def test_occurrences_say_which_entries_hold_a_word_how_often(store: Store) -> None:
    lost, price = store.add([LOST, PRICE], embeddings(LOST, PRICE), "ada")
    [found, nothing] = store.occurrences(["LOST card? lost, unknown Pricé", "?"])
    assert [o.word for o in found[:3]] == ["lost", "card", "unknown"]
    assert [(o.entry_ids.tolist(), o.counts.tolist()) for o in found[:3]] == [
        ([lost.id], [4]),
        ([lost.id], [3]),
        ([], []),
    ]
    assert nothing == ()
    store.remove([price.id], "ada")
    assert store.occurrences(["price"])[0][0].entry_ids.tolist() == [price.id]


@pytest.mark.parametrize("text", ["C++", "it's", "NOT", '"', "*", "a\0b", "x " * 100_000, "\ud800"])
def test_occurrences_take_any_text(store: Store, text: str) -> None:
    store.add([LOST], embeddings(LOST), "ada")
    [found] = store.occurrences([text])
    assert all(len(o.entry_ids) == len(o.counts) for o in found)


# Files of earlier versions


def grown_old(path: Path, schema: int) -> None:
    """Take out of a database what later schemas brought."""
    connection = connect(path)
    connection.execute(
        "DROP TABLE entry_test; UPDATE revision SET"
        " content = json_remove(content, '$.must_find', '$.must_not_find');"
        "DROP INDEX query_log_at; ALTER TABLE query_log DROP COLUMN actor;"
        "DROP INDEX query_log_unanswered; DROP INDEX query_log_thumb; DROP INDEX entry_review_by;"
        "DROP TABLE dismissal; DROP TABLE suggestion; DROP TABLE import_mark;"
        "DROP TABLE answer_vector; DROP TABLE keyword_word; ALTER TABLE model DROP COLUMN filled"
    )
    if schema < 2:
        connection.execute("DROP TABLE report")
    connection.pragma("user_version", schema)
    connection.close()


@pytest.mark.parametrize("schema", [1, 2])
def test_an_old_collection_answers_and_gets_what_it_lacks(tmp_path: Path, schema: int) -> None:
    path = tmp_path / "faq.db"
    old = open_store(path)
    old.use_model(MODEL)
    old.add([LOST, PRICE], embeddings(LOST, PRICE), "ada")
    old.close()
    grown_old(path, schema)
    store = open_store(path, create=False)
    near = store.nearest(vector("card lost"), 1, fingerprint=MODEL.fingerprint)
    assert [n.entry_id for n in near] == [1]
    assert answered(store) == []
    assert [o.counts.tolist() for o in store.occurrences(["lost"])[0]] == [[4]]
    texts = store.texts("answer", 9, lacking=MODEL.fingerprint)
    store.fill(MODEL.fingerprint, "answer", texts, vector("lost card new card")[None])
    assert answered(store) == ["lost card"]
    assert store.entry_tests() == []
    tested = replace(PRICE, must_find=("cost",))
    store.edit(2, 1, tested, Embeddings(MODEL.fingerprint, {}), "ada")
    assert [one.content for one in store.revisions(2)] == [tested, PRICE]
    assert store.check() == []


def test_threads_that_write_and_look_at_once_see_whole_states(tmp_path: Path) -> None:
    store = open_store(tmp_path / "faq.db")
    store.use_model(MODEL)
    failures: list[Exception] = []

    def write(name: str) -> None:
        for number in range(10):
            content = Content(f"{name} {number}", "card", phrasings=(f"lost {name} {number}",))
            store.add([content], embeddings(content), name)

    def look() -> None:
        try:
            seen = 0
            for _ in range(60):
                snapshot = store.snapshot(fingerprint=MODEL.fingerprint)
                entries = len(snapshot.entry_ids)
                assert len(snapshot.texts) == len(snapshot.vectors) == 2 * entries
                assert snapshot.answered.tolist() == list(range(entries))
                assert entries >= seen
                seen = entries
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(f"writer {n}",)) for n in range(3)]
    threads += [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store.snapshot(fingerprint=MODEL.fingerprint).entry_ids) == 30


def test_another_collection_put_into_the_file_is_not_taken_for_the_one_that_was_there(
    tmp_path: Path,
) -> None:
    here, there = tmp_path / "faq.db", tmp_path / "other.db"
    for path, content in ((here, LOST), (there, PRICE)):
        store = open_store(path)
        store.use_model(MODEL)
        store.add([content], embeddings(content), "ada")
        store.close()
    store = open_store(here)
    assert list(store.snapshot(fingerprint=MODEL.fingerprint).texts) == list(LOST.ways_of_asking)
    target, source = apsw.Connection(str(here)), apsw.Connection(str(there))
    with target.backup("main", source, "main") as backup:
        backup.step()
    target.close()
    source.close()
    assert list(store.snapshot(fingerprint=MODEL.fingerprint).texts) == list(PRICE.ways_of_asking)
    store.close()
