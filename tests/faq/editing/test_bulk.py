"""Many entries changed at once, and back."""

from dataclasses import replace

import pytest

from faq.collection import Collection
from faq.content import InvalidEntry
from faq.editing import bulk
from faq.editing.bulk import Change, change_many, in_parts, rename_category, seen, take_back
from store import Content, Entry, EntryFilter, Status, StoreUnavailable
from tests.fakes import WordCountEmbedder

EVERYTHING = EntryFilter()


@pytest.fixture
def three(collection: Collection) -> list[Entry]:
    return [
        collection.add(Content("lost card", category="Cards", tags=("a", "b"), owner="grace")),
        collection.add(Content("new card", "So.", category="Cards", phrasings=("card",))),
        collection.add(Content("price", tags=("a",), status=Status.DRAFT)),
    ]


def contents(collection: Collection) -> list[Content]:
    return [entry.content for entry in collection.all_entries()]


CHANGES = {
    "category": Change(category="Money"),
    "no category": Change(category=""),
    "status": Change(status=Status.ARCHIVED),
    "owner": Change(owner="bo"),
    "nobody": Change(owner=""),
    "tags": Change(add_tags=("c", "a"), remove_tags=("b",)),
    "everything": Change("Money", Status.PUBLISHED, "bo", ("x",), ("a", "b")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_all_are_changed_and_all_come_back(
    collection: Collection,
    embedder: WordCountEmbedder,
    three: list[Entry],
    change: Change,
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", at_once)
    before, encoded = contents(collection), len(embedder.encoded)
    outcome = change_many(collection, seen(collection, EVERYTHING), change)
    assert contents(collection) == [change.of(content) for content in before] != before
    assert (outcome.left, outcome.gone) == ((), 0)
    back = take_back(collection, outcome.undo)
    assert contents(collection) == before
    assert (back.left, back.gone) == ((), 0)
    changed = [edit.entry_id for edit in outcome.undo]
    for entry in three:  # what was so already has no new revision, and undo makes none go away
        actions = [r.action for r in collection.store.entries.revisions(entry.id)]
        assert len(actions) == (3 if entry.id in changed else 1)
    assert len(embedder.encoded) == encoded
    assert collection.store.upkeep.check().problems == ()


def test_tags_keep_their_order_and_are_not_doubled() -> None:
    change = Change(add_tags=("c", "a"), remove_tags=("b",))
    assert change.of(Content("x", tags=("b", "a", "d"))).tags == ("a", "d", "c")


def test_what_others_changed_in_between_is_left_and_reported(
    collection: Collection, three: list[Entry]
) -> None:
    chosen = seen(collection, EVERYTHING)
    theirs = Collection(collection.store, collection.embedder, "bo")
    edited = theirs.edit(three[0], replace(three[0].content, answer="Mine."))
    theirs.remove([three[1].id])
    outcome = change_many(collection, chosen, Change(category="Money"))
    assert (outcome.left, outcome.gone) == ((edited,), 1)
    assert [edit.entry_id for edit in outcome.undo] == [three[2].id]
    assert [c.category for c in contents(collection)] == ["Cards", "Money"]


def test_undo_leaves_what_others_changed_since(collection: Collection, three: list[Entry]) -> None:
    outcome = change_many(collection, seen(collection, EVERYTHING), Change(category="Money"))
    theirs = Collection(collection.store, collection.embedder, "bo")
    [entry, *_] = theirs.all_entries()
    edited = theirs.edit(entry, replace(entry.content, answer="Mine."))
    back = take_back(collection, outcome.undo)
    assert back.left == (edited,)
    assert [c.category for c in contents(collection)] == ["Money", "Cards", ""]
    assert contents(collection)[0].answer == "Mine."


def test_one_who_is_quicker_between_the_look_and_the_write_wins(
    collection: Collection, three: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = seen(collection, EVERYTHING)
    quick = Collection(collection.store, collection.embedder, "bo")
    write, ids = collection.edit_many, [entry.id for entry in three]

    def be_quicker(*arguments: object) -> list[Entry]:
        if ids:
            quick.edit(three[0], Content("theirs")) if len(ids) == 3 else quick.remove([ids[0]])
            ids.pop(0)
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(collection, "edit_many", be_quicker)
    outcome = change_many(collection, chosen, Change(owner="ada"))
    assert [entry.content for entry in outcome.left] == [Content("theirs")]
    assert outcome.gone == 2
    assert outcome.undo == ()


def test_what_was_changed_before_the_store_refused_can_be_taken_back(
    collection: Collection, three: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    before = contents(collection)
    write, times = collection.edit_many, iter(range(9))

    def full(*arguments: object) -> list[Entry]:
        if next(times) == 1:
            raise StoreUnavailable("The disk is full.")
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(collection, "edit_many", full)
    outcome = change_many(collection, seen(collection, EVERYTHING), Change(owner="ada"))
    assert (outcome.unreached, outcome.why) == (2, "The disk is full.")
    assert [edit.entry_id for edit in outcome.undo] == [three[0].id]
    assert len(take_back(collection, outcome.undo).undo) == 1
    assert contents(collection) == before


def test_where_the_store_refuses_from_the_start_it_says_so(
    collection: Collection, three: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> list[Entry]:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(collection, "edit_many", full)
    with pytest.raises(StoreUnavailable):
        change_many(collection, seen(collection, EVERYTHING), Change(owner="ada"))


def test_nothing_is_changed_where_the_change_makes_no_sense(
    collection: Collection, three: list[Entry]
) -> None:
    before = contents(collection)
    with pytest.raises(InvalidEntry, match="comma"):
        change_many(collection, seen(collection, EVERYTHING), Change(add_tags=("a, b",)))
    assert contents(collection) == before


def test_a_category_is_renamed_and_gets_its_name_back(
    collection: Collection, three: list[Entry]
) -> None:
    collection.remove([three[1].id])
    money = collection.add(Content("refund", category="Money"))
    outcome = rename_category(collection, "Cards", " Money ")
    assert collection.store.entries.counts("category") == [("Money", 2)]
    take_back(collection, outcome.undo)
    assert collection.store.entries.counts("category") == [("Cards", 1), ("Money", 1)]
    assert collection.get(money.id) == money
    collection.restore([three[1].id])
    assert collection.store.entries.counts("category") == [("Cards", 2), ("Money", 1)]


def test_a_renamed_category_is_the_one_that_searches_filter_by(
    collection: Collection, three: list[Entry]
) -> None:
    rename_category(collection, "Cards", "Money")
    assert collection.search("lost card", category="Cards").matches == ()
    assert [m.entry.id for m in collection.search("lost card", category="Money").matches] == [
        three[0].id,
        three[1].id,
    ]


def test_ids_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    parts: list[list[int]] = []

    def act(ids: object) -> list[int]:
        parts.append(list(ids))  # type: ignore[call-overload]
        return parts[-1][:1]

    assert in_parts(act, [1, 2, 3, 4, 5]) == [1, 3, 5]
    assert parts == [[1, 2], [3, 4], [5]]


def test_editors_find_what_readers_do_not(collection: Collection) -> None:
    draft = collection.add(Content("lost card", status=Status.DRAFT))
    archived = collection.add(Content("lost card", status=Status.ARCHIVED))
    published = collection.add(Content("new plan"))
    found = [match.entry.id for match in collection.search("lost card").matches]
    assert found == [published.id]
    assert collection.search_words("lost card", why="").matches == ()
    listed = collection.all_entries(EntryFilter(text="lost car"))
    assert [entry.id for entry in listed] == [draft.id, archived.id]
    assert [entry.id for entry in collection.all_entries(EntryFilter(status=Status.DRAFT))] == [
        draft.id
    ]
