"""Entries that are similar to older ones."""

from collections.abc import Sequence
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from embedding import Embedder
from faq.collection import Collection
from faq.inbox.duplicates import duplicates
from faq.search import scoring, similar
from faq.search.model_cosines import cosines_of
from faq.search.similar import older_similar
from store import Content, Resident, Status, Store, open_store
from tests.fakes import WordCountEmbedder
from tests.faq.inbox.by_hand import assembled
from tests.store.vectors import MODEL, add

WORDS = st.sampled_from(["lost card", "card lost", "new", "new plan", "plan", "price plan new"])


def of(store: Store) -> Resident:
    return store.vectors.resident(fingerprint=MODEL.fingerprint)


def test_entries_that_are_very_similar_to_older_ones_are_found(store: Store) -> None:
    contents = [
        Content("lost card"),
        Content("price plan", phrasings=("cancel refund",)),
        Content("card lost"),
        Content("refund cancel"),
        Content("new login", status=Status.DRAFT),
        Content("lost card card"),
        Content("login new"),
    ]
    ids = [entry.id for entry in add(store, *contents)]
    assert list(older_similar(of(store), ids, 0.85)) == [
        (ids[2], ids[0], 1.0),
        (ids[3], ids[1], 1.0),  # by another phrasing
        (ids[5], ids[0], pytest.approx(0.948683)),  # as similar as the third: the older one counts
        (ids[6], ids[4], 1.0),  # a draft counts
    ]
    assert list(older_similar(of(store), [ids[5]], 0.95)) == []
    assert list(older_similar(of(store), [ids[0], ids[1], 999], 0.85)) == []
    store.entries.set_deleted([ids[0]], True, "ada")
    assert list(older_similar(of(store), ids, 0.85)) == [
        (ids[3], ids[1], 1.0),
        (ids[5], ids[2], pytest.approx(0.948683)),
        (ids[6], ids[4], 1.0),
    ]


def imported(tmp_path: Path, embedder: Embedder, questions: Sequence[str]) -> Collection:
    collection = Collection(open_store(tmp_path / "faq.db"), embedder, "ada")
    contents = [Content(question) for question in questions]
    collection.add_many(contents, collection.embed(questions))
    return collection


def pairs(collection: Collection) -> list[tuple[int, int]]:
    """Return the ids of the entries that are similar."""
    found = duplicates(collection.resident(), collection.least_similar())
    return sorted((pair.first_id, pair.second_id) for pair in found)


ENGLISH = [
    "How long may I keep a book?",
    "What does a library card cost?",
    "How do I renew a book?",
    "What happens if I return a book late?",
    "Where can I park my bike?",
    "Is there a quiet room to study?",
    "Can I bring my own food?",
    "Do you have audio books for children?",
]
RUSSIAN = [
    "На какой срок можно взять книгу?",
    "Сколько стоит читательский билет?",
    "Как продлить книгу?",
    "Что будет, если вернуть книгу поздно?",
    "Где можно оставить велосипед?",
    "Есть ли тихая комната для занятий?",
    "Можно ли приносить свою еду?",
    "Есть ли у вас аудиокниги для детей?",
]
THAI = [
    "ยืมหนังสือได้นานเท่าไร",
    "บัตรห้องสมุดราคาเท่าไร",
    "ต่ออายุหนังสืออย่างไร",
    "คืนหนังสือช้าจะเป็นอย่างไร",
    "จอดจักรยานได้ที่ไหน",
]


@pytest.mark.model
def test_in_english_small_changes_are_similar(real_embedder: Embedder, tmp_path: Path) -> None:
    again = ("how long can I keep a book", "what does the library card cost", "how to renew a book")
    collection = imported(tmp_path, real_embedder, [*ENGLISH, *again])
    assert collection.least_similar() == pytest.approx(0.85, abs=0.03)
    assert pairs(collection) == [(1, 9), (2, 10), (3, 11)]
    assert [m.entry.id for m in collection.similar("Where can I park a bike?")] == [5]
    assert collection.similar("Where can I eat?") == []
    collection.store.close()


@pytest.mark.model
@pytest.mark.parametrize("questions", [RUSSIAN, RUSSIAN[:2], THAI, THAI[:2]])
def test_what_the_model_cannot_read_is_not_similar(
    real_embedder: Embedder, tmp_path: Path, questions: Sequence[str]
) -> None:
    collection = imported(tmp_path, real_embedder, questions)
    assert pairs(collection) == []
    assert collection.similar(questions[1][: len(questions[1]) // 2]) == []
    collection.store.close()


@pytest.mark.model
def test_where_everything_is_similar_more_is_asked(real_embedder: Embedder, tmp_path: Path) -> None:
    again = [question.rstrip("?") for question in RUSSIAN]
    collection = imported(tmp_path, real_embedder, [*RUSSIAN, *again])
    assert collection.least_similar() > 0.9
    assert set(pairs(collection)) == {(n, n + 8) for n in range(1, 9)}
    collection.store.close()


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=8))
def test_it_depends_on_the_mean_of_all_pairs(entries: list[list[str]]) -> None:
    embedder = WordCountEmbedder()
    resident = assembled([(owner, texts, True) for owner, texts in enumerate(entries)], embedder)
    questions = embedder.encode_documents([texts[0] for texts in entries]).astype(np.float64)
    n = len(questions)
    cosines = (questions @ questions.T)[~np.eye(n, dtype=bool)]
    typical = n * float(cosines.mean() if n > 1 else 0) / (n + similar.KNOWN)
    expected = 1 - (1 - typical) / similar.NEARER
    assert similar.least_similar(resident, cosines_of(embedder)) == pytest.approx(expected)


def test_in_an_empty_collection_nothing_is_found(store: Store) -> None:
    assert list(older_similar(of(store), [1], 0.85)) == []


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3), max_size=8), st.integers(1, 50))
def test_some_questions_at_a_time_find_every_one(entries: list[list[str]], cells: int) -> None:
    embedder = WordCountEmbedder()
    resident = assembled([(owner, texts, True) for owner, texts in enumerate(entries)], embedder)
    expected = []
    for entry_id, (question, *_) in enumerate(entries):
        asked = embedder.encode_query(question)
        best = [
            (-round(float((embedder.encode_documents(texts) @ asked).max()), 6), older)
            for older, texts in enumerate(entries[:entry_id])
        ]
        if best and -min(best)[0] >= 0.8:
            expected.append((entry_id, min(best)[1], pytest.approx(-min(best)[0], abs=2e-6)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "CELLS_AT_ONCE", cells)
        assert list(older_similar(resident, range(len(entries)), 0.8)) == expected
