"""Entries that are too similar, and how two become one."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from faq.collection import Collection
from faq.editing import merging
from faq.editing.merging import unmerge
from faq.inbox.duplicates import duplicates, with_entries
from store import Content, Entry, StaleEdit, Status
from tests.fakes import WordCountEmbedder
from tests.faq.inbox.by_hand import assembled

LEAST = 0.85


def look(collection: Collection) -> list[tuple[int, int, float]]:
    return [
        (pair.first_id, pair.second_id, pair.cosine)
        for pair in duplicates(collection.resident(), LEAST)
    ]


def test_pairs_are_found_through_any_phrasing_of_either(collection: Collection) -> None:
    one = collection.add(Content("lost card"))
    two = collection.add(Content("price", phrasings=("card lost",), status=Status.DRAFT))
    three = collection.add(Content("plan plan plan new"))
    four = collection.add(Content("plan plan new"))  # cosine 7 / (sqrt 10 * sqrt 5)
    collection.add(Content("refund", phrasings=("refund refund",)))
    assert look(collection) == [
        (one.id, two.id, 1.0),
        (three.id, four.id, pytest.approx(0.989949)),
    ]
    collection.remove([two.id, four.id])
    assert look(collection) == []


def test_those_that_differ_by_a_number_come_after_those_that_say_the_same(
    collection: Collection,
) -> None:
    a = collection.add(Content("lost 5 card"))
    b = collection.add(Content("lost 10 card"))
    c = collection.add(Content("plan plan plan new"))
    d = collection.add(Content("new plan plan"))
    pairs = with_entries(collection.store, duplicates(collection.resident(), LEAST))
    assert [(pair.first, pair.second, pair.difference is None) for pair in pairs] == [
        (c, d, True),
        (a, b, False),
    ]
    collection.remove([d.id])
    assert [
        pair.first
        for pair in with_entries(collection.store, duplicates(collection.resident(), LEAST))
    ] == [a]


WORDS = st.sampled_from(["lost card", "card lost", "new", "new plan", "plan", "price plan new"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=3), max_size=8), st.integers(1, 50))
def test_some_questions_at_a_time_find_every_pair(entries: list[list[str]], cells: int) -> None:
    embedder = WordCountEmbedder()
    rows = [(owner, text) for owner, texts in enumerate(entries) for text in texts]
    resident = assembled([(owner, texts, True) for owner, texts in enumerate(entries)], embedder)
    expected = {}
    for owner, texts in enumerate(entries):
        question = embedder.encode_query(texts[0])
        for other, text in rows:
            cosine = round(float(question @ embedder.encode_query(text)), 6)
            pair = min(owner, other), max(owner, other)
            if owner != other and cosine >= LEAST:
                expected[pair] = max(expected.get(pair, -1), cosine)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("faq.search.scoring.CELLS_AT_ONCE", cells)
        found = duplicates(resident, LEAST)
    assert {(p.first_id, p.second_id): p.cosine for p in found} == pytest.approx(expected)
    ranked = [(-p.cosine, p.first_id, p.second_id) for p in found]
    assert ranked == sorted(ranked)
    assert duplicates(resident, LEAST, most=1) == found[:1]


def pair(collection: Collection) -> tuple[Entry, Entry]:
    return (
        collection.add(Content("lost card", phrasings=("card gone",), tags=("a",))),
        collection.add(
            Content(
                "Card  LOST",
                "Call us.",
                key="lost",
                tags=("b", "a"),
                phrasings=("lost CARD", "price"),
            )
        ),
    )


def merge(collection: Collection, kept: Entry, absorbed: Entry) -> Entry:
    """Merge two entries as it is proposed."""
    proposed = merging.merged(kept.content, absorbed.content)
    return merging.merge(collection, kept, absorbed, proposed)


def test_one_entry_remains_with_the_phrasings_of_both(collection: Collection) -> None:
    kept, absorbed = pair(collection)
    merged = merge(collection, kept, absorbed)
    assert merged.content == Content(
        "lost card",
        "Call us.",
        key="lost",
        tags=("a", "b"),
        phrasings=("card gone", "Card  LOST", "price"),
    )
    assert [entry.id for entry in collection.all_entries()] == [kept.id]
    assert [r.action for r in collection.store.entries.revisions(absorbed.id)] == ["remove", "add"]
    assert [r.action for r in collection.store.entries.revisions(kept.id)] == ["edit", "add"]
    assert collection.search("price").matches[0].entry == merged
    assert collection.store.upkeep.check().problems == ()


def test_a_merge_keeps_the_tests_that_still_make_sense(collection: Collection) -> None:
    kept = collection.add(Content("lost card", must_find=("gone",), must_not_find=("new  CARD",)))
    other = Content("card", must_find=("new card", "Gone"), must_not_find=("login",))
    merged = merge(collection, kept, collection.add(other)).content
    assert merged.must_find == ("gone", "new card")
    assert merged.must_not_find == ("login",)


def test_a_merge_can_be_undone(collection: Collection) -> None:
    kept, absorbed = pair(collection)
    unmerge(collection, merge(collection, kept, absorbed), kept, absorbed)
    assert [e.content for e in collection.all_entries()] == [kept.content, absorbed.content]
    assert collection.store.upkeep.check().problems == ()


def test_nothing_is_merged_or_undone_over_an_edit_in_between(collection: Collection) -> None:
    kept, absorbed = pair(collection)
    edited = collection.edit(absorbed, Content("card lost", "Shout."))
    with pytest.raises(StaleEdit):
        merge(collection, kept, absorbed)
    assert list(collection.all_entries()) == [kept, edited]
    merged = merge(collection, kept, edited)
    again = collection.edit(merged, Content("new"))
    with pytest.raises(StaleEdit):
        unmerge(collection, merged, kept, edited)
    assert list(collection.all_entries()) == [again]
