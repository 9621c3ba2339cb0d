"""What a reader sees: Ask and Entries, and nothing that would change the collection."""

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from faq import query_log
from faq.collection import Collection
from faq.jobs import CALIBRATION, SILENT_AFTER
from faq.query_log import LogPolicy
from store import Content, Entry, Status, Store
from tests.pages.conftest import PAGES, OpenPage, as_read, error_of, listen_on, texts, told
from tests.pages.test_entries import questions
from tests.pages.test_hostile_texts import TEXTS, check, everywhere

EDITORS = [name for name in PAGES if name not in ("ask", "entries")]


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQ_ROLE", "reader")
    monkeypatch.setenv("FAQ_ACTOR", "rea")


@pytest.fixture
def entry(collection: Collection) -> Entry:
    content = Content("lost card", "Call us.", category="Cards", phrasings=("card gone",))
    return collection.add(content)


def ask(open_page: OpenPage, query: str) -> AppTest:
    app = open_page("ask").text_input(key="q").set_value(query).run()
    assert not app.exception
    return app


def offered(app: AppTest) -> list[str]:
    assert not app.exception
    return [one.label for one in app.button if not str(one.key).startswith("open_")]


def test_an_answer_is_read_and_rated_and_the_question_logged(
    open_page: OpenPage, store: Store, entry: Entry
) -> None:
    app = ask(open_page, "card lost")
    assert app.container(key="best").markdown[2].value == "Call us."
    assert offered(app) == ["Why"]
    app.feedback[0].set_value(0).run()
    assert not app.exception
    [logged] = store.log.page(9).queries
    assert (logged.text, logged.thumb) == ("card lost", -1)
    ask(open_page, "lost")
    assert store.jobs.latest(CALIBRATION) is None  # that is for the editors' server


def test_it_is_this_entry_is_suggested(
    open_page: OpenPage, collection: Collection, store: Store, entry: Entry
) -> None:
    query_log.set_policy(store, LogPolicy(names=True))
    store.settings.write({"display_name": "ada"})  # an editor's, kept in the collection
    app = ask(open_page, "refund price plan")
    assert "Your question was passed on to those who edit the collection." in texts(app)
    assert not any(text.endswith("to search") for text in texts(app))
    assert not app.selectbox
    assert offered(app) == ["lost card"]  # behind one button
    app = app.button(key=f"same_{entry.id}").click().run()
    assert not app.exception
    assert told(app) == (
        "Suggested: “refund price plan” should find “lost card”. Whoever edits the collection "
        "decides."
    )
    [one] = store.log.suggestions(9)
    assert (one.text, one.entry_id, one.actor) == ("refund price plan", entry.id, "rea")
    assert collection.get(entry.id) == entry
    assert [query.text for query in store.log.page(9).queries] == ["refund price plan"]


def test_a_link_shows_an_entry_without_a_way_to_edit_it(open_page: OpenPage, entry: Entry) -> None:
    app = open_page("ask")
    app.query_params["entry"] = str(entry.id)
    app.run()
    assert app.container(key="linked").markdown[0].value == "#### lost card"
    assert offered(app) == []


def test_a_link_shows_no_draft(open_page: OpenPage, collection: Collection) -> None:
    draft = collection.add(Content("new plan", "Not yet.", status=Status.DRAFT))
    app = open_page("ask")
    app.query_params["entry"] = str(draft.id)
    app.run()
    assert not app.exception
    assert "Not yet." not in " ".join(texts(app))
    assert "The entry that this link led to is not there any more." in texts(app)


def test_an_empty_collection_offers_nothing_to_begin(open_page: OpenPage, store: Store) -> None:
    app = open_page("ask")
    assert "Nothing here yet" in texts(app)
    assert offered(app) == []
    assert not app.get("page_link")
    app = open_page("entries")
    assert "There are no entries yet." in texts(app)
    assert offered(app) == []


def test_entries_are_filtered_and_exported(
    open_page: OpenPage, collection: Collection, entry: Entry
) -> None:
    collection.add(Content("new card", category="Money"))
    collection.add(Content("price plan", status=Status.DRAFT))
    collection.remove([collection.add(Content("refund")).id])
    collection.store.jobs.start(
        "import", owner="x", actor="ada", total=9, silent_after=SILENT_AFTER
    )
    app = open_page("entries")
    assert questions(app) == ["new card", "lost card"]
    assert offered(app) == []
    assert [button.label for button in app.get("download_button")] == ["Download"]
    assert [pills.key for pills in app.pills] == ["entries_category"]
    app.pills(key="entries_category").set_value("Cards").run()
    assert questions(app) == ["lost card"]


def test_an_entry_is_opened_to_be_read(open_page: OpenPage, collection: Collection) -> None:
    content = Content(
        "lost card",
        "Call *us*.",
        category="Cards",
        tags=("post", "new"),
        phrasings=("card gone", "no card"),
        owner="grace",
        source="Manual",
        review_by=date(2027, 1, 31),
    )
    entry = collection.add(content)
    app = open_page("entries")
    app.button(key=f"open_{entry.id}").click().run()
    read = [as_read(text) for text in texts(app)]
    assert "### lost card" in read
    assert "Call *us*." in read
    assert "- card gone\n- no card" in read
    [filed] = [text for text in read if text.startswith("Cards")]
    assert filed.startswith("Cards · post, new · owner grace · Manual · changed ")
    assert filed.endswith(" by grace · review by 31 January 2027")
    assert offered(app) == []
    assert not app.text_area


def test_hostile_text_is_text_where_an_entry_is_read(
    open_page: OpenPage, collection: Collection
) -> None:
    for text in TEXTS.values():
        entry = collection.add(everywhere(text))
        app = open_page("entries")
        app.button(key=f"open_{entry.id}").click().run()
        check(app)


@pytest.mark.parametrize("name", EDITORS)
def test_a_link_to_what_is_for_editors_says_so(
    name: str, open_page: OpenPage, entry: Entry
) -> None:
    app = open_page(name)
    message = "This page is for those who edit the collection. You can ask it and read its entries."
    assert texts(app) == [message]
    assert [link.label for link in app.get("page_link")] == ["Ask", "Entries"]


def test_no_server_for_readers_begins_a_collection(open_page: OpenPage, database: Path) -> None:
    assert "There is no database" in error_of(open_page("ask"))
    assert not database.exists()


def test_an_open_network_lets_readers_read(
    open_page: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen_on("0.0.0.0", monkeypatch)
    assert "reaches it could read the collection." in error_of(open_page("ask"))


def test_a_role_that_there_is_not_is_named(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_ROLE", "boss")
    says = "FAQ_ROLE is 'boss', expected admin or editor or reader."
    assert error_of(open_page("inbox")).startswith(says)
