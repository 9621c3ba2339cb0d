"""Pages run without a browser, over a real SQLite file and an embedder that counts words."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from faq import models
from faq.collection import Collection
from store import Job, Store, open_store
from tests.fakes import WordCountEmbedder
from tests.postgres import database as lent_database
from ui import context
from ui.inbox.count import Count
from ui.text import NOTHING

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"
PAGES = ("ask", "entries", "inbox", "quality", "speed", "explore", "settings")
PATIENCE = 60  # seconds

OpenPage = Callable[[str], AppTest]


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Let Streamlit look for components among the installed packages once, not for each page."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "faq.db"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked so over both engines."""
    if metafunc.definition.get_closest_marker("engines"):
        metafunc.parametrize("engine", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """What the collection is in: a file, unless a test is marked `engines`."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def location(database: Path, engine: str) -> Iterator[str]:
    """Where the collection is."""
    if engine == "sqlite":
        yield str(database)
        return
    with lent_database() as address:
        yield address


@pytest.fixture
def embedder() -> WordCountEmbedder:
    return WordCountEmbedder()


@pytest.fixture(autouse=True)
def installation(
    location: str, tmp_path: Path, embedder: WordCountEmbedder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Put the database and the embedder in place, and nothing else."""
    for name in ("FAQ_DATA_DIR", "FAQ_MODEL", "FAQ_OFFLINE", "FAQ_ROLE", "FAQ_ACCEPT_OPEN_NETWORK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FAQ_DATABASE", location)
    monkeypatch.setenv("FAQ_ACTOR", "ada")
    monkeypatch.setattr(models, "open_embedder", lambda *args, **kwargs: embedder)
    monkeypatch.setattr(context, "SECRETS", tmp_path / "secrets.toml")
    monkeypatch.setattr(Count, "keep_up", lambda *_: None)  # which reads when nobody expects it
    listen_on("127.0.0.1", monkeypatch)
    st.cache_resource.clear()
    yield
    wait_for_jobs()
    st.cache_resource.clear()


def wait_for_jobs() -> None:
    """Wait until the work that this test started has ended."""
    for thread in threading.enumerate():
        if thread.name.startswith("job "):
            thread.join(PATIENCE)
            assert not thread.is_alive()


def end_of(store: Store, kind: str) -> Job:
    """Return the last work of a kind, once it has ended."""
    wait_for_jobs()
    job = store.jobs.latest(kind)
    assert job is not None and job.state != "running"
    return job


def listen_on(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages believe that the server listens on `address`."""
    option = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda key: address if key == "server.address" else option(key)
    )


@pytest.fixture
def store(location: str) -> Iterator[Store]:
    """The collection, opened beside the app."""
    opened = open_store(location)
    yield opened
    opened.close()


@pytest.fixture
def collection(store: Store, embedder: WordCountEmbedder) -> Collection:
    return Collection(store, embedder, "grace")


@pytest.fixture
def open_page() -> OpenPage:
    """Open a page in a session of its own, as a link such as `settings?tab=Model` does: nothing
    ran before."""

    def opened(address: str) -> AppTest:
        name, _, query = address.partition("?")
        app = AppTest.from_file(ENTRY, default_timeout=PATIENCE)
        app.query_params.update(parse_qsl(query))
        return app.switch_page(f"pages/{name}.py").run()

    return opened


def texts(app: AppTest) -> list[str]:
    """Return what stands on the page outside fields: headings, sentences, labels, messages."""
    elements = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption]
    elements += [*app.error, *app.warning, *app.success]
    labels = [*app.button, *app.expander]
    written = [element.value for element in elements] + [element.label for element in labels]
    return [as_read(text) for text in written]


def told(app: AppTest) -> str:
    """Return the one message on what was done or refused: in the corner, or beside Undo."""
    said = [f":material/check: {as_read(toast.value)}" for toast in app.toast]
    [message] = [text for text in [*said, *texts(app)] if text.startswith(":material/check: ")]
    return message.partition(": ")[2]


def as_read(markdown: str) -> str:
    """Return what a reader sees of text that markdown was kept out of, marked words as others."""
    unmarked = re.sub(r":primary-background\[(\w+)\]", r"\1", markdown.replace(NOTHING, ""))
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", unmarked)


def error_of(app: AppTest) -> str:
    """Return the one message of an error that is shown."""
    assert not app.exception
    [error] = app.error
    return as_read(error.value)


def choose(app: AppTest, label: str) -> AppTest:
    """Choose what is called so in the first menu that offers it, and return the page then."""
    menu = next(one for one in app.menu_button if label in map(as_read, one.options))
    app = menu.click_index([as_read(option) for option in menu.options].index(label)).run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    """Click the first button of a label, and return the page as it is then."""
    app = next(one for one in app.button if as_read(one.label) == label).click().run()
    assert not app.exception
    return app
