"""The drawer: an entry's tests, what saving would change, and what each way of asking won."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from embedding import EmbeddingError
from faq.collection import Collection
from faq.editing import unsaved
from faq.editing.unsaved import Unsaved
from faq.evaluation.replay import Rehearsal
from faq.search.threshold import choose
from store import Content, Entry, Status, Store
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import PATIENCE, OpenPage, texts
from tests.pages.test_entries import press
from tests.pages.test_hostile_texts import TEXTS, check, everywhere
from ui import background, context
from ui.entry import questions

HEADING = "**What changes when you save**"

Edit = Callable[[Entry | None, Content], AppTest]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the drawer wait for what is worked out."""
    monkeypatch.setattr(questions, "PATIENCE", PATIENCE)


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """Leave no work behind."""
    yield
    for thread in threading.enumerate():
        if thread.name == background.THREAD:
            thread.join(PATIENCE)


@pytest.fixture
def collection(collection: Collection) -> Collection:
    choose(collection.store, "cosine")
    return collection


@pytest.fixture
def edit(open_page: OpenPage, collection: Collection) -> Edit:
    """Open the drawer with something written in it."""

    def opened(entry: Entry | None, written: Content) -> AppTest:
        app = open_page("entries")
        context.model_loading()._thread.join(PATIENCE)
        entry_id, version = (entry.id, entry.version) if entry else (None, 0)
        unsaved.keep(collection, Unsaved("ada", written, entry_id, version))
        return press(app.run(), "Go on writing")

    return opened


def ask(collection: Collection, *queries: str) -> None:
    for query in queries:
        collection.log(collection.search(query))


def changes(app: AppTest) -> list[str]:
    """The lines of what would change."""
    shown = texts(app)
    if HEADING not in shown:
        return []
    lists = [text for text in shown if text.startswith("- ")]
    return [line.removeprefix("- ") for text in lists for line in text.splitlines()]


def lines(app: AppTest) -> list[str]:
    """Every line of the screen."""
    return [line.strip() for text in texts(app) for line in text.splitlines()]


def test_tests_are_written_and_read_in_the_drawer(
    edit: Edit, collection: Collection, store: Store
) -> None:
    entry = collection.add(Content("lost card", must_find=("card lost",)))
    app = edit(entry, entry.content)
    assert app.text_area(key="entry_field_must_find").value == "card lost"
    app.text_area(key="entry_field_must_find").set_value("card lost\n\n gone \n")
    app.text_area(key="entry_field_must_not_find").set_value("new card")
    app.button(key="drawer_save").click().run()
    [saved] = store.entries.get([entry.id])
    assert (saved.content.must_find, saved.content.must_not_find) == (
        ("card lost", "gone"),
        ("new card",),
    )


def test_a_contradiction_is_told_when_it_is_saved(
    edit: Edit, collection: Collection, store: Store
) -> None:
    entry = collection.add(Content("lost card"))
    app = edit(entry, replace(entry.content, must_find=("gone",), must_not_find=("Gone",)))
    assert changes(app) == []
    app.button(key="drawer_save").click().run()
    assert app.session_state["drawer_outcome"].startswith("The query 'Gone' is in both lists")
    assert store.entries.get([entry.id]) == [entry]


def test_each_test_tells_whether_it_passes_with_what_is_written(
    edit: Edit, collection: Collection
) -> None:
    entry = collection.add(
        Content("lost card", must_find=("lost", "login"), must_not_find=("new",))
    )
    passes, fails = ":green[:material/check:]", ":orange[:material/close:]"
    shown = lines(edit(entry, entry.content))
    assert f"{passes} “lost” must find it: passes" in shown
    assert f"{fails} “login” must find it: fails" in shown
    assert f"{passes} “new” must not find it: passes" in shown
    assert not any("of this entry would fail" in line for line in shown)  # nothing is to be saved
    shown = lines(edit(entry, replace(entry.content, phrasings=("login", "new"))))
    assert f"{passes} “login” must find it: passes" in shown
    assert f"{fails} “new” must not find it: fails" in shown
    assert "1 of 3 tests of this entry would fail" in shown
    hidden = texts(edit(entry, replace(entry.content, status=Status.DRAFT)))
    assert "Tests are tried once the entry is published." in hidden


def test_the_answers_that_would_change_are_told_in_words(
    edit: Edit, collection: Collection
) -> None:
    plan = collection.add(Content("new plan", must_find=("plan",)))
    card = collection.add(Content("lost card", phrasings=("refund",)))
    ask(collection, "plan", "login", "refund", "card")
    written = replace(card.content, phrasings=("plan", "login"))
    assert changes(edit(card, written)) == [
        ":orange-badge[Fails a test] “plan” would be answered by this entry instead of “new plan”; "
        "it must find “new plan”",
        "“refund” would no longer be answered",
        "“login” would be answered by this entry; nothing answers it now",
    ]
    assert changes(edit(plan, Content("plan price"))) == []
    app = edit(None, Content("login"))
    assert changes(app) == ["“login” would be answered by this entry; nothing answers it now"]
    app.button(key="drawer_save").click().run()
    assert not app.exception
    assert collection.search("login").answered


def test_where_nothing_changes_a_caption_says_so_and_nothing_else(
    edit: Edit, collection: Collection
) -> None:
    entry = collection.add(Content("lost card"))
    quiet = "No answer changes"
    assert quiet not in texts(edit(entry, replace(entry.content, answer="Call us.")))
    ask(collection, "card lost")
    app = edit(entry, replace(entry.content, answer="Call us."))
    assert quiet in texts(app)
    assert changes(app) == []
    assert quiet not in texts(edit(entry, entry.content))
    assert quiet not in texts(edit(None, Content("")))


def test_many_changes_are_folded_away(edit: Edit, collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    ask(collection, *("login " * times for times in range(1, 11)))
    app = edit(entry, replace(entry.content, phrasings=("login",)))
    [folded] = [one for one in app.expander if one.label == "4 more"]
    assert len(changes(app)) == 10
    assert len(folded.markdown[0].value.splitlines()) == 4


def test_saving_waits_for_no_replay(
    edit: Edit, collection: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = collection.add(Content("lost card", must_find=("lost",)))
    ask(collection, "card")
    started, goes_on = threading.Event(), threading.Event()
    real = Rehearsal.replay

    def slow(self: Rehearsal, *arguments: Any) -> object:
        started.set()
        assert goes_on.wait(PATIENCE)
        return real(self, *arguments)

    monkeypatch.setattr(Rehearsal, "replay", slow)
    monkeypatch.setattr(questions, "PATIENCE", 0.01)
    app = edit(entry, replace(entry.content, answer="Call us."))
    assert started.is_set()
    shown = texts(app)
    assert "Checking which answers change" in shown
    assert "No answer changes" not in shown
    app.button(key="drawer_save").click().run()
    assert not goes_on.is_set()
    assert not app.exception
    assert store.entries.get([entry.id])[0].content.answer == "Call us."
    goes_on.set()


def test_what_cannot_be_worked_out_keeps_nobody_from_saving(
    edit: Edit, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = collection.add(Content("lost card"))

    def broken(*arguments: object) -> object:
        raise EmbeddingError("The model is *gone*.")

    monkeypatch.setattr(Rehearsal, "replay", broken)
    app = edit(entry, replace(entry.content, answer="Call us."))
    assert "The model is *gone*." in texts(app)
    assert not app.error
    assert app.button(key="drawer_save")


def test_each_way_of_asking_tells_which_questions_it_won(
    edit: Edit,
    collection: Collection,
    embedder: WordCountEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = collection.add(Content("lost card", phrasings=("card login", "lost refund")))
    ask(collection, "card lost", "lost card", "card lost", "login card", "new plan")
    embedder.encoded.clear()
    app = edit(entry, entry.content)
    assert not any("matched best" in text for text in texts(app))
    # Nothing is worked out before it is opened; its own question is compared with other entries.
    assert embedder.encoded in ([], ["lost card"])
    expander = st.expander  # which no test can open
    monkeypatch.setattr(st, "expander", lambda label, **how: expander(label, expanded=True, **how))
    shown = texts(edit(entry, entry.content))
    assert "**lost card** matched best in 3 of the last 5 questions" in shown
    assert "card lost (2 times); lost card" in shown
    assert "**card login** matched best in 1 of the last 5 questions" in shown
    assert "Best in none of the last 5 questions: lost refund" in shown


def test_a_copy_takes_no_tests_along(edit: Edit, collection: Collection) -> None:
    entry = collection.add(Content("lost card", must_find=("gone",), must_not_find=("new",)))
    app = edit(entry, entry.content)
    app.button(key="drawer_duplicate").click().run()
    assert app.session_state["entry_field_question"] == "lost card"
    assert app.session_state["entry_field_must_find"] == ""
    assert app.session_state["entry_field_must_not_find"] == ""


def test_whatever_people_ask_is_text_in_the_drawer(edit: Edit, collection: Collection) -> None:
    every = tuple(" ".join(text.split()) for text in TEXTS.values())
    entry = collection.add(Content("new plan", phrasings=every, must_find=every))
    other = collection.add(everywhere(TEXTS["table"]))
    ask(collection, *every)
    app = edit(entry, replace(entry.content, phrasings=()))
    check(app)
    assert len(changes(app)) > len(every) / 2
    check(edit(other, replace(other.content, phrasings=("price",))))
