"""What holds for all pages: they render, and nothing gets round the entry."""

from pathlib import Path

import apsw
import pytest

from faq.collection import Collection
from store import Content, open_store
from tests.pages.conftest import PAGES, OpenPage, error_of, listen_on, texts

pytestmark = pytest.mark.parametrize("name", PAGES)

OPEN_NETWORK = (
    "Askwell is open to the network, and there is no sign-in: everyone who reaches it could "
    "read and change the collection. Set sign-in up (docs/sign-in.md), start it on 127.0.0.1, or "
    "accept the risk with FAQ_ACCEPT_OPEN_NETWORK=yes."
)


def test_a_page_opens_on_an_empty_collection(name: str, open_page: OpenPage) -> None:
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert texts(app)


def test_a_page_opens_on_a_filled_collection(
    name: str, open_page: OpenPage, collection: Collection
) -> None:
    for number in range(30):
        text = f"lost card {number}"
        collection.add(Content(text, f"Answer {number}.", category="Cards", tags=("a", "b")))
    collection.log(collection.search("lost card"))
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert texts(app)


def test_no_page_shows_a_value_that_nobody_meant_to_show(name: str, open_page: OpenPage) -> None:
    assert "`None`" not in texts(open_page(name))


def test_a_deep_link_goes_through_the_entry(name: str, open_page: OpenPage) -> None:
    app = open_page(name)
    assert app.session_state["entered"] is True


def test_a_file_that_is_no_collection_is_named_and_left_alone(
    name: str, open_page: OpenPage, database: Path
) -> None:
    database.write_text("meeting notes")
    app = open_page(name)
    assert error_of(app) == (
        f"{database} is not an SQLite database, so it is no Askwell collection. It was left as it "
        "is; name another file, or restore a backup."
    )
    assert [caption.value for caption in app.caption] == [
        "Nothing was changed. Put this right and reload the page."
    ]
    assert not app.title
    assert not app.button
    assert not app.text_input
    assert database.read_text() == "meeting notes"


def test_a_database_of_a_newer_askwell_is_left_alone(
    name: str, open_page: OpenPage, database: Path
) -> None:
    open_store(database).close()
    connection = apsw.Connection(str(database))
    connection.pragma("user_version", 999)
    connection.close()
    app = open_page(name)
    assert "999" in error_of(app)
    assert "newer" in error_of(app)
    assert not app.title
    assert not app.button


def test_an_address_open_to_the_network_is_refused(
    name: str, open_page: OpenPage, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen_on("0.0.0.0", monkeypatch)
    app = open_page(name)
    assert not app.exception
    assert error_of(app) == OPEN_NETWORK
    assert texts(app)[1:] == [OPEN_NETWORK]
    assert not database.exists()


def test_an_open_address_that_was_accepted_is_served(
    name: str, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen_on("0.0.0.0", monkeypatch)
    monkeypatch.setenv("FAQ_ACCEPT_OPEN_NETWORK", "yes")
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert texts(app)


def test_a_setting_that_cannot_be_used_is_named(
    name: str, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_OFFLINE", "maybe")
    app = open_page(name)
    assert error_of(app) == (
        "FAQ_OFFLINE is 'maybe', expected yes or no. Change it and start again."
    )
    assert not app.title
    assert not app.button
