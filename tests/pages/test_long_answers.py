"""Long answers of an older collection are read to their end while people work, and Ask shows the
passage that matched."""

from pathlib import Path

import pytest

from embedding import EmbeddingError, Vectors
from faq.collection import Collection
from faq.jobs import PASSAGES
from store import Content, Store, open_store
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import OpenPage, as_read, texts, wait_for_jobs
from tests.store.old_files import put_old

SAID = "An older Askwell read long answers only at their beginning."


@pytest.fixture
def old(database: Path) -> Store:
    """A collection with two long answers, as an older Askwell wrote it."""
    store = open_store(put_old(8, database))
    thresholds = [name for name in store.state().settings if name.startswith("threshold")]
    store.settings.write(dict.fromkeys(thresholds))  # they are not of this collection
    return store


def missing(store: Store) -> int:
    return store.vectors.sets()[0].missing


def test_long_answers_are_read_once_the_server_runs(open_page: OpenPage, old: Store) -> None:
    passages = missing(old)
    assert passages > 4
    open_page("ask")
    wait_for_jobs()
    assert missing(old) == 0
    job = old.jobs.latest(PASSAGES)
    assert job is not None
    assert (job.state, job.result) == ("done", f"Missing vectors embedded: {passages}.")
    assert not open_page("settings?tab=Model").exception
    wait_for_jobs()
    assert old.jobs.latest(PASSAGES) == job


def test_nothing_is_done_where_there_is_nothing_to_read(
    open_page: OpenPage, collection: Collection
) -> None:
    collection.add(Content("lost card", "Call us. " * 200))
    app = open_page("settings?tab=Model")
    wait_for_jobs()
    assert collection.store.jobs.latest(PASSAGES) is None
    assert SAID not in texts(app)


def test_a_reader_s_server_writes_nothing(
    open_page: OpenPage, old: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_ROLE", "reader")
    open_page("ask")
    wait_for_jobs()
    assert missing(old) > 0


def test_what_was_stopped_can_be_started_again(
    open_page: OpenPage, old: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(self: WordCountEmbedder, texts: object) -> Vectors:
        raise EmbeddingError("No model is to be had.")

    with monkeypatch.context() as patch:
        patch.setattr(WordCountEmbedder, "encode_documents", unavailable)
        app = open_page("settings?tab=Model")
        wait_for_jobs()
        app.run()
    assert not app.exception
    assert missing(old) > 0
    assert SAID in texts(app)
    app.button(key="read_answers").click().run()
    wait_for_jobs()
    app.run()
    assert missing(old) == 0
    assert SAID not in texts(app)


@pytest.mark.parametrize("place", [0, 1], ids=["the best match", "another match"])
def test_ask_shows_the_passage_that_matched_and_the_whole_answer_on_demand(
    open_page: OpenPage, collection: Collection, place: int
) -> None:
    rest = "The new plan has a new price. " * 60
    long = f"{rest}Cancel *the card*.\n\n- refund\n\n{rest}"
    entry = collection.add(Content("password", long))
    if place:
        collection.add(Content("password password cancel"))
    app = open_page("ask")
    app.session_state[f"match_{entry.id}"] = True  # opened
    app.text_input(key="q").set_value("password password cancel").run()
    assert not app.exception
    shown = app.expander(key=f"match_{entry.id}") if place else app.container(key="best")
    assert [one.value for one in shown.caption if one.value == "From the answer:"]
    [passage] = [one.value for one in shown.markdown if "the card" in one.value]
    assert "*the card*.\n\n- refund\n\nThe new" in as_read(passage)
    assert as_read(passage) in long
    assert len(passage) < len(rest)
    [whole] = shown.expander
    assert (whole.label, len(whole.markdown)) == ("Whole answer", 0)
    app.session_state[f"whole_{entry.id}"] = True
    app.run()
    [answer] = app.expander(key=f"whole_{entry.id}").markdown
    assert as_read(answer.value) == long.strip()


def test_a_passage_from_the_middle_of_code_is_code(
    open_page: OpenPage, collection: Collection
) -> None:
    code = "login price price plan\n" * 120
    collection.add(Content("password", f"Run this:\n\n```\n{code}cancel refund\n```\n\nThen wait."))
    app = open_page("ask").text_input(key="q").set_value("password password refund cancel").run()
    [passage] = [one.value for one in app.container(key="best").markdown if "cancel" in one.value]
    assert passage.startswith("```\nlogin price")
    assert passage.endswith("```\n\nThen wait.")


def test_an_answer_of_a_screen_is_shown_whole_whichever_passage_matched(
    open_page: OpenPage, collection: Collection
) -> None:
    answer = f"{'The new plan has a new price. ' * 60}Cancel the card."
    entry = collection.add(Content("password", answer))
    assert len(entry.content.answer_texts) > 1
    app = open_page("ask").text_input(key="q").set_value("password password cancel").run()
    shown = [as_read(one.value) for one in app.container(key="best").markdown]
    assert answer in shown


def test_a_short_answer_is_shown_as_it_is(open_page: OpenPage, collection: Collection) -> None:
    collection.add(Content("lost card", "Call us."))
    app = open_page("ask").text_input(key="q").set_value("lost card").run()
    best = app.container(key="best")
    assert as_read(best.markdown[2].value) == "Call us."
    assert not best.expander
