"""When a query counts as asked."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

import pytest

from faq.collection import Collection, SearchResult
from store import LoggedQuery, State, Store, StoreUnavailable, open_store
from tests.fakes import WordCountEmbedder
from ui.ask import settling
from ui.ask.settling import Settling

PATIENCE = 20
NEVER = 3600.0
SOON = 0.05


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "faq.db")
    yield opened
    opened.close()


@pytest.fixture
def collection(store: Store) -> Collection:
    return Collection(store, WordCountEmbedder(), "ada")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settling]:
    """A query box whose pause never ends by itself."""
    monkeypatch.setattr(settling, "PAUSE_SECONDS", NEVER)
    made = Settling()
    yield made
    made.forget()


def queries(store: Store) -> list[str]:
    """Return the logged queries, oldest first."""
    return [query.text for query in reversed(store.log.page(100).queries)]


def wait_for(store: Store, count: int) -> list[str]:
    deadline = monotonic() + PATIENCE
    while len(queries(store)) < count and monotonic() < deadline:
        sleep(0.005)
    return queries(store)


def let_timers_end() -> None:
    """Wait until no pause is running any more."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(PATIENCE)
            assert not thread.is_alive()


def test_what_stays_for_the_pause_is_logged_once(
    box: Settling, collection: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "PAUSE_SECONDS", SOON)
    box.show(collection, collection.search("lost card"))
    assert wait_for(store, 1) == ["lost card"]
    box.show(collection, collection.search("lost card"))
    box.settle()
    let_timers_end()
    assert queries(store) == ["lost card"]


def test_a_prefix_typed_on_the_way_is_never_logged(
    box: Settling, collection: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("los", "lost", "lost c", "lost ca"):
        box.show(collection, collection.search(text))
    monkeypatch.setattr(settling, "PAUSE_SECONDS", SOON)
    box.show(collection, collection.search("lost card"))
    assert wait_for(store, 1) == ["lost card"]
    let_timers_end()
    assert queries(store) == ["lost card"]


def test_acting_on_an_answer_logs_at_once_and_once(
    box: Settling, collection: Collection, store: Store
) -> None:
    box.show(collection, collection.search("lost card"))
    first = box.settle()
    assert first is not None
    assert box.settle() == first
    [logged] = store.log.page(10).queries
    assert (logged.id, logged.text, logged.answered) == (first, "lost card", False)


def test_white_space_at_the_ends_makes_no_new_query(
    box: Settling, collection: Collection, store: Store
) -> None:
    box.show(collection, collection.search("lost card"))
    box.settle()
    box.show(collection, collection.search("lost card "))
    box.settle()
    assert queries(store) == ["lost card"]


def test_another_query_is_logged_too(box: Settling, collection: Collection, store: Store) -> None:
    for text in ("lost card", "new plan", "lost card"):
        box.show(collection, collection.search(text))
        box.settle()
    assert queries(store) == ["lost card", "new plan", "lost card"]


def test_an_emptied_box_is_not_logged(box: Settling, collection: Collection, store: Store) -> None:
    box.show(collection, collection.search("lost card"))
    box.forget()
    assert box.settle() is None
    let_timers_end()
    assert queries(store) == []


def test_nothing_was_asked_yet(box: Settling) -> None:
    assert box.settle() is None


class FullLog:
    """A log whose disk is full."""

    def add(self, query: LoggedQuery, delete_until: datetime | None = None) -> int:
        raise StoreUnavailable("The disk is full.")


class FullStore:
    """A store whose disk is full: only the log is asked of it."""

    read_only = ""
    log = FullLog()

    def state(self) -> State:
        return State({}, None, 0, "")


def test_a_log_that_cannot_be_written_disturbs_nobody(
    box: Settling, collection: Collection, caplog: pytest.LogCaptureFixture
) -> None:
    found: SearchResult = replace(collection.search("lost card"), answered=True)
    full = Collection(FullStore(), collection.embedder, "ada")  # type: ignore[arg-type]
    box.show(full, found)
    assert box.settle() is None
    assert "A query was not logged" in caplog.text
