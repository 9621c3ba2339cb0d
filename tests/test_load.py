"""Twenty people at one server. Everybody is answered, quickly, whatever others do, and the server
does not grow.

`make load` runs it at length over 10,000 entries: ten minutes of a usual day, then with people who
mean harm, then a great deal of everything. `make test` runs each for a moment over few entries,
where only the answers are looked at: another test may have the processor.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import sleep

import httpx2
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

from embedding import Embedder
from faq.collection import Collection
from store import Content, open_store
from tests.browser.server import Server
from tests.people import People, add_topics, wait_for_answers
from tests.protocol import Session
from tests.tiny_models import make_model
from ui.notice import SWITCHED

pytestmark = pytest.mark.browser

AT_LENGTH = bool(os.environ.get("ASKWELL_LONG"))
ENTRIES = 10_000 if AT_LENGTH else 200
SECONDS = float(os.environ.get("ASKWELL_SECONDS", 600 if AT_LENGTH else 12))
QUESTIONS, EDITS = (10_000, 1_000) if AT_LENGTH else (40, 4)
ASKING, EDITING = (14, 6) if AT_LENGTH else (4, 1)  # sessions
ROWS = 300 if AT_LENGTH else 30  # of a file that is imported
TABS = 50
MOST_SECONDS, MOST_BESIDE_HARM, MOST_GROWTH = 0.5, 1.0, 1.05
EMBED, SWITCH = "Embed everything with it", "Answer with this model"


@pytest.fixture
def server(tmp_path: Path, model_cache: Path, real_embedder: Embedder) -> Iterator[Server]:
    started = Server(tmp_path, model_cache, settings={"FAQ_METRICS_TOKEN": "token"})
    with closing(open_store(started.database)) as store:
        collection = Collection(store, real_embedder, "grace")
        add_topics(collection)
        contents = [Content(f"Where is form {number}?", "Here.") for number in range(ENTRIES)]
        for start in range(0, ENTRIES, 1000):
            some = contents[start : start + 1000]
            collection.add_many(some, collection.embed([one.question for one in some]))
    started.start()
    try:
        wait_for_answers(started.url)
        yield started
        token = {"Authorization": "Bearer token"}
        counted = httpx2.get(f"{started.url}/metrics", headers=token).text
        assert "askwell_page_errors_total 0" in counted
        assert "askwell_sessions 0\n" in counted
        assert not started.failed
    finally:
        started.stop()


def test_twenty_people_notice_nothing_of_each_other(server: Server) -> None:
    people = People([server.url], asking=18, editing=2, pause=2.0)
    with working(people):
        sleep(SECONDS / 3)
        before = size(server)
        sleep(SECONDS * 2 / 3)
        after = size(server)
    p95 = told(people, before, after)
    assert people.saved
    if AT_LENGTH:
        assert p95 < MOST_SECONDS
        assert is_flat(before, after)


def test_whoever_means_harm_does_not_slow_the_others(server: Server) -> None:
    def paste(session: Session) -> None:
        session.set("text_input", "Ask a question", string_value="lost card " * 1000).run()

    def upload(session: Session) -> None:
        session.open("entries").click("Import")
        text = b"question,answer\n" + b"x,y\n" * ((50 if AT_LENGTH else 1) * 1_000_000)
        session.upload("file_uploader", "File", "large.csv", text)

    def open_tabs(session: Session) -> None:
        opened = [Session(server.url).open() for _ in range(TABS if AT_LENGTH else 5)]
        for one in opened:
            one.__exit__(None, None, None)

    people = People([server.url], asking=18, editing=2, pause=2.0)
    with working(people), harming(server, paste, upload, open_tabs):
        sleep(SECONDS / 2)
    p95 = told(people)
    if AT_LENGTH:
        assert p95 < MOST_BESIDE_HARM


def test_much_of_everything_leaves_the_server_as_it_was(server: Server, tmp_path: Path) -> None:
    people = People([server.url], asking=ASKING, editing=EDITING, pause=0.1)
    other = str(make_model(tmp_path, 16))
    with working(people), Session(server.url) as admin:
        import_rows(admin, "first")
        embed_and_switch(admin, other)
        wait(lambda: len(people.asked) > QUESTIONS / 3)
        switch(admin)  # back
        wait(lambda: len(people.asked) > QUESTIONS / 2)
        before = size(server)
        import_rows(admin, "second")
        import_rows(admin, "third")
        wait(lambda: len(people.asked) >= QUESTIONS and len(people.saved) >= EDITS)
        after = size(server)
    told(people, before, after)
    with Session(server.url) as session:
        wait(lambda: " imported " not in " ".join(session.open("entries").texts))
    with closing(open_store(server.database)) as store:
        info, changed = store.info(), 3 * ROWS + len(people.saved)
        assert info.entries >= ENTRIES + changed
        assert store.upkeep.check().problems == ()
    if AT_LENGTH:
        assert is_flat(before, after)


@contextmanager
def working(people: People) -> Iterator[None]:
    """Let people work; nothing may go wrong for them."""
    threads = people.threads()
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        people.stop.set()
        for thread in threads:
            thread.join()
    assert people.wrong == []
    assert all(SWITCHED in said.replace("\\", "") for said in people.refused), people.refused


@contextmanager
def harming(server: Server, *works: Callable[[Session], None]) -> Iterator[None]:
    """Do each of these again and again, in a session of its own."""
    stop, done = threading.Event(), [0] * len(works)

    def do(place: int) -> None:
        while not stop.is_set():
            with suppress(ConnectionClosed), Session(server.url) as session:
                session.open()
                while not stop.is_set():
                    works[place](session)
                    done[place] += 1

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert all(done), done


def import_rows(session: Session, name: str) -> None:
    """Paste a table, import it, and wait for the end."""
    rows = "".join(f"What is {name} {number}?\tThis.\n" for number in range(ROWS))
    session.open("entries").click("Import")
    session.change("text_area", "Text", string_value=f"Question\tAnswer\n{rows}")
    session.click("Import")
    wait(lambda: any(f"**{ROWS}** added" in text for text in session.open("entries").texts))


def embed_and_switch(session: Session, folder: str) -> None:
    """Embed everything with another model, and answer with it."""
    name = "A Hub name, or a folder on the machine that runs Askwell"
    session.open("settings", "tab=Model").set("text_input", name, string_value=folder).run()
    session.click(EMBED)
    switch(session)


def switch(session: Session) -> None:
    """Answer with the other model, once its vectors are there."""
    wait(lambda: ("button", SWITCH) in session.open("settings", "tab=Model").widgets)
    session.click(SWITCH)


def wait(until: Callable[[], bool]) -> None:
    for _ in range(60 * 20 if AT_LENGTH else 60 * 2):
        if until():
            return
        sleep(0.5)
    raise TimeoutError


def is_flat(before: tuple[int, int], after: tuple[int, int]) -> bool:
    return all(new <= old * MOST_GROWTH for old, new in zip(before, after, strict=True))


def told(people: People, *sizes: tuple[int, int]) -> float:
    """Print how it went, and return the p95 of the questions' times, in seconds."""
    times = [took for _, took in people.asked]
    p95 = float(np.percentile(times, 95))
    shown = ", then ".join(f"{memory / 1e6:,.0f} MB and {files} files" for memory, files in sizes)
    sys.stdout.write(
        f"\n{len(times):,} questions, p50 {np.median(times):.3f} s, p95 {p95:.3f} s; "
        f"{len(people.saved):,} entries saved; {shown}\n"
    )
    return p95


def size(server: Server) -> tuple[int, int]:
    """Return how much memory a server has, in bytes, and how many descriptors."""
    assert server.process is not None
    process = Path(f"/proc/{server.process.pid}")
    pages = int((process / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(list((process / "fd").iterdir()))
