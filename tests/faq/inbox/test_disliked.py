"""Answers to which somebody gave a thumb down."""

from faq.collection import Collection
from faq.inbox.disliked import Dislike, disliked
from store import Content


def dislike(collection: Collection, query: str, thumb: int = -1, missing: str = "") -> None:
    logged = collection.log(collection.search(query))
    assert logged is not None
    collection.store.log.rate(logged, thumb, missing)


def look(collection: Collection, *dismissed: str) -> list[Dislike]:
    return disliked(collection.store, frozenset(dismissed))


def test_thumbs_down_on_one_answer_to_one_question_are_one_item(collection: Collection) -> None:
    collection.add(Content("lost card"))
    for query in ("card lost", "Card  LOST", "card"):
        dislike(collection, query)
    dislike(collection, "lost", thumb=1)
    assert [(one.question, one.count) for one in look(collection)] == [
        ("card", 1),
        ("Card  LOST", 2),
    ]


def test_what_people_missed_is_told_newest_first_and_once(collection: Collection) -> None:
    collection.add(Content("lost card"))
    for missing in ("a number", "a number", "", "an address"):
        dislike(collection, "card lost", missing=missing)
    dislike(collection, "card", missing="of another question")
    assert look(collection)[1].missing == ("an address", "a number")


def test_what_was_dealt_with_comes_back_when_it_is_disliked_again(collection: Collection) -> None:
    collection.add(Content("lost card"))
    dislike(collection, "card lost")
    [one] = look(collection)
    assert look(collection, one.done_key) == []
    dislike(collection, "card lost")
    [again] = look(collection, one.done_key)
    assert again.count == 2
    assert look(collection, one.key) == []  # dismissed: for good


def test_of_entries_that_are_gone_nothing_is_said(collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    dislike(collection, "card lost")
    collection.remove([entry.id])
    assert look(collection) == []
    dislike(collection, "no entry at all")
    assert look(collection) == []
