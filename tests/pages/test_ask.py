"""Ask, without a browser."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from embedding import ModelUnavailable
from faq import models
from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from faq.evaluation.queries import LabelledQuery
from faq.search.threshold import choose, keep
from store import Content, Store
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import PATIENCE, OpenPage, as_read, error_of, press, texts, told
from ui import context

WAITING = "Getting the language model ready. This takes a few seconds after a start."

Ask = Callable[[str], AppTest]


@pytest.fixture
def ask(open_page: OpenPage) -> Ask:
    """Type a question on a page that was just opened."""

    def asked(query: str) -> AppTest:
        return open_page("ask").text_input(key="q").set_value(query).run()

    return asked


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def best_question(app: AppTest) -> str:
    """Return the question of the entry that answers."""
    return as_read(app.container(key="best").markdown[0].value).removeprefix("#### ")


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_an_empty_collection_offers_a_sample_and_ways_to_begin(open_page: OpenPage) -> None:
    app = open_page("ask")
    assert [one.value for one in app.header] == ["Nothing here yet"]
    assert labels(app) == ["Load the Medicare sample", "Add an entry"]
    assert [link.label for link in app.get("page_link")] == ["Import a file"]


@pytest.mark.parametrize("query", ["lo", "lost card"])
def test_an_empty_collection_offers_ways_to_begin_whatever_is_typed(
    query: str, ask: Ask, collection: Collection
) -> None:
    assert labels(ask(query)) == ["Load the Medicare sample", "Add an entry"]
    collection.remove([collection.add(Content("lost card")).id])
    assert labels(ask(query)) == ["Load the Medicare sample", "Add an entry"]


def test_the_sample_is_loaded_with_one_click_and_asked_the_published_question(
    open_page: OpenPage, store: Store
) -> None:
    app = open_page("ask")
    app.button[0].click().run()
    assert not app.exception
    assert store.info().entries == 13
    assert app.text_input(key="q").value == "How can Medicare help me?"
    assert app.get_by_key("best")


def test_a_question_is_answered_with_the_best_match(ask: Ask, collection: Collection) -> None:
    collection.add(Content("lost login", "Ask the desk."))
    collection.add(Content("lost card", "Call *us*.", category="Cards", source="Manual"))
    app = ask("card lost")
    assert not app.exception
    best = app.container(key="best")
    shown = [as_read(element.value) for element in best.markdown]
    assert shown[:3] == ["#### lost card", ":green-badge[very close]", "Call *us*."]
    assert as_read(best.caption[0].value).startswith("Cards · Manual · changed ")
    assert [as_read(other.label) for other in app.expander] == ["lost login  :gray-badge[not sure]"]
    assert captions(app)[-1].endswith(" ms to search")


def test_below_the_threshold_the_nearest_are_shown_and_an_entry_is_offered(
    ask: Ask, collection: Collection
) -> None:
    collection.add(Content("lost card"))
    app = ask("refund price plan")
    assert "**No close match.** Nearest entries:" in texts(app)
    assert [other.label for other in app.expander] == ["lost card"]
    assert "Add as an entry" in labels(app)
    with pytest.raises(KeyError):
        app.get_by_key("best")


def test_add_as_an_entry_opens_the_drawer_with_the_question(
    ask: Ask, collection: Collection
) -> None:
    collection.add(Content("lost card"))
    app = ask("  refund price plan ")
    next(button for button in app.button if button.label == "Add as an entry").click().run()
    assert not app.exception
    assert app.text_input(key="entry_field_question").value == "refund price plan"


def test_it_is_this_entry_teaches_it_the_question_and_can_be_undone(
    ask: Ask, collection: Collection, store: Store
) -> None:
    entry = collection.add(Content("lost card", "Call us."))
    collection.add(Content("login"))
    app = ask("refund price plan")
    app = app.button(key=f"same_{entry.id}").click().run()
    assert not app.exception
    assert app.container(key="best").markdown[1].value == ":blue-badge[close]"
    assert told(app) == "“refund price plan” now finds “lost card”."
    assert [query.text for query in store.log.page(9).queries] == ["refund price plan"]
    app = app.button(key="notice_undo").click().run()
    assert told(app) == "“lost card” is asked as before."
    [standing] = store.entries.get([entry.id])
    assert standing.content == entry.content
    assert "**No close match.** Nearest entries:" in texts(app)


@pytest.mark.parametrize("query", ["", "lo", "  lo  ", "   "])
def test_fewer_than_three_characters_search_nothing(
    query: str, ask: Ask, collection: Collection, embedder: WordCountEmbedder
) -> None:
    collection.add(Content("lost card"))
    embedder.ready = True
    app = ask(query)
    assert "Ask in your own words, for example" in captions(app)
    assert not app.expander
    assert not app.get("progress")


def test_a_mistyped_question_is_asked_as_meant_and_can_be_asked_as_typed(
    ask: Ask, collection: Collection, store: Store
) -> None:
    collection.add(Content("lost card"))
    collection.add(Content("refund"))
    app = ask("lsot card")
    assert ":primary-background[lost] card" in captions(app)[0]
    assert captions(app)[0].startswith("Also asked as: ")
    best = app.container(key="best")
    assert best.markdown[0].value == ("#### :primary-background[lost] :primary-background[card]")
    assert best.markdown[1].value == ":green-badge[very close]"
    app = app.button(key="as_typed_only").click().run()
    assert captions(app)[0] == "Asked only as it was typed."
    assert app.container(key="best").markdown[1].value != ":green-badge[very close]"
    app = app.button(key="as_corrected").click().run()
    assert captions(app)[0].startswith("Also asked as: ")
    app.button(key="as_typed_only").click().run()
    app = app.text_input(key="q").set_value("carrd").run()
    assert captions(app)[0].startswith("Also asked as: ")  # only that question was meant
    store.settings.write({"typing": "as typed"})
    assert not any("asked as" in line for line in captions(ask("lsot card")))


def test_why_says_in_which_form_an_entry_was_found(ask: Ask, collection: Collection) -> None:
    collection.add(Content("lost card"))
    app = ask("lsot card")
    app = press(app, "Why")
    assert any("Found as “lost card”. As you typed it, the score is 0." in t for t in captions(app))


def test_a_match_that_barely_answers_is_said_to_be_unsure(ask: Ask, collection: Collection) -> None:
    collection.add(Content("lost new"))
    [calibration, *_] = calibrate(collection, [LabelledQuery("lost", 1)])
    choose(collection.store, "cosine")
    keep(collection.store, [replace(calibration, ranking="cosine", threshold=0.49)])
    app = ask("lost plan")
    assert "**Closest entry, not sure it answers this.**" in texts(app)
    assert app.container(key="best").markdown[1].value == ":gray-badge[not sure]"


def test_a_question_that_is_longer_than_what_is_read_says_so(
    ask: Ask, collection: Collection
) -> None:
    collection.add(Content("lost card"))
    app = ask("price " * 2_000)
    said = "Only the first 10,000 characters of your question were read."
    assert said in captions(app)
    assert said not in captions(ask("price " * 1_000))


def test_an_example_is_asked_with_one_click(open_page: OpenPage, collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    app = open_page("ask")
    app.button(key=f"example_{entry.id}").click().run()
    assert app.text_input(key="q").value == "lost card"
    assert best_question(app) == "lost card"


def test_a_category_keeps_other_entries_out(ask: Ask, collection: Collection) -> None:
    collection.add(Content("lost card", category="Cards"))
    collection.add(Content("lost login", category="Access"))
    app = ask("lost card")
    assert app.selectbox(key="category").options == ["All categories", "Access", "Cards"]
    app.selectbox(key="category").select("Access").run()
    assert best_question(app) == "lost login"
    assert not app.expander


def test_as_many_entries_are_shown_as_wanted(ask: Ask, collection: Collection) -> None:
    for number in range(6):
        collection.add(Content(f"lost card {number}", category="Cards"))
    app = ask("lost card")
    assert len(app.expander) == 4
    app.selectbox(key="k").select(3).run()
    assert len(app.expander) == 2


def test_a_link_shows_its_entry(open_page: OpenPage, collection: Collection) -> None:
    entry = collection.add(Content("lost card", "Call us."))
    app = open_page("ask")
    app.query_params["entry"] = str(entry.id)
    app.run()
    assert app.container(key="linked").markdown[0].value == "#### lost card"


@pytest.mark.parametrize("wanted", ["99", "x", "-1", "1.5", "²", "9" * 30, "1 OR 1=1"])
def test_a_link_to_nothing_says_so(wanted: str, open_page: OpenPage) -> None:
    app = open_page("ask")
    app.query_params["entry"] = wanted
    app.run()
    assert not app.exception
    assert captions(app) == ["The entry that this link led to is not there any more."]


def test_a_changed_entry_is_shown_as_it_is_now(ask: Ask, collection: Collection) -> None:
    entry = collection.add(Content("lost card", "Old."))
    app = ask("lost card")
    collection.edit(entry, Content("lost card", "New."))
    app.run()
    assert app.container(key="best").markdown[2].value == "New."


def test_a_thumb_is_kept_with_the_query(ask: Ask, collection: Collection, store: Store) -> None:
    collection.add(Content("lost card"))
    app = ask("lost card")
    app.feedback[0].set_value(0).run()
    assert not app.exception
    [logged] = store.log.page(10).queries
    assert (logged.text, logged.thumb) == ("lost card", -1)
    app.feedback[0].set_value(1).run()
    assert [query.thumb for query in store.log.page(10).queries] == [1]


def test_a_thumb_down_is_thanked_and_asked_what_was_missing(
    ask: Ask, collection: Collection, store: Store
) -> None:
    collection.add(Content("lost card"))
    app = ask("lost card")
    app.feedback[0].set_value(0).run()
    [asked] = [field for field in app.text_input if field.label == "Thank you. What was missing?"]
    asked.set_value("The *number*").run()
    assert not app.exception
    assert "Thank you. Whoever edits the collection sees it." in captions(app)
    [logged] = store.log.page(10).queries
    assert (logged.thumb, logged.missing) == (-1, "The *number*")
    app.feedback[0].set_value(1).run()
    [logged] = store.log.page(10).queries
    assert (logged.thumb, logged.missing) == (1, "")


class SlowEmbedder(WordCountEmbedder):
    """Is loaded when `loaded` is set; until then whoever needs it waits."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded = threading.Event()

    @property
    def ready(self) -> bool:
        return self.loaded.is_set()

    @ready.setter
    def ready(self, value: bool) -> None:
        pass

    def load(self) -> None:
        assert self.loaded.wait(PATIENCE)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowEmbedder]:
    embedder = SlowEmbedder()
    monkeypatch.setattr(models, "open_embedder", lambda *args, **kwargs: embedder)
    yield embedder
    embedder.loaded.set()


def test_the_wait_for_the_model_is_explained_and_ends(
    ask: Ask, collection: Collection, slow: SlowEmbedder
) -> None:
    collection.add(Content("lost card"))
    app = ask("lost card")
    assert not app.exception
    assert WAITING in captions(app)
    assert not app.expander
    slow.loaded.set()
    app.run()
    assert WAITING not in captions(app)
    assert best_question(app) == "lost card"


def test_what_needs_no_model_does_not_wait_for_it(
    open_page: OpenPage, collection: Collection, slow: SlowEmbedder
) -> None:
    collection.add(Content("lost card"))
    assert "lost card" in labels(open_page("ask"))
    assert WAITING not in captions(open_page("ask"))
    assert WAITING in captions(open_page("settings?tab=Model"))
    assert "Another model" in texts(open_page("settings?tab=Model"))


class MissingEmbedder(WordCountEmbedder):
    """Cannot be loaded while `missing`."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.ready = False
        self.reason: Exception | None = reason

    def load(self) -> None:
        if self.reason:
            raise self.reason
        self.ready = True


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            ModelUnavailable("The model is not here. Install it."),
            "The model is not here. Install it.",
        ),
        (ValueError("odd file"), "The model could not be loaded: odd file"),
    ],
)
def test_a_model_that_cannot_load_says_why_and_is_tried_again(
    reason: Exception,
    sentence: str,
    ask: Ask,
    collection: Collection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collection.add(Content("lost card"))
    missing = MissingEmbedder(reason)
    monkeypatch.setattr(models, "open_embedder", lambda *args, **kwargs: missing)
    app = ask("lost card")
    context.model_loading()._thread.join(PATIENCE)
    app.run()
    assert error_of(app) == sentence
    missing.reason = None
    app.button(key="model_again").click().run()
    context.model_loading()._thread.join(PATIENCE)
    app.run()
    assert not app.error
    assert best_question(app) == "lost card"


def test_a_collection_of_another_model_says_what_to_do(
    ask: Ask, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    Collection(store, WordCountEmbedder("another"), "ada").add(Content("lost card"))
    app = ask("lost card")
    context.model_loading()._thread.join(PATIENCE)
    app.run()
    assert error_of(app).endswith("or embed the collection with another model in Settings.")
    assert app.markdown[0].value.startswith("**Only words are compared**")
    assert [as_read(expander.label) for expander in app.expander] == ["lost card"]


def test_the_words_that_the_question_shares_are_marked(ask: Ask, collection: Collection) -> None:
    collection.add(Content("Is my card lost?", "Call us: the *Card* desk finds `card` numbers."))
    best = ask("the lost CARD").container(key="best")
    mark = ":primary-background[{}]"
    assert best.markdown[0].value == "#### Is my " + mark.format("card") + " " + mark.format(
        r"lost\?"
    )


def test_which_words_carried_it_is_worked_out_once_it_is_asked_for(
    ask: Ask, collection: Collection, embedder: WordCountEmbedder
) -> None:
    collection.add(Content("lost card"))
    app = ask("lost card please")
    assert not app.get("vega_lite_chart")
    embedder.encoded.clear()
    app = press(app, "Why")
    assert embedder.encoded == ["lost card please", " card please", "lost  please", "lost card "]
    assert len(app.get("vega_lite_chart")) == 1
    assert any(line.startswith("**Score 0.") for line in texts(app))
    assert "has 2 of your 3 telling words" in " ".join(texts(app))
    press(app, "Why")
    assert not app.get("vega_lite_chart")


def test_the_order_is_the_collection_s_and_can_be_changed_for_a_session(
    ask: Ask, collection: Collection, open_page: OpenPage
) -> None:
    collection.add(Content("lost card", "Call.", phrasings=("card gone",)))
    collection.add(Content("card new", "The lost card is a new card."))
    app = ask("lost card")
    own = app.selectbox(key="order_balanced")
    assert own.options == ["By meaning and words", "By meaning alone"]
    assert own.value == "balanced"
    own.select("cosine").run()
    assert app.container(key="best").markdown[1].value == ":green-badge[very close]"
    assert open_page("ask").selectbox(key="order_balanced").value == "balanced"
