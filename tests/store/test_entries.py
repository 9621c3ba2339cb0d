"""Entries in every store: written, edited, listed, put into the bin and deleted for good."""

from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest

from store import (
    Content,
    Edit,
    EntryFilter,
    Health,
    ImportMark,
    InvalidVector,
    KeyTaken,
    LoggedQuery,
    SearchFilter,
    StaleEdit,
    Status,
    Store,
    UnknownEntry,
    normalised,
)
from tests.store.vectors import (
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

FULL = Content(
    question="Where is my card?",
    answer="On its **way**.",
    key="card",
    category="Cards",
    tags=("post", "new card"),
    phrasings=("card lost", "new card"),
    status=Status.DRAFT,
    owner="grace",
    source="handbook",
    review_by=date(2027, 1, 31),
    must_find=("who has my card", "card?"),
    must_not_find=("greeting card",),
)


def ids(store: Store, where: EntryFilter) -> list[int]:
    page = store.entries.page(where)
    assert page.total == len(page.entries)
    return [entry.id for entry in page.entries]


# Written and edited


def test_an_entry_comes_back_as_it_was_written(store: Store) -> None:
    [entry] = add(store, FULL)
    assert entry.content == FULL
    assert (entry.version, entry.created_by, entry.updated_by) == (1, "ada", "ada")
    assert entry.created_at.tzinfo is not None
    assert store.entries.get([entry.id]) == [entry]


def test_entries_come_in_the_order_asked_without_unknown_ones(store: Store) -> None:
    one, two = add(store, Content("lost"), Content("price"))
    assert store.entries.get([two.id, 999, one.id]) == [two, one]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "a\0b",
        "x" * 1_000_000,
        "عربى \u202e",
        "👩‍👩‍👧",
        "'; DROP TABLE entry; --",
        "NEAR(a b)",
        "<b>",
    ],
    ids=["nul", "nul inside", "1 MB", "right-to-left", "emoji", "SQL", "FTS5", "HTML"],
)
def test_any_text_is_kept_in_every_field(store: Store, text: str) -> None:
    category = text[:10_000]  # which is beside each of a thousand vectors
    content = Content(
        question=text,
        answer=text,
        key=text,
        category=category,
        tags=(text,),
        phrasings=(text + "2",),
        owner=text,
        source=text,
    )
    [entry] = add(store, content)
    assert store.entries.get([entry.id])[0].content == content
    assert store.entries.ids("key", [text]) == {text: entry.id}
    assert store.entries.ids("question", [normalised(text)]) == {normalised(text): entry.id}
    assert ids(store, EntryFilter(category=category)) == [entry.id]
    assert found(store, "other", where=SearchFilter(category=category)) == [entry.id]
    store.words.search(text, 5)
    store.entries.page(EntryFilter(text=text))
    assert store.upkeep.check() == Health()


def test_nothing_is_added_where_one_key_is_taken(store: Store) -> None:
    add(store, Content("lost", key="a"))
    with pytest.raises(KeyTaken):
        add(store, Content("new"), Content("price", key="a"))
    assert store.info().entries == 1
    assert found(store, "new") == found(store, "lost")


def test_an_edit_replaces_text_and_vectors_together(store: Store) -> None:
    [entry] = add(store, Content("lost card", phrasings=("new card",), category="Cards"))
    content = Content("refund", phrasings=("new card", "price"), category="Money")
    edited = edit(store, entry.id, 1, content, embeddings(Content("refund"), Content("price")))
    assert (edited.version, edited.content, edited.updated_by) == (2, content, "bo")
    for text, phrasing, cosine in (
        ("refund", "refund", 1),
        ("new card", "new card", 1),
        ("lost", "new card", 0),
    ):
        [near] = store.vectors.nearest(vector(text), 1, fingerprint=MODEL.fingerprint)
        assert near.cosine == pytest.approx(cosine)
        assert near.phrasing == phrasing or cosine == 0
    assert found(store, "refund", where=SearchFilter(category="Cards")) == []
    assert found(store, "refund", where=SearchFilter(category="Money")) == [entry.id]
    assert store.words.search("lost", 5) == []
    assert [hit.entry_id for hit in store.words.search("refund", 5)] == [entry.id]
    assert store.upkeep.check() == Health()


def test_an_edit_can_swap_the_question_with_another_phrasing(store: Store) -> None:
    [entry] = add(store, Content("lost card", phrasings=("new card",)))
    swapped = Content("new card", phrasings=("lost card",))
    assert edit(store, entry.id, 1, swapped, NOTHING).content == swapped


def test_saving_equal_content_changes_nothing(store: Store) -> None:
    [entry] = add(store, FULL)
    token = store.state().changes
    assert edit(store, entry.id, 1, FULL) == entry
    assert store.entries.changes_since(token).entry_ids == ()


def test_a_stale_edit_is_refused_and_shows_the_entry_as_it_is_now(store: Store) -> None:
    [entry] = add(store, Content("lost"))
    mine, theirs = Content("lost", answer="mine"), Content("lost", answer="theirs")
    edit(store, entry.id, 1, theirs)
    with pytest.raises(StaleEdit) as refusal:
        edit(store, entry.id, 1, mine)
    assert refusal.value.current.content == theirs
    assert store.entries.get([entry.id])[0].content == theirs


def test_an_entry_in_the_bin_and_one_that_is_unknown_cannot_be_edited(store: Store) -> None:
    [entry] = add(store, Content("lost"))
    store.entries.set_deleted([entry.id], True, "ada")
    for entry_id in (entry.id, 999):
        with pytest.raises(UnknownEntry):
            edit(store, entry_id, 2, Content("new"))


def test_many_edits_happen_one_after_the_other(store: Store) -> None:
    one, two = add(store, Content("lost", key="a"), Content("price"))
    given_up, taken = Content("refund"), Content("price", key="a")
    edits = [Edit(one.id, 1, given_up), Edit(two.id, 1, taken), Edit(one.id, 2, Content("lost"))]
    after = store.entries.edit(edits, embeddings(given_up, Content("lost")), "bo")
    assert [(e.id, e.version, e.content.key) for e in after] == [
        (one.id, 2, None),
        (two.id, 2, "a"),
        (one.id, 3, None),
    ]
    assert store.entries.get([one.id, two.id]) == [after[2], after[1]]
    assert store.entries.edit([], NOTHING, "bo") == []
    assert store.upkeep.check() == Health()


@pytest.mark.parametrize(
    ("bad", "refusal"),
    [
        (Edit(2, 7, Content("new")), StaleEdit),
        (Edit(2, 1, Content("new", key="a")), KeyTaken),
        (Edit(2, 1, Content("login")), InvalidVector),
        (Edit(999, 1, Content("new")), UnknownEntry),
        (Edit(2, 7, Content("price"), delete=True), StaleEdit),
        (Edit(999, 1, Content("price"), delete=True), UnknownEntry),
    ],
)
def test_of_many_edits_none_happens_where_one_is_refused(
    store: Store, bad: Edit, refusal: type[Exception]
) -> None:
    entries = add(store, Content("lost", key="a"), Content("price", key="b"), Content("plan"))
    token = store.state().changes
    good = [Edit(1, 1, Content("refund", key="a")), Edit(3, 1, Content("plan"), delete=True)]
    with pytest.raises(refusal):
        store.entries.edit([*good, bad], embeddings(Content("refund"), Content("new")), "bo")
    assert store.entries.get([1, 2, 3]) == entries
    assert store.entries.changes_since(token).entry_ids == ()
    assert found(store, "lost", 1) == [1]
    assert store.upkeep.check() == Health()


def test_a_merge_deletes_an_entry_and_gives_its_key_to_another_at_once(store: Store) -> None:
    kept, other = add(store, Content("lost card"), Content("card lost", key="card"))
    content = Content("lost card", key="card", phrasings=("card lost",))
    edits = [Edit(other.id, 1, Content("not used"), delete=True), Edit(kept.id, 1, content)]
    gone, merged = store.entries.edit(edits, embeddings(content), "bo")
    assert (merged.content, merged.version) == (content, 2)
    assert (gone.deleted, gone.content, gone.version) == (True, other.content, 2)
    assert store.entries.get([kept.id, other.id]) == [merged, gone]
    assert found(store, "card lost") == [kept.id]
    assert [r.action for r in store.entries.revisions(other.id)] == ["remove", "add"]
    assert store.upkeep.check() == Health()


def test_every_change_is_a_revision_and_in_the_feed(store: Store) -> None:
    [entry] = add(store, Content("lost"))
    token = store.state().changes
    edit(store, entry.id, 1, Content("lost", answer="found"))
    store.entries.set_deleted([entry.id], True, "cy")
    store.entries.set_deleted([entry.id], False, "di")
    revisions = store.entries.revisions(entry.id)
    assert [(r.version, r.action, r.actor, r.content.answer) for r in revisions] == [
        (4, "restore", "di", "found"),
        (3, "remove", "cy", "found"),
        (2, "edit", "bo", "found"),
        (1, "add", "ada", ""),
    ]
    assert store.entries.changes_since(token).entry_ids == (entry.id,)
    assert store.state().changes == store.entries.changes_since(0).token
    assert store.entries.changes_since(store.state().changes).entry_ids == ()


@pytest.mark.parametrize("too_large", [1 << 63, -(1 << 63), 10**30, (1 << 63) - 1])
def test_an_id_that_no_entry_can_have_is_unknown(store: Store, too_large: int) -> None:
    [entry] = add(store, Content("lost card"))
    assert store.entries.get([too_large, entry.id, -too_large]) == [entry]
    assert store.entries.set_deleted([too_large], True, "ada") == []
    assert store.entries.set_deleted([too_large], False, "ada") == []
    assert store.entries.purge([too_large]) == []
    assert store.entries.revisions(too_large) == []
    with pytest.raises(UnknownEntry):
        edit(store, too_large, 1, Content("lost card"))


# The bin


def test_a_removed_entry_is_found_nowhere_and_comes_back_whole(store: Store) -> None:
    gone, kept = add(store, FULL, Content("price", category="Money", phrasings=("cost",)))
    everything = SearchFilter(unpublished=True)
    assert store.entries.set_deleted([gone.id, gone.id, 999], True, "bo") == [gone.id]
    assert found(store, "card", where=everything) == [kept.id]
    assert store.words.search("card", 5, everything) == []
    assert ids(store, EntryFilter()) == [kept.id]
    assert ids(store, EntryFilter(deleted=True)) == [gone.id]
    assert store.entries.counts("category") == [("Money", 1)]
    assert store.entries.ids("key", ["card"]) == {}
    assert (store.info().entries, store.info().phrasings) == (1, 2)
    assert store.info().schema_version >= 1
    assert store.entries.set_deleted([gone.id], True, "bo") == []
    assert store.entries.set_deleted([gone.id, kept.id], False, "bo") == [gone.id]
    assert store.entries.get([gone.id])[0].content == FULL
    assert found(store, "lost card", 1, everything) == [gone.id]
    assert store.upkeep.check() == Health()


def test_a_key_that_another_entry_took_stops_the_undo(store: Store) -> None:
    gone, free = add(store, Content("lost", key="a"), Content("plan"))
    store.entries.set_deleted([gone.id, free.id], True, "ada")
    add(store, Content("new", key="a"))
    with pytest.raises(KeyTaken):
        store.entries.set_deleted([free.id, gone.id], False, "ada")
    assert [entry.deleted for entry in store.entries.get([free.id, gone.id])] == [True, True]


def test_ids_are_never_used_again(store: Store) -> None:
    [first] = add(store, Content("lost"))
    store.entries.set_deleted([first.id], True, "ada")
    [second] = add(store, Content("lost"))
    assert second.id > first.id


def test_a_purged_entry_is_gone_for_good(store: Store) -> None:
    gone, binned, kept = add(store, FULL, Content("new plan"), Content("price"))
    fill_other(store)
    at = gone.created_at
    query = LoggedQuery("my card", "cosine", True, gone.id, 0.75, 0.006, 0.004, 0.010, at)
    store.log.add(query)
    store.entries.set_deleted([gone.id, binned.id], True, "bo")
    token = store.state().changes
    assert store.entries.purge([gone.id, kept.id, 999, gone.id]) == [gone.id]
    assert store.entries.changes_since(token).entry_ids == (gone.id,)
    assert store.entries.get([gone.id, kept.id]) == [kept]
    assert store.entries.revisions(gone.id) == []
    assert ids(store, EntryFilter(deleted=True)) == [binned.id]
    assert [text for _, text in store.vectors.texts("phrasing", 9)] == ["new plan", "price"]
    assert store.vectors.texts("answer", 9) == []
    assert [(s.model, s.vectors, s.missing) for s in store.vectors.sets()] == [
        (MODEL, 2, 0),
        (OTHER, 2, 0),
    ]
    assert store.entries.set_deleted([gone.id], False, "bo") == []
    with pytest.raises(UnknownEntry):
        edit(store, gone.id, 2, Content("price"))
    assert store.log.page(1).queries == (replace(query, id=1),)
    assert store.entries.purge([gone.id]) == []
    assert store.entries.purge([binned.id]) == [binned.id]
    assert [entry.id for entry in add(store, FULL)] == [kept.id + 1]
    assert [word.entry_ids.tolist() for word in store.words.occurrences(["plan"])[0]] == [[]]
    assert store.upkeep.check() == Health()


# Lists


def test_pages_filter_sort_and_count(store: Store) -> None:
    banana, apple, cancel = add(
        store,
        Content("banana price", category="Fruit", key="f-1"),
        Content("Apple price", category="Fruit", status=Status.DRAFT, key="f-2"),
        Content("cancel plan", category="Plans", phrasings=("stop the plan",)),
    )
    page = store.entries.page
    assert page(EntryFilter(), sort="question").entries == (apple, banana, cancel)
    assert page(EntryFilter(), descending=True).entries == (cancel, apple, banana)
    assert page(EntryFilter(), sort="category", descending=True).entries == (cancel, banana, apple)
    assert page(EntryFilter(), sort="status").entries == (apple, banana, cancel)
    assert page(EntryFilter(), sort="updated", descending=True).entries[0] == cancel
    assert page(EntryFilter(category="Fruit", status=Status.DRAFT)).entries == (apple,)
    assert page(EntryFilter(text="STO pla")).entries == (cancel,)
    assert page(EntryFilter(text="price banana")).entries == (banana,)
    assert page(EntryFilter(text="???")).entries == ()
    assert page(EntryFilter(key_prefix="f-")).entries == (banana, apple)
    second = page(EntryFilter(), offset=1, limit=1)
    assert (second.entries, second.total) == ((apple,), 3)
    assert store.entries.counts("category") == [("Fruit", 2), ("Plans", 1)]


def test_pages_filter_by_tag_actor_and_time_of_change(store: Store) -> None:
    mine, owned, _, changed = add(
        store,
        Content("lost", tags=("a", "b")),
        Content("new", owner="bo", tags=("b",)),
        Content("plan", tags=("c", "a b")),
        Content("price", status=Status.DRAFT),
    )
    after = edit(store, changed.id, 1, Content("price", tags=("a",), status=Status.DRAFT))
    assert ids(store, EntryFilter(actor="bo")) == [owned.id, after.id]
    assert ids(store, EntryFilter(actor="b")) == []
    assert ids(store, EntryFilter(tag="a")) == [mine.id, after.id]
    assert ids(store, EntryFilter(tag="a", actor="bo", status=Status.DRAFT)) == [after.id]
    elsewhere = after.updated_at.astimezone(timezone(timedelta(hours=9)))
    later = after.updated_at + timedelta(microseconds=1)
    assert ids(store, EntryFilter(updated_since=after.updated_at)) == [after.id]
    assert ids(store, EntryFilter(updated_since=elsewhere)) == [after.id]
    assert ids(store, EntryFilter(updated_since=later)) == []
    assert store.entries.counts("tag") == [("a", 2), ("a b", 1), ("b", 2), ("c", 1)]
    store.entries.set_deleted([mine.id], True, "bo")
    assert store.entries.counts("tag") == [("a", 1), ("a b", 1), ("b", 1), ("c", 1)]
    assert ids(store, EntryFilter(tag="a")) == [after.id]
    assert ids(store, EntryFilter(tag="a", deleted=True)) == [mine.id]


def test_entries_that_lack_an_answer_or_a_category_are_listed(store: Store) -> None:
    lost, new, _ = add(
        store,
        Content("lost", category="Cards"),
        Content("new", "Call us."),
        Content("plan", "Call us.", category="Cards"),
    )
    assert ids(store, EntryFilter(without_answer=True)) == [lost.id]
    assert ids(store, EntryFilter(category="")) == [new.id]
    assert ids(store, EntryFilter(category="", without_answer=True)) == []


def test_entries_past_their_review_are_listed_by_that_date(store: Store) -> None:
    today = date(2026, 11, 22)

    def by(text: str, days: int, status: Status = Status.PUBLISHED) -> Content:
        return Content(text, review_by=today + timedelta(days=days), status=status)

    contents = [by("card", -1), by("lost", -9, Status.DRAFT), by("new", 0), by("plan", 5)]
    card, lost, *_ = add(store, *contents, by("price", -5, Status.ARCHIVED), Content("refund"))
    page = store.entries.page(EntryFilter(due=today), sort="review_by")
    assert (page.entries, page.total) == ((lost, card), 2)


def test_a_list_can_begin_after_an_id(store: Store) -> None:
    first, second, third = add(store, *map(Content, ("lost card", "card", "lost")))
    assert store.entries.page(EntryFilter(after=first.id), limit=1).entries == (second,)
    assert ids(store, EntryFilter(text="lost", after=first.id)) == [third.id]
    assert ids(store, EntryFilter(after=third.id)) == []


def test_ids_are_found_by_key_and_by_question(store: Store) -> None:
    one, two, gone = add(store, Content("Lost?", key="a"), Content("lost?"), Content("x", key="b"))
    store.entries.set_deleted([gone.id], True, "bo")
    assert store.entries.ids("key", ["a", "b", "c"]) == {"a": one.id}
    assert store.entries.ids("question", ["lost?", "x", "Lost?"]) == {"lost?": one.id}
    store.entries.set_deleted([one.id], True, "bo")
    assert store.entries.ids("question", ["lost?"]) == {"lost?": two.id}
    assert store.entries.ids("key", []) == {}


def test_tests_come_and_go_with_their_entry_and_are_not_searched(store: Store) -> None:
    lost = Content("lost", must_find=("gone card", "where"), must_not_find=("lost login",))
    draft = Content("price", status=Status.DRAFT, must_not_find=("cost",))
    plain, entry, unpublished = add(store, Content("plan"), lost, draft)
    published = EntryFilter(tested=True, status=Status.PUBLISHED)
    assert ids(store, EntryFilter(tested=True)) == [entry.id, unpublished.id]
    assert store.entries.page(published).entries == (entry,)
    assert store.words.search("where login", 5) == []
    assert ids(store, EntryFilter(text="gone")) == []
    assert [len(one.entry_ids) for one in store.words.occurrences(["gone"])[0]] == [0]
    changed = replace(lost, must_find=("where",), must_not_find=())
    edited = edit(store, entry.id, 1, changed, NOTHING)
    assert (edited.version, edited.content) == (2, changed)
    assert [one.content for one in store.entries.revisions(entry.id)] == [changed, lost]
    store.entries.set_deleted([entry.id], True, "bo")
    assert ids(store, published) == []
    store.entries.set_deleted([entry.id], False, "bo")
    assert store.entries.page(published).entries[0].content == changed
    edit(store, entry.id, 4, Content("lost"), NOTHING)
    assert ids(store, published) == []
    assert store.entries.get([plain.id])[0].content == Content("plan")


# Imports


def test_a_mark_says_how_far_the_import_of_a_file_has_come(store: Store) -> None:
    keyed = Content("lost card", key="a")
    store.entries.add([keyed], embeddings(keyed), "ada", ImportMark("a file", 3))
    assert store.settings.read("import") == {"a file": "3 1"}
    price = Content("price")
    store.entries.add([price], embeddings(price), "ada", ImportMark("a file", 7))
    store.entries.add([], NOTHING, "ada", ImportMark("nothing", 1))
    with pytest.raises(KeyTaken):  # a mark is kept with its rows, or not at all
        store.entries.add([price, keyed], embeddings(price), "ada", ImportMark("a file", 9))
    assert store.settings.read("import") == {"a file": "7 2"}
