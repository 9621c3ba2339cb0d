"""How often screens go to the database: what a run needs is read once."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from store import Content
from store.sqlite.database import SQLiteDatabase
from tests.pages.conftest import PAGES, PATIENCE, OpenPage
from tests.pages.test_entries import press
from ui import background, context
from ui.ask import settling

MOST = {"inbox": 10, "quality": 9, "settings?tab=Data": 9}  # where a page needs more than `USUAL`
USUAL = 7
TABS = [f"settings?tab={name}" for name in ("Model", "Data")]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch, collection: Collection) -> Iterator[Counter[str]]:
    """Count the transactions that are begun, over a collection of two entries."""
    collection.add(Content("lost card", "Call us.", category="Cards"))
    collection.add(Content("new plan"))
    calibrate(collection)  # or the first page would
    counts: Counter[str] = Counter()

    def count(kind: str) -> None:
        real = getattr(SQLiteDatabase, kind)

        def begin(self: SQLiteDatabase) -> AbstractContextManager[Any]:
            counts[kind] += 1
            begun: AbstractContextManager[Any] = real(self)
            return begun

        monkeypatch.setattr(SQLiteDatabase, kind, begin)

    count("reading")
    count("writing")
    monkeypatch.setattr(settling, "PAUSE_SECONDS", 3600.0)  # no question is logged now
    monkeypatch.setattr(background, "PATIENCE", PATIENCE)
    yield counts
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


def test_a_question_reads_at_most_six_times(begun: Counter[str], open_page: OpenPage) -> None:
    app = open_page("ask")
    app.text_input(key="q").set_value("new plan").run()
    begun.clear()
    app.text_input(key="q").set_value("lost card").run()
    assert app.get_by_key("best")
    assert 0 < begun["reading"] <= 6
    assert begun["writing"] == 0


def test_a_question_that_is_shown_again_is_not_searched_again(
    begun: Counter[str], open_page: OpenPage
) -> None:
    app = open_page("ask")
    app.text_input(key="q").set_value("lost card").run()
    begun.clear()
    app.run()
    assert app.get_by_key("best")
    assert 0 < begun["reading"] <= 3


def test_a_save_writes_once(begun: Counter[str], open_page: OpenPage) -> None:
    app = press(open_page("entries"), "Add an entry")
    app.text_input(key="entry_field_question").set_value("lost login")
    begun.clear()
    app.button(key="drawer_save").click().run()
    assert begun["writing"] == 1
    app = open_page("ask")
    app.text_input(key="q").set_value("lost login").run()
    next(button for button in app.button if button.label == "Edit").click().run()
    app.text_area(key="entry_field_answer").set_value("Ask the desk.")
    begun.clear()
    app.button(key="drawer_save").click().run()
    assert begun["writing"] == 1


@pytest.mark.parametrize("name", [*PAGES, *TABS])
def test_no_page_reads_more_than_it_needs(
    name: str, begun: Counter[str], open_page: OpenPage
) -> None:
    open_page(name)
    context.model_loading()._thread.join(PATIENCE)
    begun.clear()
    open_page(name)
    assert 0 < begun["reading"] <= MOST.get(name, USUAL)
