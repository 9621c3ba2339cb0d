"""The Inbox, without a browser."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedding import EmbeddingError, Vectors
from faq import query_log
from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from faq.inbox.duplicates import SimilarEntries
from faq.inbox.suggestions import suggest
from faq.query_log import LogPolicy
from faq.search.threshold import keep
from store import Content, Entry, Status, Store
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import PATIENCE, OpenPage, as_read, choose, press, texts, told
from tests.pages.test_hostile_texts import TEXTS, check, everywhere
from ui import background, context
from ui.inbox import count, section, todo

pytestmark = pytest.mark.engines

Opened = Callable[[], AppTest]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page wait for what is looked for."""
    monkeypatch.setattr(background, "PATIENCE", PATIENCE)


@pytest.fixture
def opened(open_page: OpenPage) -> Opened:
    """Open the Inbox and wait for the model."""

    def look() -> AppTest:
        open_page("inbox")
        context.model_loading()._thread.join(PATIENCE)
        return open_page("inbox")

    return look


def ask(collection: Collection, *queries: str) -> None:
    for query in queries:
        collection.log(collection.search(query))


def items(app: AppTest) -> list[str]:
    """The bold first lines of what is on the list."""
    return [text.strip("*") for text in texts(app) if text.startswith("**")]


def test_an_empty_list_is_praised(opened: Opened, collection: Collection) -> None:
    collection.add(Content("lost card", "So."))
    ask(collection, "lost card")
    app = opened()
    assert [one.value for one in app.header] == ["All done"]


def test_an_empty_collection_is_told_what_will_come(opened: Opened) -> None:
    app = opened()
    assert [one.value for one in app.header] == ["Nothing here yet"]
    assert app.get("page_link")


def test_a_model_that_gets_ready_while_the_list_is_drawn_is_used(
    open_page: OpenPage,
    collection: Collection,
    embedder: WordCountEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collection.add(Content("lost card", "So."))
    ask(collection, "new login")
    draw, embedder.ready = todo._show_counts, False

    def draw_slowly(found: Any) -> None:
        embedder.ready = True
        draw(found)

    monkeypatch.setattr(todo, "_show_counts", draw_slowly)
    assert items(open_page("inbox")) == ["new login"]


def test_entries_without_an_answer_are_one_item(opened: Opened, collection: Collection) -> None:
    collection.add(Content("lost card", "So."))
    collection.add(Content("secret plan", status=Status.DRAFT))
    for question in ("price", "plan", "refund", "cancel", "login", "password", "new *card*"):
        collection.add(Content(question))
    app = opened()
    assert items(app) == ["7 entries have no answer yet"]
    assert {"7 missing answers", "and 2 more"} <= set(texts(app))
    app = press(app, "Write one now")
    assert app.text_input(key="entry_field_question").value == "new *card*"  # the newest
    app.text_area(key="entry_field_answer").set_value("Call us.")
    app = press(app, "Save")
    assert items(app) == ["6 entries have no answer yet"]
    app = press(app, "Dismiss")
    assert "All done" in texts(app)
    collection.add(Content("lost login"))
    assert items(opened()) == ["7 entries have no answer yet"]


def test_the_menu_says_how_much_waits(opened: Opened, collection: Collection) -> None:
    collection.add(Content("lost card", "So."))
    ask(collection, "price plan", "refund")
    app = press(opened(), "Dismiss")
    assert count.title("Inbox") == "Inbox 1"
    app = press(app, "Dismiss")
    assert count.title("Inbox") == "Inbox"


def test_what_waits_is_counted_without_a_visit(opened: Opened, collection: Collection) -> None:
    collection.add(Content("lost card"))
    collection.add(Content("card lost", "So."))
    ask(collection, "price plan")
    opened()
    counting = count.Count()
    counting._count(context.read(), "now")
    assert counting.number == 3


@pytest.fixture
def answered_now(collection: Collection) -> Entry:
    """An entry that answers a question that was asked in vain."""
    collection.add(Content("lost card", "So."))
    ask(collection, "price plan plan", "price plan plan", "plan price plan")
    return collection.add(Content("price *plan*", "Ten."))


def test_what_is_answered_by_now_is_confirmed(opened: Opened, answered_now: Entry) -> None:
    app = opened()
    assert [one.value for one in app.header] == ["Now answered  :gray-badge[1]"]
    assert "Now answered by “price *plan*”: right?" in texts(app)
    assert {"1 now answered", "Ten."} <= set(texts(app))
    assert any(line.startswith("Asked 3 times") for line in texts(app))
    app = press(app, "Yes")
    assert "All done" in texts(app)
    assert told(app) == "Confirmed the answer to “price plan plan”."
    app = press(app, "Undo")
    assert told(app) == "“price plan plan” is back."
    assert "Now answered by “price *plan*”: right?" in texts(app)


def test_what_is_answered_wrongly_is_unanswered_again(opened: Opened, answered_now: Entry) -> None:
    app = press(opened(), "No")
    assert [one.value for one in app.header] == ["Unanswered  :gray-badge[1]"]
    assert items(app) == ["price plan plan"]
    assert any(one.key.startswith("choose_") for one in app.button)  # the entries it may be
    app = press(app, "Write an entry")
    assert app.text_input(key="entry_field_question").value == "price plan plan"


def test_an_entry_that_answers_now_can_be_edited(opened: Opened, answered_now: Entry) -> None:
    app = press(opened(), "Edit")
    assert app.text_input(key="entry_field_question").value == "price *plan*"


def test_a_higher_threshold_takes_the_answer_back(
    opened: Opened, answered_now: Entry, collection: Collection
) -> None:
    assert any("right?" in line for line in texts(opened()))
    keep(collection.store, [replace(one, threshold=0.999) for one in calibrate(collection)])
    assert "Unanswered  :gray-badge[1]" in [one.value for one in opened().header]


def test_a_question_asked_in_vain_becomes_an_entry(
    opened: Opened, collection: Collection, store: Store
) -> None:
    collection.add(Content("lost card", "So."))
    ask(collection, "plan price", "price plan", "price plan")
    app = opened()
    assert items(app) == ["price plan"]
    assert "Asked 3 times, last on" in " ".join(texts(app))
    app = press(app, "Write an entry")
    assert app.text_input(key="entry_field_question").value == "price plan"
    assert app.text_area(key="entry_field_phrasings").value == "plan price"
    app.text_area(key="entry_field_answer").set_value("Ten.")
    app = press(app, "Save")
    assert "How this is answered now" in texts(app)
    assert "plan price → **price plan** :gray[very close]" in texts(app)
    assert "All done" in texts(app)
    assert store.info().entries == 2


def test_a_question_asked_in_vain_becomes_another_way_of_asking(
    opened: Opened, collection: Collection
) -> None:
    entry = collection.add(Content("lost card", "So."))
    ask(collection, "plan price", "price plan", "refund")
    app = press(opened(), "lost card  :gray[not sure]")
    assert items(app) == ["refund"]
    assert "price plan → **lost card** :gray[close]" in texts(app)
    learned = collection.get(entry.id)
    assert learned and learned.content.phrasings == ("plan price", "price plan")
    app = press(app, "Undo")
    assert items(app) == ["plan price", "refund"]
    learned = collection.get(entry.id)
    assert learned and learned.content.phrasings == ()


def test_another_entry_can_be_looked_for(opened: Opened, collection: Collection) -> None:
    for number, text in enumerate(("lost card", "new plan", "refund", "login password cancel")):
        collection.add(Content(text, f"{number}"))
    ask(collection, "price price price other")
    app = opened()
    labels = [button.label for button in app.button]
    assert not any(label.startswith("login") for label in labels)
    [look] = [field for field in app.text_input if field.key.startswith("look_")]
    app = look.set_value("password login cancel").run()
    app = press(app, "login password cancel  :gray[very close]")
    assert collection.search("price price other price").matches[0].entry.content.answer == "3"


def test_a_dismissed_question_stays_away_and_comes_back_by_undo(
    opened: Opened, collection: Collection
) -> None:
    collection.add(Content("lost card", "So."))
    ask(collection, "price plan")
    app = press(opened(), "Dismiss")
    assert items(app) == []
    assert "All done" in texts(app)
    ask(collection, "plan price")
    assert items(opened()) == []
    app = press(app, "Undo")
    assert items(app) == ["plan price"]


def test_long_lists_are_shown_in_parts(opened: Opened, collection: Collection) -> None:
    questions = ["card", "lost", "new", "plan", "price", "cancel", "refund"]
    ask(collection, *questions)
    app = opened()
    assert items(app) == questions[:1:-1]  # the newest first
    app = press(app, "Show more of 7")
    assert items(app) == questions[::-1]


def test_an_overdue_entry_is_still_correct(opened: Opened, collection: Collection) -> None:
    entry = collection.add(Content("lost card", "Call us.", review_by=date(2020, 1, 31)))
    app = opened()
    assert items(app) == ["lost card"]
    assert "Review by 31 January 2020" in texts(app)
    app = press(app, "Still correct")
    assert items(app) == []
    reviewed = collection.get(entry.id)
    assert reviewed and reviewed.content.review_by
    assert reviewed.content.review_by > date.today() + timedelta(days=170)
    app = press(app, "Undo")
    assert items(app) == ["lost card"]
    app = choose(app, "Needs no review")
    reviewed = collection.get(entry.id)
    assert reviewed and reviewed.content.review_by is None
    assert items(app) == []


def test_a_disliked_answer_is_put_right_and_done(opened: Opened, collection: Collection) -> None:
    collection.add(Content("lost card", "Shout."))
    logged = collection.log(collection.search("card lost"))
    assert logged is not None
    collection.store.log.rate(logged, -1)
    app = opened()
    assert items(app) == ["card lost"]
    assert "lost card — Shout." in texts(app)
    app = press(app, "Edit the entry")
    app.text_area(key="entry_field_answer").set_value("Call us.")
    app = press(app, "Save")
    assert "lost card — Call us." in texts(app)
    app = choose(app, "Done, until it is disliked again")
    assert items(app) == []
    assert "All done" in texts(app)


def test_two_entries_that_say_the_same_become_one(opened: Opened, collection: Collection) -> None:
    one = collection.add(Content("lost card", "Call us.", phrasings=("price",)))
    two = collection.add(Content("card lost", "Shout."))
    app = opened()
    assert items(app) == ["lost card", "card lost"]
    [button] = [
        b for b in app.button if b.key.startswith("merge_") and b.key.endswith(f"_{two.id}")
    ]
    app = button.click().run()
    assert app.text_area(key="entry_field_answer").value == "Shout.\n\nCall us."
    assert len(list(collection.all_entries())) == 2  # until it is saved
    app = press(app, "Save")
    assert items(app) == []
    [left] = collection.all_entries()
    assert (left.id, left.content.phrasings) == (two.id, ("lost card", "price"))
    app = press(app, "Undo")
    assert [entry.content for entry in collection.all_entries()] == [one.content, two.content]
    app = press(app, "Keep both")
    assert items(app) == []
    assert items(opened()) == []


def test_what_differs_by_a_number_is_marked(opened: Opened, collection: Collection) -> None:
    collection.add(Content("lost 5 card", "So."))
    collection.add(Content("lost 10 card", "So."))
    line = ":orange-badge[Similar, but not the same] They differ by a number: “5” / “10”"
    assert line in texts(opened())


def test_a_wording_from_the_log_is_taken_up(opened: Opened, collection: Collection) -> None:
    entry = collection.add(Content("lost card", "So.", phrasings=("card new",)))
    collection.add(Content("price plan", "So."))
    ask(collection, "lost")
    app = opened()
    assert items(app) == ["lost"]
    assert ":gray-badge[Neutral] no other question is answered differently" in texts(app)
    app = press(app, "Add this wording")
    assert items(app) == []
    learned = collection.get(entry.id)
    assert learned and learned.content.phrasings == ("card new", "lost")
    app = press(app, "Undo")
    assert items(app) == ["lost"]
    app = press(app, "Dismiss")
    assert items(opened()) == []


def test_what_a_reader_suggests_is_taken_up_or_dismissed(
    opened: Opened, collection: Collection, store: Store
) -> None:
    entry = collection.add(Content("lost card", "So.", phrasings=("card new",)))
    collection.add(Content("price plan", "So."))
    ask(collection, "lost")
    query_log.set_policy(store, LogPolicy(names=True))
    suggest(Collection(store, collection.embedder, "rea"), entry.id, "refund")
    app = opened()
    assert items(app) == ["refund", "lost"]
    [suggested] = store.log.suggestions(9)
    line = f"Suggested by rea on {suggested.at:%-d %B %Y} · should find “lost card”"
    assert line in texts(app)
    assert texts(app).count(":gray-badge[Neutral] no other question is answered differently") == 2

    app = press(app, "Add this wording")
    assert items(app) == ["lost"]
    learned = collection.get(entry.id)
    assert learned and learned.content.phrasings == ("card new", "refund")
    collection.edit(learned, replace(learned.content, phrasings=("card new",)))
    assert items(opened()) == ["lost"]  # it was answered, whatever became of the phrasing

    suggest(collection, entry.id, "cancel")
    app = press(opened(), "Dismiss")
    assert items(app) == ["lost"]
    assert store.log.suggestions(9) == []
    suggest(collection, entry.id, "Cancel")
    assert items(opened()) == ["lost"]
    app = press(app, "Undo")
    assert items(app) == ["cancel", "lost"]


def test_a_suggestion_that_was_taken_up_comes_back_by_undo(
    opened: Opened, collection: Collection, store: Store
) -> None:
    entry = collection.add(Content("lost card", "So."))
    suggest(collection, entry.id, "refund")
    app = press(opened(), "Add this wording")
    assert items(app) == []
    app = press(app, "Undo")
    assert items(app) == ["refund"]
    assert "Suggested by a reader on" in " ".join(texts(app))
    collection.remove([entry.id])
    assert items(opened()) == []


def test_hostile_text_is_text_in_every_section(
    opened: Opened, collection: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    query_log.set_policy(store, LogPolicy(names=True))
    for text in TEXTS.values():
        long_ago = replace(everywhere(text), review_by=date(2020, 1, 1))
        collection.add(long_ago)
        collection.add(replace(long_ago, key=None))
        ask(collection, f"{text} refund refund refund refund refund")
        suggest(Collection(store, collection.embedder, text), 1, f"lost {text} plan")
        logged = collection.log(collection.search(text))
        assert logged is not None
        collection.store.log.rate(logged, -1)
    monkeypatch.setattr(section, "AT_FIRST", 100)
    app = opened()
    check(app)
    assert len(items(app)) > 3 * len(TEXTS)
    assert sum(text.startswith("Suggested by") for text in texts(app)) == len(
        store.log.suggestions(100)
    )


def test_an_entry_saved_by_somebody_else_in_between_is_not_merged(
    opened: Opened, collection: Collection, store: Store
) -> None:
    one = collection.add(Content("lost card", "So."))
    two = collection.add(Content("card lost", "So."))
    app = opened()
    collection.edit(one, Content("lost card", "Call us."))
    app = app.button(key=f"merge_{pair_key(one, two)}_{two.id}").click().run()
    app = press(app, "Save")
    assert "saved this entry in the meantime" in app.session_state["drawer_outcome"]
    assert store.info().entries == 2


def pair_key(one: Entry, two: Entry) -> str:
    return SimilarEntries(one, two, 1.0, None).key


def test_what_could_not_be_looked_for_says_why(
    opened: Opened, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise EmbeddingError("The service is away. Try later.")

    ask(collection, "refund")
    monkeypatch.setattr(WordCountEmbedder, "encode_documents", break_down)
    monkeypatch.setattr(WordCountEmbedder, "encode_queries", break_down)
    app = opened()
    assert [as_read(error.value) for error in app.error] == ["The service is away. Try later."]
    assert "All done" not in texts(app)


def test_nothing_waits_for_what_is_looked_for_and_a_drawer_stays_open(
    opened: Opened, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.add(Content("lost card", "Call us.", review_by=date(2020, 1, 31)))
    ask(collection, "price plan")
    opened()
    collection.add(Content("refund", "So."))  # so that everything is looked for again
    go_on, watched = threading.Event(), list[object]()
    encode = WordCountEmbedder.encode_documents

    def slow(self: WordCountEmbedder, texts: Sequence[str]) -> Vectors:
        if threading.current_thread().name == background.THREAD:
            assert go_on.wait(PATIENCE)
        return encode(self, texts)

    monkeypatch.setattr(WordCountEmbedder, "encode_documents", slow)
    monkeypatch.setattr(background, "PATIENCE", 0.01)
    monkeypatch.setattr(todo, "watch", watched.append)
    app = opened()
    assert items(app) == ["price plan", "lost card"]  # what was found before stands
    seen = len(watched)
    assert seen
    app = press(app, "Edit")
    assert app.text_area(key="entry_field_answer").value == "Call us."
    assert len(watched) == seen  # nothing runs the page again, which would close the drawer
    go_on.set()
