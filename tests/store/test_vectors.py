"""Vectors in every store: searched, and kept in a set for each model."""

from dataclasses import replace

import numpy as np
import pytest

from store import (
    Content,
    Embeddings,
    EntryFilter,
    Health,
    InvalidVector,
    ModelMismatch,
    SearchFilter,
    SetIncomplete,
    Status,
    Store,
    VectorSet,
)
from store.sqlite import vectors as sqlite_vectors
from tests.fakes import WORDS
from tests.store.vectors import (
    DIMENSION,
    EAST,
    MODEL,
    NOTHING,
    OTHER,
    add,
    edit,
    embeddings,
    fill_other,
    found,
    vector,
)

LOST = Content("lost card", "new card", category="Cards", phrasings=("card lost lost", "lost"))
PRICE = Content("price", category="Money")
ANSWER = "lost card\nnew card"


def sets(store: Store) -> list[tuple[str, bool, int, int]]:
    return [(s.model.name, s.active, s.vectors, s.missing) for s in store.vectors.sets()]


def answered(store: Store, fingerprint: str = MODEL.fingerprint) -> list[int]:
    """Return the ids of the entries whose answers have a vector."""
    resident = store.vectors.resident(fingerprint=fingerprint)
    return [i for i in resident.entry_ids.tolist() if len(resident.answer_of(i))]


# Searching


def test_the_nearest_entries_come_once_each_with_their_best_phrasing(store: Store) -> None:
    many = Content("card", phrasings=tuple(f"card {'x ' * n}".strip() for n in range(1, 120)))
    ids = [entry.id for entry in add(store, Content("password"), many, Content("lost card"))]
    near = store.vectors.nearest(vector("card"), 3, fingerprint=MODEL.fingerprint)
    assert [(one.entry_id, one.phrasing, round(one.cosine, 3)) for one in near] == [
        (ids[1], "card", 1.0),
        (ids[2], "lost card", 0.707),
        (ids[0], "password", 0.0),
    ]


def test_ties_go_to_the_lower_id_even_at_the_cut(store: Store) -> None:
    ids = [entry.id for entry in add(store, *(Content("card") for _ in range(60)))]
    assert found(store, "card", 1) == ids[:1]
    assert found(store, "lost card", 7) == ids[:7]


@pytest.mark.parametrize(("k", "most", "entries"), [(3, 40, 120), (40, 100, 120), (3, 1050, 1100)])
def test_more_ties_than_vec0_returns_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, k: int, most: int, entries: int
) -> None:
    monkeypatch.setattr(sqlite_vectors, "LARGEST_K", most)
    new, draft = Content("card", category="New"), Content("card", status=Status.DRAFT)
    contents = [Content("card", phrasings=(f"card lost {n}",)) for n in range(entries)]
    ids = [entry.id for entry in add(store, draft, *contents, new)]
    assert found(store, "card", k) == ids[1 : k + 1]
    assert found(store, "card", k, SearchFilter("New")) == [ids[-1]]


def test_filters_apply_before_the_cut(store: Store) -> None:
    near = [Content("card", category="Cards") for _ in range(50)]
    far = Content("price", category="Money")
    draft = Content("card", status=Status.DRAFT)
    ids = [entry.id for entry in add(store, *near, far, draft)]
    assert found(store, "card", 1, SearchFilter(category="Money")) == [ids[50]]
    assert ids[51] not in found(store, "card", 100)
    assert ids[51] in found(store, "card", 100, SearchFilter(unpublished=True))
    assert found(store, "card", 5, SearchFilter(category="None such")) == []


def test_before_the_first_entry_nothing_is_found(store: Store) -> None:
    assert found(store, "card") == []
    assert store.vectors.resident(fingerprint="any").entry_ids.tolist() == []
    assert (store.vectors.sets(), store.state().model) == ([], None)


# What is refused


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.full(DIMENSION, np.nan, dtype=np.float32), "finite|wrong"),
        (np.zeros(DIMENSION, dtype=np.float32), "length|wrong"),
        (np.ones(DIMENSION, dtype=np.float32), "length|wrong"),
        (np.ones(3, dtype=np.float32) / np.sqrt(np.float32(3)), "shape|wrong"),
        (np.eye(DIMENSION)[0], "float32|wrong"),
    ],
    ids=["NaN", "zero", "too long", "shape", "float64"],
)
def test_a_bad_vector_is_refused(store: Store, wrong: np.ndarray, says: str) -> None:
    with pytest.raises(InvalidVector, match=says):
        store.entries.add([Content("lost")], Embeddings(MODEL, {"lost": wrong}), "ada")
    bad_answer = Embeddings(MODEL, {**embeddings(LOST).vectors, ANSWER: wrong})
    with pytest.raises(InvalidVector, match=says):
        store.entries.add([LOST], bad_answer, "ada")
    add(store, Content("card"))
    with pytest.raises(InvalidVector, match=says):
        store.vectors.nearest(wrong, 1, fingerprint=MODEL.fingerprint)
    with pytest.raises(InvalidVector, match=says):
        store.vectors.fill(MODEL, "phrasing", store.vectors.texts("phrasing", 1), wrong[None])
    assert [e.content.question for e in store.entries.page(EntryFilter()).entries] == ["card"]
    assert found(store, "card") == [1]


def test_the_first_vectors_decide_on_the_model(store: Store) -> None:
    add(store, Content("lost card"))
    copy = replace(MODEL, name="a copy")
    store.entries.add([PRICE], embeddings(PRICE, model=copy), "ada")
    assert store.state().model == MODEL
    other = replace(MODEL, fingerprint="fingerprint-3")
    with pytest.raises(ModelMismatch):
        store.entries.add([LOST], embeddings(LOST, model=other), "ada")
    with pytest.raises(ModelMismatch):
        edit(store, 1, 1, LOST, embeddings(LOST, model=other))
    assert store.info().entries == 2


def test_vectors_of_another_model_are_refused_even_of_equal_dimension(store: Store) -> None:
    add(store, Content("lost card"))
    other = replace(MODEL, fingerprint="fingerprint-3")
    query, name = vector("lost"), other.fingerprint
    for refused in (
        lambda: store.vectors.nearest(query, 1, fingerprint=name),
        lambda: store.vectors.resident(fingerprint=name),
        lambda: store.vectors.texts("phrasing", 1, missing_in=name),
        lambda: store.vectors.switch(name),
    ):
        with pytest.raises(ModelMismatch):
            refused()
    store.vectors.fill(other, "phrasing", [], np.empty((0, DIMENSION), np.float32))
    with pytest.raises(ModelMismatch):  # it is not the active one
        store.entries.add([PRICE], embeddings(PRICE, model=other), "ada")
    with pytest.raises(InvalidVector):
        store.vectors.fill(other, "phrasing", [(1, "lost card")], EAST[None])


# Sets of other models


def test_texts_come_part_by_part(store: Store) -> None:
    _, two = add(store, Content("lost card", phrasings=("card lost",)), Content("price"))
    store.entries.set_deleted([two.id], True, "ada")
    everything = store.vectors.texts("phrasing", 10)
    assert [text for _, text in everything] == ["lost card", "card lost", "price"]
    [first] = store.vectors.texts("phrasing", 1)
    assert [first, *store.vectors.texts("phrasing", 10, after=first[0])] == everything


def test_a_set_of_another_model_grows_beside_the_active_one(store: Store) -> None:
    [lost, price] = add(store, Content("lost card"), Content("price"))
    store.vectors.fill(OTHER, "phrasing", [], np.empty((0, 3), np.float32))
    assert sets(store) == [("tests/word-count", True, 2, 0), ("tests/other", False, 0, 2)]
    first, second = store.vectors.texts("phrasing", 10)
    store.vectors.fill(OTHER, "phrasing", [first], np.eye(3, dtype=np.float32)[1:2])
    assert store.vectors.texts("phrasing", 10, missing_in=OTHER.fingerprint) == [second]
    with pytest.raises(SetIncomplete):
        store.vectors.switch(OTHER.fingerprint)
    assert found(store, "price", 1) == [price.id]
    store.vectors.fill(OTHER, "phrasing", [second], np.eye(3, dtype=np.float32)[2:])
    query = np.eye(3, dtype=np.float32)[1]
    near = store.vectors.nearest(query, 1, fingerprint=OTHER.fingerprint)
    assert [one.entry_id for one in near] == [lost.id]  # before the switch, for a look ahead
    store.vectors.switch(OTHER.fingerprint)
    assert store.state().model == OTHER
    assert store.vectors.sets() == [VectorSet(OTHER, True, 2, 0), VectorSet(MODEL, False, 2, 0)]
    store.vectors.switch(MODEL.fingerprint)
    assert found(store, "price", 1) == [price.id]
    assert store.upkeep.check() == Health()


def test_what_changes_is_missing_or_gone_in_the_other_set(store: Store) -> None:
    [entry, other] = add(store, Content("lost card", phrasings=("new card",)), Content("price"))
    fill_other(store)
    edit(store, entry.id, 1, Content("lost card", phrasings=("refund",), category="Money"))
    [new] = add(store, Content("new"))
    store.entries.set_deleted([other.id], True, "ada")
    missing = store.vectors.texts("phrasing", 10, missing_in=OTHER.fingerprint)
    assert [text for _, text in missing] == ["refund", "new"]
    assert sets(store)[1] == ("tests/other", False, 2, 2)
    with pytest.raises(SetIncomplete):
        store.vectors.switch(OTHER.fingerprint)
    fill_other(store)
    store.vectors.switch(OTHER.fingerprint)
    near = store.vectors.nearest(EAST, 9, fingerprint=OTHER.fingerprint)
    assert [one.entry_id for one in near] == [entry.id, new.id]
    near = store.vectors.nearest(EAST, 9, SearchFilter("Money"), fingerprint=OTHER.fingerprint)
    assert [one.entry_id for one in near] == [entry.id]
    assert store.upkeep.check() == Health()


def test_filling_again_replaces_and_skips_what_is_gone(store: Store) -> None:
    [entry] = add(store, Content("lost card"))
    [now] = store.vectors.texts("phrasing", 1)
    texts = [now, (999, "lost card"), (now[0], "its text before")]
    vectors = np.stack([vector("price"), vector("new"), vector("new")])
    store.vectors.fill(MODEL, "phrasing", texts, vectors)
    [near] = store.vectors.nearest(vector("price"), 1, fingerprint=MODEL.fingerprint)
    assert near.entry_id == entry.id and near.cosine == pytest.approx(1)
    assert sets(store) == [("tests/word-count", True, 1, 0)]


def test_a_set_is_dropped_unless_it_is_active(store: Store) -> None:
    add(store, Content("lost card"))
    fill_other(store)
    store.vectors.drop(OTHER.fingerprint)
    store.vectors.drop(OTHER.fingerprint)
    assert store.vectors.sets() == [VectorSet(MODEL, True, 1, 0)]
    with pytest.raises(ModelMismatch):
        store.vectors.drop(MODEL.fingerprint)
    store.vectors.fill(OTHER, "phrasing", [], np.empty((0, 3), np.float32))
    assert sets(store)[1] == ("tests/other", False, 0, 1)
    assert store.upkeep.check() == Health()


def test_a_set_can_begin_before_the_first_entry(store: Store) -> None:
    for model in (OTHER, MODEL):
        nothing = np.empty((0, model.dimension), np.float32)
        store.vectors.fill(model, "phrasing", [], nothing)
    assert (found(store, "lost card"), store.state().model) == ([], None)
    [lost] = add(store, Content("lost card"))
    assert found(store, "lost card") == [lost.id]
    assert sets(store) == [("tests/word-count", True, 1, 0), ("tests/other", False, 0, 1)]


def test_an_empty_collection_can_switch(store: Store) -> None:
    store.vectors.fill(MODEL, "phrasing", [], np.empty((0, DIMENSION), np.float32))
    store.vectors.switch(MODEL.fingerprint)
    assert store.vectors.sets() == [VectorSet(MODEL, True, 0, 0)]
    assert store.vectors.resident(fingerprint=MODEL.fingerprint).entry_ids.tolist() == []


# Answers


def test_an_answer_may_lack_its_vector_until_it_is_filled(store: Store) -> None:
    asked = Embeddings(MODEL, {text: vector(text) for text in LOST.ways_of_asking})
    [entry] = store.entries.add([LOST], asked, "ada")
    assert answered(store) == []
    assert sets(store) == [("tests/word-count", True, 3, 1)]
    missing = store.vectors.texts("answer", 9, missing_in=MODEL.fingerprint)
    assert missing == store.vectors.texts("answer", 9) == [(entry.id, ANSWER)]
    stale = [(entry.id, "its text before")]
    store.vectors.fill(MODEL, "answer", stale, vector("new")[None])
    assert answered(store) == []
    vectors = np.stack([vector("plan"), vector("new"), vector("new")])
    store.vectors.fill(MODEL, "answer", [*missing, *stale, (999, "gone")], vectors)
    [answer] = store.vectors.resident(fingerprint=MODEL.fingerprint).answer_of(entry.id)
    np.testing.assert_allclose(answer, vector("plan"))
    assert store.vectors.texts("answer", 9, missing_in=MODEL.fingerprint) == []
    assert found(store, "plan") == [entry.id]  # an answer's vector is no phrasing
    assert store.vectors.nearest(vector("plan"), 1, fingerprint=MODEL.fingerprint)[0].cosine == 0
    assert store.upkeep.check() == Health()


@pytest.mark.parametrize(
    "changed",
    [
        Content("lost card", "refund"),
        Content("lost", "new card", phrasings=("lost card",)),
        Content("lost card"),
    ],
    ids=["answer", "question", "no answer"],
)
def test_a_changed_text_loses_its_vector_in_every_set(store: Store, changed: Content) -> None:
    entry, _ = add(store, LOST, PRICE)
    store.vectors.fill(OTHER, "answer", [(entry.id, ANSWER)], EAST[None])
    fill_other(store)
    assert answered(store, OTHER.fingerprint) == [entry.id]
    edit(store, entry.id, 1, changed, NOTHING)
    assert (answered(store), answered(store, OTHER.fingerprint)) == ([], [])
    edit(store, entry.id, 2, LOST)
    assert (answered(store), answered(store, OTHER.fingerprint)) == ([entry.id], [])
    assert store.upkeep.check() == Health()


def test_an_unchanged_text_keeps_its_vector(store: Store) -> None:
    [entry] = add(store, LOST)
    changed = Content("lost card", "new card", category="Money", phrasings=("lost",))
    edit(store, entry.id, 1, changed, NOTHING)
    store.entries.set_deleted([entry.id], True, "bo")
    assert answered(store) == []
    store.entries.set_deleted([entry.id], False, "bo")
    assert answered(store) == [entry.id]
    assert store.upkeep.check() == Health()


LONG = Content(
    "lost card",
    "\n".join(f"{n} {word} plan." for n in range(9) for word in WORDS for _ in range(4)),
)


def passages(store: Store, entry_id: int) -> list[str]:
    """Return the parts of an answer whose vectors are in memory, in order."""
    resident = store.vectors.resident(fingerprint=MODEL.fingerprint)
    place = resident.place_of(entry_id)
    assert place is not None
    rows = resident.answers.of_place(place)
    [entry] = store.entries.get([entry_id])
    texts = list[str]()
    for (start, stop), one in zip(
        resident.spans[rows].tolist(), resident.answers.vectors[rows], strict=True
    ):
        texts.append(entry.content.answer[start:stop])
        np.testing.assert_allclose(one, vector(f"{entry.content.question}\n{texts[-1]}"), atol=1e-6)
    return texts


def test_a_long_answer_has_a_vector_for_each_passage(store: Store) -> None:
    entry, other = add(store, LONG, LOST)
    assert "".join(passages(store, entry.id)) == LONG.answer
    assert len(passages(store, entry.id)) == len(LONG.passages) > 5
    assert passages(store, other.id) == [LOST.answer]
    assert sets(store)[0][2:] == (1 + len(LONG.passages) + 3 + 1, 0)
    store.entries.set_deleted([entry.id], True, "ada")
    store.entries.set_deleted([entry.id], False, "ada")
    assert "".join(passages(store, entry.id)) == LONG.answer
    store.entries.set_deleted([entry.id], True, "ada")
    store.entries.purge([entry.id])
    assert sets(store)[0][2:] == (3 + 1, 0)
    assert store.upkeep.check() == Health()


@pytest.mark.parametrize("change", [" refund", ""], ids=["longer", "shorter"])
def test_passages_that_stay_keep_their_vectors(store: Store, change: str) -> None:
    [entry] = add(store, LONG)
    last = list(LONG.passages)[-1]
    answer = LONG.answer[: last[0]] + (LONG.answer[last[0] :] + change if change else "")
    changed = replace(LONG, answer=answer.strip())
    new = [text for text in changed.texts if text not in LONG.texts]
    assert len(new) < len(LONG.passages) // 2
    edit(store, entry.id, 1, changed, Embeddings(MODEL, {text: vector(text) for text in new}))
    assert "".join(passages(store, entry.id)) == changed.answer
    assert sets(store)[0][2:] == (1 + len(changed.passages), 0)
    assert store.upkeep.check() == Health()


def test_a_passage_without_a_vector_is_filled(store: Store) -> None:
    [entry] = add(store, LONG)
    changed = replace(LONG, answer="Refund. " + LONG.answer)
    edit(store, entry.id, 1, changed, NOTHING)
    missing = store.vectors.texts("answer", 99, missing_in=MODEL.fingerprint)
    assert 0 < len(missing) == sets(store)[0][3]
    assert "".join(passages(store, entry.id)) != changed.answer
    store.vectors.fill(MODEL, "answer", missing, np.stack([vector(text) for _, text in missing]))
    assert "".join(passages(store, entry.id)) == changed.answer
    assert store.upkeep.check() == Health()


def test_no_switch_while_an_answer_has_no_vector(store: Store) -> None:
    [entry] = add(store, LOST)
    fill_other(store)
    with pytest.raises(SetIncomplete):
        store.vectors.switch(OTHER.fingerprint)
    store.vectors.fill(OTHER, "answer", store.vectors.texts("answer", 9), EAST[None])
    store.vectors.switch(OTHER.fingerprint)
    assert answered(store, OTHER.fingerprint) == [entry.id]
    assert answered(store) == [entry.id]  # the other set is whole, too
    store.vectors.drop(MODEL.fingerprint)
    assert store.upkeep.check() == Health()
