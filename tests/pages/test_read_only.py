"""Every page over a collection that can only be read."""

from pathlib import Path

import pytest

from faq.collection import Collection
from faq.jobs import CALIBRATION
from store import Content
from store.sqlite.read_only import ReadOnlyDatabase
from store.sqlite.store import SQLiteStore
from tests.pages.conftest import PAGES, OpenPage, as_read, error_of, texts
from ui import context

SAID = ":material/lock: Nothing can be saved here: its folder may only be read. Questions are"
REFUSED = "Nothing can be saved, because its folder may only be read."


@pytest.fixture
def read_only(collection: Collection, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collection.add(Content("lost card", "new card"))
    collection.add(Content("card lost", "new card"))
    collection.store.close()
    own = SQLiteStore(ReadOnlyDatabase(database, "its folder may only be read"))
    monkeypatch.setattr(context, "_opened", lambda: own)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_so_once(read_only: None, open_page: OpenPage, page: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert not app.error
    assert sum(text.startswith(SAID) for text in texts(app)) == 1


def test_a_writable_collection_says_nothing(open_page: OpenPage) -> None:
    assert not any("Nothing can be saved" in text for text in texts(open_page("ask")))


def test_questions_are_answered(read_only: None, open_page: OpenPage) -> None:
    app = open_page("ask")
    app.text_input(key="q").set_value("lost card").run()
    assert "#### lost card" in texts(app)
    assert not app.exception
    assert not app.error
    open_page("ask")  # the model is loaded by now, and no threshold was chosen
    assert context._opened().jobs.latest(CALIBRATION) is None


def test_what_would_be_written_is_refused_with_a_sentence(
    read_only: None, open_page: OpenPage
) -> None:
    settings = open_page("settings")
    settings.text_input(key="settings_name").set_value("Team").run()
    assert not settings.exception
    assert any(as_read(toast.value).startswith(REFUSED) for toast in settings.toast)
    settings = open_page("settings?tab=Data")
    settings.toggle(key="log_names").set_value(True).run()
    assert not settings.exception
    settings.button(key="sample_load").click().run()
    assert not settings.exception
    assert any(as_read(toast.value).startswith(REFUSED) for toast in settings.toast)
    inbox = open_page("inbox")
    assert not inbox.exception


def test_a_check_is_made_and_no_repair_offered(
    read_only: None, open_page: OpenPage, database: Path
) -> None:
    from store.sqlite.database import connect

    connection = connect(database)
    connection.execute("DELETE FROM keyword")
    connection.close()
    app = open_page("settings?tab=Data")
    app.button(key="check_now").click().run()
    assert "keyword index is stale" in error_of(app)
    assert "Repair" not in [as_read(button.label) for button in app.button]
