"""Many entries at once in the list, and the bin, without a browser."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from store import Content, Entry, EntryFilter, Status, Store
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import OpenPage, texts, told
from tests.pages.test_entries import press, questions

pytestmark = pytest.mark.engines


@pytest.fixture
def three(collection: Collection) -> list[Entry]:
    """Three entries, written by grace; the page's person is ada. The list shows the last first."""
    return [
        collection.add(Content("lost card", category="Cards", tags=("a",), owner="ada")),
        collection.add(Content("new card", category="Cards", phrasings=("card",))),
        collection.add(Content("price", tags=("a", "b"), status=Status.DRAFT)),
    ]


def tick(app: AppTest, *rows: int) -> AppTest:
    """Tick or untick rows of the list."""
    boxes = [box for box in app.checkbox if str(box.key).startswith("tick_")]
    for row in rows:
        key = boxes[row].key
        app = app.checkbox(key=key).set_value(not app.checkbox(key=key).value).run()
    assert not app.exception
    return app


def opened(app: AppTest, popover: str) -> AppTest:
    app.session_state[popover] = True
    app.run()
    assert not app.exception
    return app


def contents(store: Store) -> list[Content]:
    return [entry.content for entry in store.entries.page(EntryFilter()).entries]


def test_one_change_is_made_of_all_that_are_ticked(
    open_page: OpenPage, store: Store, three: list[Entry]
) -> None:
    before = contents(store)
    app = opened(tick(open_page("entries"), 0, 1), "bulk_asking")
    assert "2 selected" in texts(app)
    app.selectbox(key="bulk_category").select("Cards")
    app.selectbox(key="bulk_status").select("archived")
    app.selectbox(key="bulk_owner").select("ada")
    app.multiselect(key="bulk_add_tags").set_value(["b"])
    app.multiselect(key="bulk_remove_tags").set_value(["a"])
    press(app, "Change 2 entries")
    assert told(app) == "Changed 2 entries."
    assert contents(store) == [
        before[0],
        Content(
            "new card",
            category="Cards",
            tags=("b",),
            phrasings=("card",),
            status=Status.ARCHIVED,
            owner="ada",
        ),
        Content("price", category="Cards", tags=("b",), status=Status.ARCHIVED, owner="ada"),
    ]
    press(app, "Undo")
    assert contents(store) == before
    assert [r.actor for r in store.entries.revisions(three[2].id)] == ["ada", "ada", "grace"]


def test_nothing_chosen_changes_nothing(
    open_page: OpenPage, store: Store, three: list[Entry]
) -> None:
    app = opened(tick(open_page("entries"), 0), "bulk_asking")
    press(app, "Change 1 entry")
    assert [entry.version for entry in store.entries.get([one.id for one in three])] == [1, 1, 1]
    app.selectbox(key="bulk_status").select("draft")
    press(app, "Change 1 entry")
    assert told(app) == "Nothing had to be changed."
    assert "Undo" not in texts(app)


def test_one_that_somebody_changed_is_left_and_named(
    open_page: OpenPage, collection: Collection, store: Store, three: list[Entry]
) -> None:
    app = opened(tick(open_page("entries"), 0, 1, 2), "bulk_asking")
    app.selectbox(key="bulk_status").select("archived")
    collection.edit(three[1], Content("new card", "Theirs."))
    collection.remove([three[0].id])
    press(app, "Change 3 entries")
    assert told(app) == (
        "Changed 1 entry. grace changed “new card” in the meantime; it was left as it is. 1 is not "
        "there any more."
    )
    assert contents(store)[0] == Content("new card", "Theirs.")
    collection.edit(store.entries.get([three[2].id])[0], Content("price", "Theirs."))
    press(app, "Undo")
    assert told(app) == (
        "0 entries are as before. grace changed “price” in the meantime; it was left as it is."
    )
    assert contents(store)[1] == Content("price", "Theirs.")


def test_tags_are_separated_by_commas(
    open_page: OpenPage, store: Store, three: list[Entry]
) -> None:
    app = opened(tick(open_page("entries"), 0), "bulk_asking")
    app.multiselect(key="bulk_add_tags").set_value(["c, d", "a"])
    press(app, "Change 1 entry")
    assert contents(store)[2].tags == ("a", "b", "c", "d")


def test_all_that_pass_the_filters_are_selected_beyond_the_page(
    open_page: OpenPage, collection: Collection, store: Store
) -> None:
    collection.add(Content("price"))
    for number in range(30):
        collection.add(Content(f"lost card {number}"))
    app = open_page("entries")
    app.text_input(key="entries_text").set_value("card").run()
    press(tick(app, 3), "Select all 30")
    assert "30 selected" in texts(app)
    app.pagination(key="entries_page").set_value(2).run()
    assert "30 selected" in texts(app)
    opened(app, "bulk_asking")
    app.selectbox(key="bulk_status").select("draft")
    press(app, "Change 30 entries")
    assert store.entries.page(EntryFilter(status=Status.DRAFT)).total == 30
    press(tick(app, 0), "Select all 30")
    press(app, "Clear")
    assert "0 selected" in texts(app)
    press(app, "Select all 30")
    tick(app, 1)  # all but one
    assert "29 selected" in texts(app)
    press(app, "Select all 30")
    app.text_input(key="entries_text").set_value("price").run()  # other entries are meant now
    assert "0 selected" in texts(app)
    app.text_input(key="entries_text").set_value("card").run()
    press(press(tick(app, 0), "Select all 30"), "Delete")
    assert told(app) == "Deleted 30 entries."
    assert store.info().entries == 1
    press(app, "Undo")
    assert store.info().entries == 31


def test_the_bin_is_emptied_of_what_was_said_and_of_no_more(
    open_page: OpenPage, collection: Collection, store: Store, three: list[Entry]
) -> None:
    collection.remove([one.id for one in three[:2]])
    app = open_page("entries")
    app.pills(key="entries_status").set_value("Bin").run()
    assert "0 selected" in texts(app)
    opened(app, "purge_all")
    assert (
        "This deletes 2 entries for good, with all that was ever written there. **It cannot be "
        "undone.**" in texts(app)
    )
    collection.remove([three[2].id])  # after the question was asked
    press(app, "Delete 2 entries for good")
    assert told(app) == "Deleted 2 entries for good."
    assert "Undo" not in texts(app)
    assert store.entries.get([one.id for one in three[:2]]) == []
    assert questions(app) == ["price"]
    press(opened(app, "purge_all"), "Delete 1 entry for good")
    assert "The bin is empty." in texts(app)


def test_some_go_for_good_and_others_stay_in_the_bin(
    open_page: OpenPage, collection: Collection, store: Store, three: list[Entry]
) -> None:
    collection.remove([one.id for one in three])
    app = open_page("entries")
    app.pills(key="entries_status").set_value("Bin").run()
    opened(tick(app, 1), "purge_selection")
    press(app, "Delete 1 entry for good")
    assert questions(app) == ["price", "lost card"]
    press(tick(app, 0, 1), "Restore selected")
    assert [one.question for one in contents(store)] == ["lost card", "price"]


def test_a_category_is_renamed_where_it_is_filtered_by(
    open_page: OpenPage, collection: Collection, store: Store, three: list[Entry]
) -> None:
    collection.add(Content("refund", category="Money"))
    app = open_page("entries")
    app.pills(key="entries_category").set_value("Cards").run()
    app.text_input(key="rename_new").set_value(" Plastic ")
    press(app, "Rename")
    assert told(app) == "Renamed “Cards” to “Plastic” for 2 entries."
    assert questions(app) == ["new card", "lost card"]
    assert app.pills(key="entries_category").value == "Plastic"
    press(app, "Undo")
    assert store.entries.counts("category") == [("Cards", 2), ("Money", 1)]


def test_a_category_joins_another_only_once_that_was_said(
    open_page: OpenPage, collection: Collection, store: Store, three: list[Entry]
) -> None:
    collection.add(Content("refund", category="Money"))
    app = open_page("entries")
    app.text_input(key="rename_new").set_value("Money")
    press(app, "Rename")
    assert store.entries.counts("category") == [("Cards", 2), ("Money", 1)]
    assert (
        "There is a category **Money** already, with 1 entry. Those of **Cards** would join it."
        in texts(app)
    )
    app.text_input(key="rename_new").set_value("Mony").run()  # which has to be said anew
    assert "Join them" not in texts(app)
    app.text_input(key="rename_new").set_value("Money")
    press(app, "Rename")
    press(app, "Join them")
    assert store.entries.counts("category") == [("Money", 3)]
    press(app, "Undo")
    assert store.entries.counts("category") == [("Cards", 2), ("Money", 1)]
    app.text_input(key="rename_new").set_value("  ")
    press(app, "Rename")
    assert store.entries.counts("category") == [("Cards", 2), ("Money", 1)]


def test_a_category_that_is_gone_filters_nothing(
    open_page: OpenPage, collection: Collection, three: list[Entry]
) -> None:
    app = open_page("entries")
    app.pills(key="entries_category").set_value("Cards").run()
    collection.remove([one.id for one in three[:2]])
    app.run()
    assert not app.exception
    assert questions(app) == ["price"]


def test_a_maintainer_finds_drafts_their_own_and_what_changed(
    open_page: OpenPage, store: Store, embedder: WordCountEmbedder, three: list[Entry]
) -> None:
    mine = Collection(store, embedder, "ada").edit(three[1], Content("new card", "Mine."))
    app = open_page("entries")
    app.pills(key="entries_status").set_value("draft").run()
    assert questions(app) == ["price"]
    app.pills(key="entries_status").set_value(None).run()
    app.toggle(key="entries_mine").set_value(True).run()
    assert questions(app) == ["new card", "lost card"]
    app.selectbox(key="entries_tag").select("a").run()
    assert questions(app) == ["lost card"]
    app.toggle(key="entries_mine").set_value(False).run()
    assert questions(app) == ["price", "lost card"]
    app.selectbox(key="entries_tag").set_value(None).run()
    app.toggle(key="entries_recent").set_value(True).run()
    assert len(questions(app)) == 3
    assert mine.updated_at > datetime.now(UTC) - timedelta(days=1)


def test_readers_do_not_find_what_editors_do(
    open_page: OpenPage, collection: Collection, three: list[Entry]
) -> None:
    collection.add(Content("price", status=Status.ARCHIVED))
    app = open_page("entries")
    app.text_input(key="entries_text").set_value("pri").run()
    assert questions(app) == ["price", "price"]
    ask = open_page("ask")
    ask.text_input(key="q").set_value("price").run()
    assert not ask.exception
    assert not [text for text in texts(ask) if "price" in text]
