"""Sessions that no page would begin: whoever speaks the protocol directly gets no further than
their role. One server, behind a proxy that says who somebody is; no browser is needed."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from embedding import Embedder
from faq.collection import Collection
from store import Content, Entry, EntryFilter, Status, open_store
from tests.browser.server import Server
from tests.protocol import Session

pytestmark = pytest.mark.browser

HEADER = "X-User"
HERS = {HEADER: "ada"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Server]:
    settings = {
        "FAQ_ADMINS": "ada",
        "FAQ_EDITORS": "ed",
        "FAQ_READERS": "rea",
        "FAQ_IDENTITY_HEADER": HEADER,
        "FAQ_TRUSTED_PROXIES": "127.0.0.1",
        "FORWARDED_ALLOW_IPS": "",
    }
    started = Server(tmp_path_factory.mktemp("attacked"), model_cache, settings=settings)
    started.start()
    yield started
    log = started.log
    started.stop()
    assert not [text for text in ("secret text", "DROP TABLE", "lost card") if text in log]
    assert set(started.asked_for) <= {"127.0.0.1", "localhost", "::1"}


@pytest.fixture(scope="module")
def collection(server: Server, real_embedder: Embedder) -> Collection:
    return Collection(open_store(server.database), real_embedder, "grace")


@pytest.fixture(scope="module")
def entry(collection: Collection) -> Entry:
    collection.add(Content("new plan", "secret text", status=Status.DRAFT))
    return collection.add(Content("lost card", "Call us."))


def drawn(session: Session) -> str:
    return " ".join(session.texts)


def test_nobody_is_whom_they_say_they_are_from_elsewhere(server: Server, entry: Entry) -> None:
    elsewhere = ("127.0.0.2", 0)
    for headers in (
        HERS,
        {**HERS, "X-Forwarded-For": "127.0.0.1"},
        {**HERS, "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
    ):
        with Session(server.url, headers=headers, source_address=elsewhere) as session:
            assert "The reverse proxy did not say who you are" in drawn(session.open("entries"))
    with Session(server.url, headers=HERS) as session:
        assert "lost card" in drawn(session.open("entries"))


def test_a_page_of_another_site_and_a_foreign_name_reach_nothing(server: Server) -> None:
    for origin in ("http://evil.net", "null", "http://127.0.0.1.evil.net"):
        with (
            pytest.raises((InvalidStatus, ConnectionClosed)),
            Session(server.url, headers=HERS, origin=origin) as session,
        ):
            session.open()
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)),
        Session(server.url, headers=HERS, host="evil.net", origin="http://evil.net") as session,
    ):
        session.open()
    form = httpx2.post(f"{server.url}/_stcore/upload_file/x/y", headers=HERS, data={"a": "b"})
    assert form.status_code >= 400


def test_a_reader_gets_nothing_out_of_what_an_admin_sees(
    server: Server, collection: Collection, entry: Entry
) -> None:
    with (
        Session(server.url, headers=HERS) as admin,
        Session(server.url, headers={HEADER: "rea"}) as reader,
        Session(server.url, headers={HEADER: "ed"}) as editor,
    ):
        seen = admin.open("settings").widgets
        box = seen["text_input", "Name of the collection"]
        for session in (reader, editor):
            for page in ("", "entries", "settings", "inbox"):
                session.open(page).set_id(box, string_value="Mine").run()
                for (kind, _), widget in seen.items():
                    if kind == "button":
                        session.set_id(widget, trigger_value=True)
                session.run()
        assert "secret text" not in drawn(reader.open("entries", "entries_status=Draft"))
        assert "secret text" not in drawn(reader.open("", f"entry={entry.id - 1}"))
        assert "This page is for those who edit" in drawn(reader.open("settings"))
    assert "collection_name" not in collection.store.state().settings
    assert collection.store.entries.page(EntryFilter()).total == 2


def test_what_is_no_message_ends_its_own_session_alone(server: Server, entry: Entry) -> None:
    with Session(server.url, headers={HEADER: "rea"}) as other:
        other.open("entries")
        for noise in (b"\xff" * 1000, b"", b"\x08" * 10_000_000):
            with Session(server.url, headers={HEADER: "rea"}) as session:
                session.open()
                with suppress(ConnectionClosed):
                    session.send(noise)
                    session.run()
        with socket.create_connection(("127.0.0.1", server.port)) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")  # and no more
            assert "lost card" in drawn(other.run())
    assert httpx2.get(f"{server.url}/_stcore/health").text == "ok"


def test_questions_are_text_to_every_search(server: Server, entry: Entry) -> None:
    with Session(server.url, headers={HEADER: "rea"}) as session:
        session.open()
        for query in (
            "'; DROP TABLE entry; --",
            'card" OR "1"="1',
            "NEAR(card lost) AND NOT lost*",
            "card\0lost",
            "card " * 20_000,
            "\u202e<script>alert(1)</script>",
        ):
            session.set("text_input", "Ask a question", string_value=query).run()
            assert "encountered an error" not in drawn(session)
        session.set("text_input", "Ask a question", string_value="lost card").run()
        assert "Call us." in drawn(session)


def test_paths_lead_nowhere_else(server: Server) -> None:
    for path in (
        *("/../.streamlit/config.toml", "/%2e%2e/requirements.txt", "/static/../../faq.db"),
        *("/media/../../etc/passwd", "/component/../x", "//etc/passwd", "/app/static/faq.db"),
    ):
        answer = httpx2.get(server.url + path)
        assert answer.status_code >= 400 or "<title>Streamlit</title>" in answer.text, path
        assert answer.headers["x-frame-options"] == "DENY"
