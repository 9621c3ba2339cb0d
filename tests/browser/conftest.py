"""One server and one browser for all tests, a fresh collection and a watched page for each."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import apsw
import pytest
from playwright.sync_api import (
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)

from embedding import Embedder
from faq.collection import Collection
from setup import chromium
from store import open_store
from tests.browser.screens import wait_for_model
from tests.browser.server import Server

ARGUMENTS = (
    "--no-sandbox",  # tests may run as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A deep link makes the browser ask there first; Streamlit then finds its server itself.
PLACES = "entries|inbox|quality|speed|explore|settings"
ASKED_IN_VAIN = re.compile(rf"/({PLACES})/_stcore/(health|host-config)")

expect.set_options(timeout=30_000)

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    path = chromium.find(Path(sys.executable))
    assert path, "There is no Chromium. Run install.py --dev, or set ASKWELL_CHROMIUM to one."
    return path


@pytest.fixture(scope="session")
def browser_of(
    tmp_path_factory: pytest.TempPathFactory, playwright: Playwright, chromium_path: Path
) -> Iterator[Callable[[Server], BrowserContext]]:
    """Give the browser of a server. It keeps what it read of Streamlit's scripts, as a person's
    does: then a page is there in two thirds of the time."""
    started: dict[str, BrowserContext] = {}

    def of(server: Server) -> BrowserContext:
        if server.url not in started:
            started[server.url] = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("browser"),
                executable_path=chromium_path,
                args=ARGUMENTS,
                base_url=server.url,
                permissions=["clipboard-read", "clipboard-write"],
            )
        return started[server.url]

    yield of
    for browser in started.values():
        browser.close()


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory,
    browser_of: Callable[[Server], BrowserContext],
    model_cache: Path,
) -> Iterator[Server]:
    """A server whose model is loaded."""
    server = Server(tmp_path_factory.mktemp("server"), model_cache)
    server.start()
    try:
        page = browser_of(server).new_page()
        page.goto(f"{server.url}/settings?tab=Model")
        wait_for_model(page)
        page.close()
        yield server
        assert server.peers <= {"127.0.0.1", "0.0.0.0", "::", "::1"}
    finally:
        server.stop()
    assert set(server.asked_for) <= {"127.0.0.1", "localhost", "::1"}
    assert not list(server.home.iterdir())
    assert not server.failed, server.log


@pytest.fixture(scope="session")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without anything in it."""
    path = tmp_path_factory.mktemp("nothing") / "faq.db"
    open_store(path).close()
    return path


@pytest.fixture
def server(running: Server, nothing: Path) -> Server:
    """The server, over a collection that is empty again."""
    with (
        closing(apsw.Connection(str(nothing))) as empty,
        closing(apsw.Connection(str(running.database))) as used,
    ):
        used.set_busy_timeout(10_000)
        with used.backup("main", empty, "main") as copying:
            while not copying.done:
                copying.step(-1)
    return running


@pytest.fixture
def collection(server: Server, real_embedder: Embedder) -> Iterator[Collection]:
    """The server's collection, in the hands of somebody beside the browser."""
    store = open_store(server.database)
    yield Collection(store, real_embedder, "grace")
    store.close()


@pytest.fixture
def new_page(
    browser_of: Callable[[Server], BrowserContext],
) -> Iterator[Callable[..., Page]]:
    """Give pages in sessions of their own; whatever goes wrong on one fails the test. What a
    browser keeps of a site is gone after the test."""
    problems: list[str] = []
    pages: list[tuple[Server, Page]] = []

    def made(server: Server, viewport: ViewportSize | None = None) -> Page:
        page = browser_of(server).new_page()
        pages.append((server, page))
        page.set_viewport_size(viewport or {"width": 1280, "height": 900})

        def look_at(url: str) -> None:
            parts = urlsplit(url)
            if parts.scheme not in ("data", "blob") and parts.netloc != f"127.0.0.1:{server.port}":
                problems.append(f"asked for {url}")

        def read(message: Any) -> None:
            path = urlsplit(message.location["url"]).path
            if message.type == "error" and not ASKED_IN_VAIN.fullmatch(path):
                problems.append(f"console: {message.text} {message.location['url']}")

        def refuse(dialog: Any) -> None:
            problems.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("request", lambda request: look_at(request.url))
        page.on("websocket", lambda socket: look_at(socket.url))
        page.on("console", read)
        page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        page.on("dialog", refuse)
        return page

    yield made
    for server, page in pages:
        session = page.context.new_cdp_session(page)
        kept = {"origin": server.url, "storageTypes": "cookies,local_storage"}
        session.send("Storage.clearDataForOrigin", kept)
        page.close()
    assert not problems


@pytest.fixture
def visit(new_page: Callable[..., Page], server: Server) -> Visit:
    """Open an address of the server in a session of its own."""

    def visited(address: str = "/", viewport: ViewportSize | None = None) -> Page:
        page = new_page(server, viewport)
        page.goto(address)
        return page

    return visited
