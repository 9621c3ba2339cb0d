"""Entries that are similar to older ones."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.search import scoring
from faq.search.similar import older_similar
from store import Content, Resident, Status, Store
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
