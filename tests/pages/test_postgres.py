"""The screens over a collection on PostgreSQL."""

import threading

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from store import Content, open_store
from store.postgres import pool
from store.postgres.vectors import PgvectorTable
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import PAGES, PATIENCE, OpenPage, press, texts, told, wait_for_jobs
from tests.postgres import pair


@pytest.fixture
def engine() -> str:
    return "postgres"


@pytest.fixture
def address(location: str) -> str:
    """The address of an empty collection."""
    return location


def fill(address: str) -> None:
    store = open_store(address)
    Collection(store, WordCountEmbedder(), "bo").add(Content("lost card", "Call us."))
    store.close()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(address: str, open_page: OpenPage, page: str) -> None:
    fill(address)
    app = open_page(page)
    assert not app.exception
    assert not app.error


def test_a_question_is_answered(address: str, open_page: OpenPage) -> None:
    fill(address)
    app = open_page("ask")
    app.text_input(key="q").set_value("lost card").run()
    assert app.get_by_key("best")


def test_settings_name_the_command_for_backups(address: str, open_page: OpenPage) -> None:
    app = open_page("settings")
    assert [code.value for code in app.code if "pg_dump" in code.value] == [
        f"pg_dump --format=custom --file=faq.dump '{address.replace(':@/', '@/')}'"
    ]
    assert not [button for button in app.button if button.key == "backup_now"]


def test_a_server_that_does_not_answer_is_named_without_its_password(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_DATABASE", "postgresql://ada:secret@127.0.0.1:1/faq")
    st.cache_resource.clear()
    app = open_page("ask")
    assert "does not answer" in app.error[0].value
    assert "secret" not in app.error[0].value


def test_while_the_server_is_away_questions_are_answered_and_nothing_is_saved(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "NEXT_TRY_SECONDS", 0.05)
    with pair(standby=False) as servers:
        monkeypatch.setenv("FAQ_DATABASE", servers.first)
        st.cache_resource.clear()
        fill(servers.first)
        app = open_page("ask")
        app.text_input(key="q").set_value("lost").run()
        wait_for_jobs()
        for thread in threading.enumerate():
            if thread.name == "texts":
                thread.join(PATIENCE)
        editing = written(open_page("entries"))
        servers.kill_first()
        app.text_input(key="q").set_value("my lost card").run()
        assert app.get_by_key("best") and "Call us." in texts(app)
        assert not app.error
        app.run()
        [away] = [text for text in texts(app) if "has not answered since" in text]
        assert "Nothing can be saved here" in away
        editing.button(key="drawer_save").click().run()
        assert "does not answer" in editing.session_state["drawer_outcome"]
        servers.start_first()
        app.run()
        assert not [text for text in texts(app) if "has not answered since" in text]
        written(editing).button(key="drawer_save").click().run()
        assert told(editing) == "Saved “price”."
        st.cache_resource.clear()


def written(entries: AppTest) -> AppTest:
    """Return the page of entries with a new one in its drawer."""
    app = press(entries, "Add an entry")
    app.text_input(key="entry_field_question").set_value("price")
    return app


def test_a_collection_too_large_for_memory_is_asked_and_edited(
    address: str, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PgvectorTable, "MOST_HELD", 0)
    fill(address)
    app = open_page("ask")
    app.text_input(key="q").set_value("lost card").run()
    assert app.get_by_key("best")
    assert not app.exception and not app.error
    for page in PAGES:
        app = open_page(page)
        assert not app.exception
        assert all("too many to hold" in error.value for error in app.error), page
    assert told(written(open_page("entries")).button(key="drawer_save").click().run()) == (
        "Saved “price”."
    )
    [table] = [one.value.to_string() for one in open_page("settings?tab=Data").table]
    assert "what an index finds" in table
