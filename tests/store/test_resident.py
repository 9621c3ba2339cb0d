"""The vectors of a collection in memory."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import apsw
import numpy as np
import pytest

from store import (
    Content,
    ModelMismatch,
    Resident,
    SearchFilter,
    Status,
    Store,
    open_store,
    resident,
    restore_store,
)
from store.sqlite.database import connect
from store.sqlite.vectors import Vec0Table
from tests.store.vectors import EAST, MODEL, OTHER, add, edit, embeddings, fill_other, shown, vector

LOST = Content("lost card", "new card", category="Cards", phrasings=("card lost lost", "lost"))
PRICE = Content("price", category="Money")


def of(store: Store) -> Resident:
    return store.vectors.resident(fingerprint=MODEL.fingerprint)


def afresh(path: Path, fingerprint: str = MODEL.fingerprint) -> Resident:
    """Return the vectors as a store that was just opened reads them."""
    store = open_store(path)
    loaded = store.vectors.resident(fingerprint=fingerprint)
    store.close()
    return loaded


def texts(store: Store) -> list[str]:
    """Return the phrasings of the entries that are present, by entry."""
    one = of(store)
    return [
        text for entry_id in one.entry_ids.tolist() for text in one.texts[one.rows_of(entry_id)]
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "faq.db"


def test_every_entry_is_there_with_its_phrasings_and_answer(store: Store) -> None:
    lost, price, draft = add(store, LOST, PRICE, Content("refund", status=Status.DRAFT))
    one = of(store)
    assert one.entry_ids.tolist() == [lost.id, price.id, draft.id]
    assert one.present.tolist() == [True, True, True]
    assert one.published.tolist() == [True, True, False]
    assert one.phrasings.sizes.tolist() == [3, 1, 1]
    assert one.answers.sizes.tolist() == [1, 0, 0]
    assert list(one.texts) == [*LOST.ways_of_asking, "price", "refund"]
    assert [one.texts[one.rows_of(i)] for i in (price.id, 999)] == [["price"], []]
    assert [one.place_of(i) for i in (price.id, 999, 0)] == [1, None, None]
    for text, row in zip(one.texts, one.phrasings.vectors, strict=True):
        np.testing.assert_allclose(row, vector(text))
    np.testing.assert_allclose(one.answer_of(lost.id), [vector("lost card new card")])
    assert len(one.answer_of(price.id)) == len(one.answer_of(999)) == 0
    mean = np.mean([vector(text) for text in LOST.ways_of_asking], axis=0)
    np.testing.assert_allclose(
        one.phrasings.coherence, [float(np.linalg.norm(mean)), 1.0, 1.0], rtol=1e-6
    )


def test_a_filter_passes_the_entries_that_a_search_would_find(store: Store) -> None:
    draft = Content("refund", category="Money", status=Status.DRAFT)
    binned = Content("plan", category="Money")
    add(store, LOST, PRICE, draft, Content("login", category="Money\0"), binned)
    store.entries.set_deleted([5], True, "ada")
    for where, places in (
        (SearchFilter(), [0, 1, 3]),
        (SearchFilter(unpublished=True), [0, 1, 2, 3]),
        (SearchFilter("Money\0"), [3]),
        (SearchFilter("Money"), [1]),
        (SearchFilter("Money", unpublished=True), [1, 2]),
        (SearchFilter("none such"), []),
    ):
        assert of(store).passing(where).tolist() == places


def test_an_unknown_model_has_no_vectors(store: Store) -> None:
    assert shown(store.vectors.resident(fingerprint="any")) == {}
    add(store, LOST)
    with pytest.raises(ModelMismatch):
        store.vectors.resident(fingerprint="another")


def test_it_follows_every_change_and_what_was_read_stays_as_it_was(store: Store) -> None:
    before = of(store)
    [lost, price] = add(store, LOST, PRICE)
    first = of(store)
    edit(store, lost.id, 1, Content("refund", phrasings=("lost",), category="Money"))
    second = of(store)
    store.entries.set_deleted([price.id], True, "bo")
    third = of(store)
    store.entries.set_deleted([price.id], False, "bo")
    fourth = of(store)
    store.vectors.fill(MODEL, "phrasing", [(4, "price")], vector("plan")[None])
    fifth = of(store)
    said = [[one[2] for one in shown(r).values()] for r in (before, first, second, third, fourth)]
    assert said[:2] == [[], [list(LOST.ways_of_asking), ["price"]]]
    assert said[2:] == [[["refund", "lost"], ["price"]], [["refund", "lost"]], said[2]]
    assert [one[1] for one in shown(second).values()] == ["Money", "Money"]
    assert (len(first.answer_of(lost.id)), len(second.answer_of(lost.id))) == (1, 0)
    np.testing.assert_allclose(fifth.phrasings.vectors[fifth.rows_of(price.id)], [vector("plan")])
    np.testing.assert_allclose(
        fourth.phrasings.vectors[fourth.rows_of(price.id)], [vector("price")]
    )
    store.entries.set_deleted([price.id], True, "bo")
    store.entries.purge([price.id])
    add(store, Content("new"))
    assert texts(store) == ["refund", "lost", "new"]


def test_nothing_in_it_can_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resident, "SPARE_ROWS", 0)
    store = open_store(path)
    add(store, LOST, PRICE)
    for version in range(1, 9):  # loaded and updated
        one = of(store)
        arrays = [one.entry_ids, one.present, one.published, one.categories]
        for rows in (one.phrasings, one.answers):
            arrays += [getattr(rows, name) for name in resident.Rows.__slots__]
        for array in arrays:
            assert not array.flags.writeable
        edit(store, 1, version, Content("lost card", f"{version}", phrasings=(f"card {version}",)))


def test_what_another_process_changes_is_seen(path: Path) -> None:
    one, other = open_store(path), open_store(path)
    add(one, PRICE)
    assert one.vectors.resident(fingerprint=MODEL.fingerprint, load=False) is None
    assert texts(one) == ["price"]
    add(other, LOST)
    assert texts(one) == ["price", *LOST.ways_of_asking]
    other.vectors.fill(MODEL, "phrasing", [(1, "price")], vector("plan")[None])
    np.testing.assert_allclose(of(one).phrasings.vectors[of(one).rows_of(1)], [vector("plan")])
    kept = of(one)
    one.settings.write({"a": "b"})
    assert of(one) is kept  # nothing was read again
    assert one.vectors.resident(fingerprint=MODEL.fingerprint, load=False) is kept


# Growing and shrinking


def test_rows_are_appended_until_there_is_no_room_and_then_copied(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resident, "SPARE_ROWS", 4)
    store = open_store(path)
    add(store, LOST, PRICE)
    reads = [of(store)]
    appended = []
    for number in range(12):
        add(store, Content(f"card {number}", "new"))
        reads.append(of(store))
        appended.append(np.shares_memory(reads[-1].phrasings.vectors, reads[-2].phrasings.vectors))
    assert 2 <= appended.count(False) <= 4
    assert [len(shown(one)) for one in reads] == list(range(2, 15))
    assert shown(of(store)) == shown(afresh(path))


def test_rows_that_are_gone_are_removed_when_they_are_a_quarter(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resident, "SPARE_ROWS", 4)
    store = open_store(path)
    add(store, LOST, *(Content(f"plan {number}", "new") for number in range(20)))
    reads, as_read = [of(store)], [shown(of(store))]
    for version in range(1, 30):
        edit(store, 1, version, Content("lost card", f"{version}", phrasings=(f"card {version}",)))
        reads.append(of(store))
        as_read.append(shown(of(store)))
    lengths = [len(one.phrasings.vectors) for one in reads]
    assert max(lengths) < 40  # of 81 that were written
    assert sum(after < before for before, after in pairwise(lengths)) >= 2
    assert max(len(one.answers.vectors) for one in reads) < 40
    assert [shown(one) for one in reads] == as_read
    assert as_read[-1] == shown(afresh(path))


def test_when_most_entries_have_changed_all_are_read_anew(path: Path) -> None:
    store = open_store(path)
    add(store, *(Content(f"plan {number}", "new") for number in range(10)))
    of(store)
    add(store, *(Content(f"card {number}", "new") for number in range(150)))
    assert len(of(store).phrasings.vectors) == 160
    store.entries.set_deleted(list(range(1, 160)), True, "ada")
    assert len(of(store).phrasings.vectors) == 160  # a change of more than 100 and half of all
    store.entries.set_deleted([160], True, "ada")
    assert len(of(store).phrasings.vectors) == 160
    store.entries.set_deleted(list(range(1, 161)), False, "ada")
    assert shown(of(store)) == shown(afresh(path))


def test_an_entry_that_comes_back_takes_its_place_between_the_others(
    path: Path, tmp_path: Path
) -> None:
    store = open_store(path)
    add(store, LOST, PRICE, Content("plan", "new"))
    store.upkeep.backup(tmp_path / "backup.db")
    store.entries.set_deleted([1, 2], True, "ada")
    store.entries.purge([1, 2])
    other = open_store(path)
    assert of(other).entry_ids.tolist() == [3]
    restore_store(tmp_path / "backup.db", path)
    assert of(other).entry_ids.tolist() == [1, 2, 3]
    assert shown(of(other)) == shown(afresh(path))
    add(other, Content("refund"))
    edit(other, 2, 1, Content("cancel"))
    assert shown(of(other)) == shown(afresh(path))


def test_a_new_place_between_unchanged_ones_moves_them(path: Path) -> None:
    store = open_store(path)
    add(store, LOST, PRICE, Content("plan"))
    store.entries.set_deleted([1], True, "ada")
    store.entries.purge([1])
    edit(store, 2, 1, Content("price", "new"))
    before = of(store)
    connection = connect(path)  # nothing of ours gives an entry a lower id than those before it
    connection.pragma("foreign_keys", False)
    connection.execute(
        "UPDATE entry SET id = 1 WHERE id = 3; UPDATE phrasing SET entry_id = 1 WHERE entry_id = 3;"
        "INSERT INTO change (entry_id) VALUES (1), (3)"
    )
    connection.close()
    assert of(store).entry_ids.tolist() == [1, 2, 3]
    assert len(of(store).phrasings.vectors) == len(before.phrasings.vectors) + 1
    assert_in_step(of(store))
    assert shown(of(store)) == shown(afresh(path))


def test_values_by_block_become_values_by_entry(path: Path) -> None:
    store = open_store(path)
    ids = [e.id for e in add(store, LOST, PRICE, Content("plan", "new"), Content("refund", "new"))]
    assert_in_step(of(store))
    store.entries.set_deleted(ids[1:2], True, "ada")
    assert_in_step(of(store))
    edit(store, ids[0], 1, Content("card", "lost", phrasings=("lost login",)))
    one = of(store)
    assert_in_step(one)
    assert one.place_of(ids[1]) is None
    values = np.arange(len(one.phrasings.places), dtype=np.float32)[np.newaxis]
    by_place = one.phrasings.by_place(values)
    assert np.isneginf(by_place[0]).tolist() == [False, True, False, False]
    assert by_place[0].tolist() != values[0].tolist()


def test_a_single_entry_is_as_a_collection_of_its_own(store: Store) -> None:
    for version, content in enumerate((LOST, replace(LOST, answer="")), start=1):
        [entry] = add(store, content) if version == 1 else [edit(store, 1, 1, content)]
        vectors = np.stack([vector(text) for text in content.texts])
        many = len(content.ways_of_asking)
        one = resident.of_one_entry(
            entry.id, True, content.ways_of_asking, vectors[:many], vectors[many:]
        )
        assert_in_step(one)
        [(published, _, *rest, _)] = shown(of(store)).values()
        [(*alone, _)] = shown(one).values()  # without where its passages are
        assert alone == [published, "", *rest]


def assert_in_step(one: Resident) -> None:
    """Assert that what a resident says in several ways is the same in each."""
    assert (np.diff(one.entry_ids) > 0).all()
    assert not (one.published & ~one.present).any()
    assert (one.phrasings.sizes > 0).tolist() == one.present.tolist()
    for rows in (one.phrasings, one.answers):
        blocks = [range(len(rows.vectors))[rows.of_place(p)] for p in range(len(one.entry_ids))]
        assert rows.sizes.tolist() == [len(block) for block in blocks]
        assert rows.by_entry().tolist() == [row for block in blocks for row in block]
        assert rows.alive().tolist() == sorted(rows.by_entry().tolist())
        owners = rows.places_of(np.arange(len(rows.vectors)))
        for place, block in enumerate(blocks):
            assert np.flatnonzero(owners == place).tolist() == list(block)
        by_place = rows.by_place(rows.places[np.newaxis].astype(np.float32))
        expected = [place if block else -np.inf for place, block in enumerate(blocks)]
        assert by_place.tolist() == [expected]


def test_a_failure_in_an_update_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(path)
    add(store, LOST, PRICE)
    first = of(store)
    before = shown(first)
    add(store, Content("plan", "new"))

    def fail(*arguments: object) -> None:
        raise OSError("the disk")

    for failing in ("_merged", "_append"):
        with monkeypatch.context() as patched:
            patched.setattr(resident, failing, fail)
            with pytest.raises(OSError, match="the disk"):
                of(store)
    with monkeypatch.context() as patched:
        patched.setattr(Vec0Table, "rows", fail)
        with pytest.raises(OSError, match="the disk"):
            of(store)
    add(store, Content("refund", "new"))
    assert shown(of(store)) == shown(afresh(path))
    assert shown(first) == before


# Sets of other models, threads, other collections


def test_a_set_that_is_not_whole_has_the_entries_that_are_in_it(store: Store) -> None:
    lost, price = add(store, LOST, PRICE)
    fill_other(store)
    store.vectors.fill(OTHER, "answer", store.vectors.texts("answer", 9), EAST[None])
    one = store.vectors.resident(fingerprint=OTHER.fingerprint)
    assert list(shown(one)) == [lost.id, price.id]
    edit(store, lost.id, 1, Content("lost card", "new card", phrasings=("refund",)))
    edit(store, price.id, 1, Content("cost"))
    one = store.vectors.resident(fingerprint=OTHER.fingerprint)
    [(published, _, said, vectors, answers, *_)] = shown(one).values()
    assert (published, said, vectors, answers) == (True, ["lost card"], [[1, 0, 0]], [[1, 0, 0]])
    assert one.present.tolist() == one.published.tolist() == [True, False]
    assert one.passing(SearchFilter(unpublished=True)).tolist() == [0]


def test_threads_that_write_and_read_at_once_see_whole_states(path: Path) -> None:
    store = open_store(path)
    add(store, LOST)

    def write(name: str) -> None:
        for number in range(10):
            add(store, Content(f"{name} {number}", "card", phrasings=(f"lost {name} {number}",)))

    def read() -> None:
        seen = 0
        for _ in range(60):
            one = of(store)
            new = range(2, len(one.entry_ids) + 1)
            assert all(len(one.texts[one.rows_of(i)]) == len(one.answer_of(i)) * 2 for i in new)
            assert len(new) >= seen
            seen = len(new)

    with ThreadPoolExecutor(7) as threads:
        work = [threads.submit(write, f"writer {n}") for n in range(3)]
        work += [threads.submit(read) for _ in range(4)]
    assert [one.result() for one in work] == [None] * 7  # none failed
    assert len(of(store).entry_ids) == 31
    assert shown(of(store)) == shown(afresh(path))


def test_another_collection_put_into_the_file_is_read_anew(path: Path, tmp_path: Path) -> None:
    there = tmp_path / "other.db"
    for file, content in ((path, LOST), (there, PRICE)):
        store = open_store(file)
        add(store, content)
        store.close()
    store = open_store(path)
    assert texts(store) == list(LOST.ways_of_asking)
    target, source = apsw.Connection(str(path)), apsw.Connection(str(there))
    with target.backup("main", source, "main") as backup:
        backup.step()
    target.close()
    source.close()
    assert texts(store) == ["price"]
    assert store.entries.add([], embeddings(), "ada") == []
    store.close()
