"""What is on the map of the collection."""

import numpy as np
import pytest

from faq.collection import Collection
from faq.explore.collection_map import read_map
from store import Content, Entry, Status, Store


def add(collection: Collection, *questions: str, category: str = "") -> list[Entry]:
    return [collection.add(Content(text, category=category)) for text in questions]


def test_every_entry_outside_the_bin_is_on_it_with_its_questions_vector(
    collection: Collection, store: Store
) -> None:
    first, gone, last = add(collection, "lost card", "new plan", "login")
    draft = collection.add(Content("refund", status=Status.DRAFT, phrasings=("card",)))
    collection.remove([gone.id])
    drawn = read_map(store)
    assert [entry.id for entry in drawn.entries] == [first.id, last.id, draft.id]
    assert drawn.total == 3
    expected = collection.embedder.encode_documents(["lost card", "login", "refund"])
    np.testing.assert_allclose(drawn.vectors, expected, atol=1e-6)


def test_an_empty_collection_has_no_points(store: Store) -> None:
    drawn = read_map(store)
    assert (drawn.entries, len(drawn.vectors), drawn.total) == ((), 0, 0)


def test_of_many_entries_some_are_chosen_the_same_each_time(
    collection: Collection, store: Store
) -> None:
    added = add(collection, *(f"lost card {'plan ' * number}" for number in range(40)))
    drawn = read_map(store, most=10)
    ids = [entry.id for entry in drawn.entries]
    assert len(set(ids)) == 10
    assert ids == sorted(ids)
    assert drawn.total == 40
    assert ids != [entry.id for entry in added[:10]]
    assert ids == [entry.id for entry in read_map(store, most=10).entries]
    questions = [entry.content.question for entry in drawn.entries]
    np.testing.assert_allclose(
        drawn.vectors, collection.embedder.encode_documents(questions), atol=1e-6
    )


def test_clusters_are_named_by_words_that_are_frequent_inside_and_rare_outside(
    collection: Collection, store: Store
) -> None:
    add(collection, "my lost card", "my new card", "my card", "my card price")
    add(collection, "my login", "login password my", "my login cancel", "my refund login")
    first, second = read_map(store, frozenset({"new"})).clusters
    assert {first.places, second.places} == {(0, 1, 2, 3), (4, 5, 6, 7)}
    assert {first.name.split(", ")[0], second.name.split(", ")[0]} == {"card", "login"}
    assert not {"my", "new"} & {*first.name.split(", "), *second.name.split(", ")}


def test_entries_that_all_say_the_same_have_a_name(collection: Collection, store: Store) -> None:
    add(collection, "lost card", "lost card", "lost card")
    assert [(one.name, one.places) for one in read_map(store).clusters] == [
        ("lost card", (0, 1, 2))
    ]


def test_the_nearest_entries_come_best_first(collection: Collection, store: Store) -> None:
    add(collection, "refund", "lost card", "card")
    drawn = read_map(store)
    vector = collection.embedder.encode_query("card")
    nearest = drawn.nearest(vector, 2)
    assert [entry.content.question for entry, _ in nearest] == ["card", "lost card"]
    assert [cosine for _, cosine in nearest] == pytest.approx([1, 0.5**0.5])


def test_every_entry_has_a_place_in_either_plane(collection: Collection, store: Store) -> None:
    add(collection, "refund", "lost card", "card", "new plan")
    drawn = read_map(store)
    for plane in (drawn.principal, drawn.neighbourhoods()):
        assert plane.positions.shape == (4, 2)
