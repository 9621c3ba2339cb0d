"""Settings, without a browser."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import apsw
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from embedding import ModelUnavailable, Vectors
from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from faq.evaluation.queries import LabelledQuery
from store import Content, EntryFilter, Store
from store.sqlite.database import connect
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import OpenPage, as_read, error_of, listen_on, texts, told, wait_for_jobs


def rename(app: AppTest, name: str) -> None:
    app.text_input(key="settings_name").set_value(name).run()
    assert not app.exception


def load_sample(app: AppTest) -> None:
    app.session_state["tab"] = "Data"
    app.run()
    app.button(key="sample_load").click().run()
    assert not app.exception


def actors(store: Store) -> set[str]:
    """Return who made the entries."""
    entries = store.entries.page(EntryFilter(), limit=100).entries
    return {revision.actor for entry in entries for revision in store.entries.revisions(entry.id)}


def test_the_name_is_the_login_name_until_somebody_says_otherwise(open_page: OpenPage) -> None:
    assert open_page("settings").text_input(key="settings_name").value == "ada"


def test_a_new_name_stands_beside_the_next_change(open_page: OpenPage, store: Store) -> None:
    app = open_page("settings")
    rename(app, "  Team desk ")
    load_sample(app)
    assert actors(store) == {"Team desk"}


def test_a_new_name_is_kept_for_the_next_session(open_page: OpenPage, store: Store) -> None:
    rename(open_page("settings"), "Team desk")
    again = open_page("settings")
    assert again.text_input(key="settings_name").value == "Team desk"
    load_sample(again)
    assert actors(store) == {"Team desk"}


def test_a_name_is_one_session_s_own_where_several_people_share_the_server(
    open_page: OpenPage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen_on("0.0.0.0", monkeypatch)
    monkeypatch.setenv("FAQ_ACCEPT_OPEN_NETWORK", "yes")
    mine = open_page("settings")
    rename(mine, "Team desk")
    assert open_page("settings").text_input(key="settings_name").value == "ada"
    load_sample(mine)
    assert actors(store) == {"Team desk"}


def test_an_empty_name_gives_the_login_name_back(open_page: OpenPage, store: Store) -> None:
    app = open_page("settings")
    rename(app, "Team desk")
    rename(app, "   ")
    load_sample(app)
    assert actors(store) == {"ada"}


def test_the_figures_of_model_and_database_are_told(
    open_page: OpenPage, collection: Collection, database: Path
) -> None:
    collection.add(Content("lost card", phrasings=("card gone",)))
    tabs = [open_page(f"settings?tab={tab}") for tab in ("Model", "Data")]
    shown = as_read("\n".join(table.value.to_string() for app in tabs for table in app.table))
    assert "tests/word-count" in shown
    assert "fake, exact" in shown
    assert database.name in shown
    assert "40 bytes; an API's with 1,536 dimensions takes 6,144" in shown
    assert "the first 8 tokens of a text" in shown


def test_a_tab_that_is_not_open_is_not_drawn(open_page: OpenPage) -> None:
    app = open_page("settings")
    assert app.text_input(key="settings_name")
    assert not app.table
    assert "check_now" not in [button.key for button in app.button]


def test_the_name_of_the_collection_is_on_every_page_for_readers_too(
    open_page: OpenPage, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("settings")
    app.text_input(key="settings_collection").set_value("  Travel   *desk* ").run()
    assert not app.exception
    assert collection.name == "Travel *desk*"
    monkeypatch.setenv("FAQ_ROLE", "reader")
    st.cache_resource.clear()
    for name in ("ask", "entries", "quality"):
        assert "Travel *desk*" in texts(open_page(name)), name


def test_a_sound_collection_is_called_sound(open_page: OpenPage, collection: Collection) -> None:
    collection.add(Content("lost card"))
    app = open_page("settings?tab=Data")
    app.button(key="check_now").click().run()
    assert [one.value for one in app.success] == ["Nothing is wrong with the collection."]
    assert not app.error


def test_damage_is_listed(open_page: OpenPage, collection: Collection, database: Path) -> None:
    collection.add(Content("lost card"))
    collection.add(Content("lost login"))
    connection = apsw.Connection(str(database))
    connection.pragma("foreign_keys", False)
    connection.execute("UPDATE phrasing SET text = 'other' WHERE id = 1")
    connection.execute("DELETE FROM phrasing WHERE id = 2")
    connection.close()
    app = open_page("settings?tab=Data")
    app.button(key="check_now").click().run()
    assert not app.exception
    assert not app.success
    assert error_of(app).startswith("- ")
    assert "Repair" not in texts(app)  # where text is lost, only a backup helps


def test_what_can_be_repaired_is(
    open_page: OpenPage, collection: Collection, database: Path
) -> None:
    collection.add(Content("lost card"))
    collection.add(Content("lost login"))
    connection = connect(database)
    connection.execute("DELETE FROM vector_1_phrasing WHERE rowid = 2; DELETE FROM keyword")
    connection.close()
    app = open_page("settings?tab=Data")
    app.button(key="check_now").click().run()
    assert "Phrasings without a vector: 2" in error_of(app)
    app.button(key="repair").click().run()
    ended(app)
    assert [one.value for one in app.success] == ["Nothing is wrong with the collection."]
    assert "Rows of the keyword index corrected: 2." in texts(app)
    assert "Missing vectors embedded: 1." in texts(app)
    assert collection.search("lost login").matches[0].entry.content.question == "lost login"
    app.button(key="check_now").click().run()
    assert [one.value for one in app.success] == ["Nothing is wrong with the collection."]
    assert "Rows of the keyword index corrected: 2." not in texts(app)


def test_a_repair_that_found_no_model_says_so(
    open_page: OpenPage, collection: Collection, embedder: WordCountEmbedder, database: Path
) -> None:
    collection.add(Content("lost card"))
    connection = connect(database)
    connection.execute("DELETE FROM vector_1_phrasing")
    connection.close()
    app = open_page("settings?tab=Data")
    app.button(key="check_now").click().run()

    def gone(texts: Sequence[str]) -> Vectors:
        raise ModelUnavailable("It is not here.")

    embedder.encode_documents = gone  # type: ignore[method-assign]
    app.button(key="repair").click().run()
    ended(app)
    assert "What is missing could not be embedded. It is not here." in error_of(app)


def ended(app: AppTest) -> None:
    """Wait until the job that was started has ended, and show the page anew."""
    wait_for_jobs()
    app.run()
    assert not app.exception


def test_the_sample_comes_goes_and_comes_back(open_page: OpenPage, store: Store) -> None:
    app = open_page("settings?tab=Data")
    load_sample(app)
    assert store.info().entries == 13
    assert told(app) == "Loaded 13 entries of the Medicare sample."
    app.button(key="sample_remove").click().run()
    assert not app.exception
    assert store.info().entries == 0
    assert told(app) == "Deleted 13 entries."
    app.button(key="notice_undo").click().run()
    assert told(app) == "13 entries are back."
    assert store.info().entries == 13
    assert app.button(key="sample_remove")


def test_removing_the_sample_leaves_other_entries(
    open_page: OpenPage, collection: Collection, store: Store
) -> None:
    own = collection.add(Content("lost card"))
    app = open_page("settings?tab=Data")
    load_sample(app)
    app.button(key="sample_remove").click().run()
    assert [entry.id for entry in store.entries.page(EntryFilter()).entries] == [own.id]


def test_the_threshold_says_what_it_is_and_when_it_changes(
    open_page: OpenPage, collection: Collection
) -> None:
    assert any("once there are entries" in line for line in texts(open_page("settings")))
    collection.add(Content("lost card"))
    for chosen, says in (
        (partial(calibrate), "from the collection and its language model, and is chosen anew"),
        (partial(calibrate, false_answers=0.1), "about 10 of 100 questions that no entry answers"),
        (
            partial(calibrate, queries=[LabelledQuery("card", 1)]),
            "with 1 labelled query, so it stays until somebody chooses it anew",
        ),
    ):
        chosen(collection)
        assert any(says in line for line in texts(open_page("settings")))
