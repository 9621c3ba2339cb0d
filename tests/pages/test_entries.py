"""Entries, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from store import Content, EntryFilter, Status, Store
from tests.pages.conftest import OpenPage, as_read, texts, told

pytestmark = pytest.mark.engines


def questions(app: AppTest) -> list[str]:
    """Return the questions in the list, from above."""
    assert not app.exception
    return [as_read(one.label) for one in app.button if str(one.key).startswith("open_")]


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_an_empty_collection_says_how_to_begin(open_page: OpenPage) -> None:
    app = open_page("entries")
    assert "There are no entries yet. Add one, or import a file." in texts(app)
    assert questions(app) == []


def test_entries_are_listed_newest_first(open_page: OpenPage, collection: Collection) -> None:
    for question in ("lost card", "new plan", "cancel plan"):
        collection.add(Content(question))
    app = open_page("entries")
    assert questions(app) == ["cancel plan", "new plan", "lost card"]
    assert "1 to 3 of 3" in texts(app)


def test_the_order_stays_after_a_change(open_page: OpenPage, collection: Collection) -> None:
    for question in ("lost card", "new plan", "cancel plan"):
        collection.add(Content(question))
    app = open_page("entries")
    app.selectbox(key="entries_sort").select("Question").run()
    assert questions(app) == ["cancel plan", "lost card", "new plan"]
    app = press(app, "lost card")
    app.text_input(key="entry_field_question").set_value("better card")
    app = press(app, "Save")
    assert questions(app) == ["better card", "cancel plan", "new plan"]
    app = app.switch_page("pages/inbox.py").run().switch_page("pages/entries.py").run()
    assert questions(app) == ["better card", "cancel plan", "new plan"]


def test_words_category_and_status_narrow_the_list(
    open_page: OpenPage, collection: Collection
) -> None:
    collection.add(Content("lost card", category="Cards"))
    collection.add(Content("new card", category="Cards", status=Status.DRAFT))
    collection.add(Content("lost login", category="Access", tags=("card",)))
    app = open_page("entries")
    app.text_input(key="entries_text").set_value("card").run()
    assert questions(app) == ["lost login", "new card", "lost card"]
    app.pills(key="entries_category").set_value("Cards").run()
    assert questions(app) == ["new card", "lost card"]
    app.pills(key="entries_status").set_value("draft").run()
    assert questions(app) == ["new card"]
    app.text_input(key="entries_text").set_value("login").run()
    assert questions(app) == []
    assert "No entry passes these filters." in texts(app)


def test_what_lacks_an_answer_or_a_category_is_listed(
    open_page: OpenPage, collection: Collection
) -> None:
    collection.add(Content("lost card", category="Cards"))
    collection.add(Content("new card", "Call us.", category="Cards"))
    collection.add(Content("price", "Nothing."))
    app = open_page("entries")
    app.pills(key="entries_status").set_value("No answer yet").run()
    assert questions(app) == ["lost card"]
    assert ":green-badge[Published] :red-badge[No answer yet] :blue-badge[Cards]" in texts(app)
    app.pills(key="entries_status").set_value(None).run()
    app.pills(key="entries_category").set_value("").run()
    assert questions(app) == ["price"]


def test_the_bin_shows_what_was_deleted(open_page: OpenPage, collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    collection.add(Content("new plan"))
    collection.remove([entry.id])
    app = open_page("entries")
    assert questions(app) == ["new plan"]
    app.pills(key="entries_status").set_value("Bin").run()
    assert questions(app) == ["lost card"]


def test_a_long_list_comes_in_pages(open_page: OpenPage, collection: Collection) -> None:
    for number in range(60):
        collection.add(Content(f"lost card {number}"))
    app = open_page("entries")
    assert len(questions(app)) == 25
    assert "1 to 25 of 60" in texts(app)
    app.pagination(key="entries_page").set_value(3).run()
    assert questions(app) == [f"lost card {number}" for number in range(9, -1, -1)]
    assert "51 to 60 of 60" in texts(app)
    app.text_input(key="entries_text").set_value("59").run()
    assert questions(app) == ["lost card 59"]


def test_a_page_that_emptied_gives_way_to_one_that_has_entries(
    open_page: OpenPage, collection: Collection
) -> None:
    ids = [collection.add(Content(f"lost card {number}")).id for number in range(26)]
    app = open_page("entries")
    app.pagination(key="entries_page").set_value(2).run()
    assert questions(app) == ["lost card 0"]
    collection.remove(ids[:2])
    app.run()
    assert len(questions(app)) == 24
    assert "1 to 24 of 24" in texts(app)


def test_an_entry_is_added_in_the_drawer(open_page: OpenPage, store: Store) -> None:
    app = press(open_page("entries"), "Add an entry")
    app.text_input(key="entry_field_question").set_value(" lost card ")
    app.text_area(key="entry_field_answer").set_value("Call us.")
    app.text_area(key="entry_field_phrasings").set_value("card gone\n\nwhere is my card\n")
    app.text_input(key="entry_field_source").set_value("Manual")
    app.button(key="drawer_save").click().run()
    assert not app.exception
    [entry] = store.entries.page(EntryFilter()).entries
    assert entry.content == Content(
        "lost card",
        "Call us.",
        phrasings=("card gone", "where is my card"),
        source="Manual",
    )
    assert entry.created_by == "ada"
    assert told(app) == "Saved “lost card”."


def test_an_entry_without_a_question_is_refused(open_page: OpenPage, store: Store) -> None:
    app = press(open_page("entries"), "Add an entry")
    app.text_area(key="entry_field_answer").set_value("Call us.")
    app.button(key="drawer_save").click().run()
    assert app.session_state["drawer_outcome"] == "The entry has no question. Write one."
    assert store.info().entries == 0
