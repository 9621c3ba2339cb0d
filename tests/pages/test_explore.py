"""Explore, without a browser."""

import json
import threading
from functools import cached_property
from time import monotonic
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedding import Vectors
from embedding.projection import Neighbourhoods, Positions
from faq.collection import Collection
from faq.explore import collection_map
from store import Content
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import ENTRY, PATIENCE, OpenPage, as_read, press, texts
from ui.explore import collection_map as screen
from ui.similarity import rounded

WAITING = "Getting the language model ready. This takes a few seconds after a start."


def open_tab(open_page: OpenPage, name: str) -> AppTest:
    app = open_page("explore")
    app.query_params["explore"] = name
    app.run()
    assert not app.exception
    return app


def figures(app: AppTest) -> list[tuple[str, str]]:
    assert not app.exception
    return [(as_read(metric.label), str(metric.value)) for metric in app.metric]


def downloads(app: AppTest) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


def chart(app: AppTest) -> dict[str, object]:
    [found] = app.get("vega_lite_chart")
    spec: dict[str, object] = json.loads(found.proto.spec)
    return spec


def layers(app: AppTest) -> list[dict[str, Any]]:
    found: Any = chart(app)["layer"]
    return list(found)


def fill_collection(collection: Collection, *questions: str) -> list[int]:
    return [collection.add(Content(text, "So.", category="Cards")).id for text in questions]


def test_two_sentences_are_compared_at_once(open_page: OpenPage) -> None:
    app = open_page("explore")
    assert not app.exception
    assert app.text_input(key="first").value == "I love puppies"
    app.text_input(key="first").set_value("lost card")
    app.text_input(key="second").set_value("lost login").run()
    assert figures(app) == [
        ("Similarity", "0.500"),
        ("Dot product", "0.500"),
        ("Numbers in each vector", "10"),
    ]
    assert "2 of 8 tokens in the longest" in texts(app)
    [numbers] = app.dataframe
    assert numbers.value["Sentence"].tolist() == ["lost card", "lost login"]
    assert numbers.value["0"].tolist() == [0.707, 0]
    assert downloads(app) == ["Download the comparison", "Download the vectors"]


def test_a_preset_fills_the_fields(open_page: OpenPage) -> None:
    app = open_page("explore")
    press(app, "Puppies and cats")
    first, second = app.text_input
    assert (first.value, second.value) == ("I love puppies!", "I dislike cats!")


def test_a_link_carries_the_sentences(open_page: OpenPage) -> None:
    app = AppTest.from_file(ENTRY, default_timeout=PATIENCE)
    app.query_params["first"] = "lost card"
    app.switch_page("pages/explore.py").run()
    assert app.text_input(key="first").value == "lost card"


@pytest.mark.parametrize("empty", ["", "  "])
def test_nothing_typed_is_no_mistake(empty: str, open_page: OpenPage) -> None:
    app = open_page("explore")
    app.text_input(key="first").set_value(empty).run()
    assert "Type both sentences to compare them." in texts(app)
    assert not app.metric
    app = open_tab(open_page, "Arithmetic")
    app.text_input(key="word_b").set_value(empty).run()
    assert "Type all four words." in texts(app)
    assert not app.metric
    app = open_tab(open_page, "Batch")
    app.text_area(key="sentences").set_value("alone\n" + empty).run()
    assert "Type at least two sentences, each in a line of its own." in texts(app)
    assert not app.get("vega_lite_chart")
    app = open_tab(open_page, "Tokens")
    app.text_area(key="token_text").set_value(empty).run()
    assert "Type a text to see its tokens." in texts(app)


def test_a_text_that_is_too_long_is_marked(open_page: OpenPage) -> None:
    app = open_page("explore")
    app.text_input(key="first").set_value("one two three four five six seven eight nine").run()
    assert "9 tokens in the longest, of which the model reads 8" in texts(app)
    [warning] = app.warning
    assert "The model stops reading here: …one two" in warning.value


def test_arithmetic_that_does_not_help_is_said_not_to(open_page: OpenPage) -> None:
    app = open_tab(open_page, "Arithmetic")
    for key, word in zip("abc", ("card", "lost", "login"), strict=True):
        app.text_input(key=f"word_{key}").set_value(word)
    app.text_input(key="word_expected").set_value("card").run()
    assert figures(app) == [
        ("card - lost + login, to card", "0.577"),
        ("card alone, to card", "1.000"),
    ]
    assert (
        "The arithmetic leads away from “card”: “card” alone is nearer than the result. "
        "The nearest word is “card”, which went in."
    ) in " ".join(texts(app))


def test_arithmetic_that_helps_is_said_to(open_page: OpenPage) -> None:
    app = open_tab(open_page, "Arithmetic")
    for key, word in zip("abc", ("lost card", "lost", "new"), strict=True):
        app.text_input(key=f"word_{key}").set_value(word)
    app.text_input(key="word_expected").set_value("new card").run()
    assert (
        "The arithmetic leads towards “new card”: the result is nearer than “lost card” was. "
        "The nearest word is “new card”."
    ) in texts(app)
    [nearest] = app.dataframe
    assert nearest.value["Nearest words"].tolist()[:2] == ["new card", "new"]
    assert nearest.value["Went in"].tolist()[:2] == ["", "yes"]
    assert downloads(app) == ["Download the words"]


def test_sentences_are_compared_each_with_each(open_page: OpenPage) -> None:
    app = open_tab(open_page, "Batch")
    app.text_area(key="sentences").set_value("lost card\nrefund\n\nlost login\n").run()
    assert not app.exception
    assert "The most similar are “lost card” and “lost login”: 0.500." in texts(app)
    assert "rect" in json.dumps(chart(app))
    assert downloads(app) == ["Download the similarities"]


def test_of_many_sentences_the_first_are_compared(open_page: OpenPage) -> None:
    app = open_tab(open_page, "Batch")
    app.text_area(key="sentences").set_value("lost card\n" * 50).run()
    assert "The first 30 of 50 lines are compared." in texts(app)


def test_tokens_are_shown_to_where_the_model_stops(open_page: OpenPage) -> None:
    app = open_tab(open_page, "Tokens")
    app.text_area(key="token_text").set_value("a [b](c) $d e f g h i j").run()
    assert not app.exception
    badges = next(mark.value for mark in app.markdown if ":gray-badge" in mark.value)
    assert r"\[b\]\(c\)" in badges  # text, no link
    assert as_read(badges).split(" ") == [
        f":gray-badge[{token}]" for token in ("a", "[b](c)", "$d", "e", "f", "g", "h", "i")
    ]
    assert "9 tokens, of which the model reads 8" in texts(app)
    assert downloads(app) == ["Download the tokens"]


@pytest.mark.parametrize("entries", [0, 2])
def test_too_few_entries_make_no_map(
    entries: int, open_page: OpenPage, collection: Collection
) -> None:
    fill_collection(collection, *["lost card"] * entries)
    app = open_tab(open_page, "Map")
    assert "A map needs at least 3 entries." in texts(app)
    assert not app.get("vega_lite_chart")
    assert app.get("page_link")


def test_the_collection_is_drawn_and_a_question_dropped_onto_it(
    open_page: OpenPage, collection: Collection
) -> None:
    fill_collection(collection, "lost card", "refund", "new plan")
    app = open_tab(open_page, "Map")
    assert len(app.get("vega_lite_chart")) == 1
    assert "diamond" not in json.dumps(chart(app))
    assert downloads(app) == ["Download the map"]
    app.text_input(key="map_query").set_value("card").run()
    assert not app.exception
    assert "diamond" in json.dumps(chart(app))
    nearest = [text for text in texts(app) if ":gray[" in text]
    assert nearest[0] == "lost card  :gray[0.707 close]"
    assert len(nearest) == 3


def test_an_entry_is_opened_once(open_page: OpenPage, collection: Collection) -> None:
    fill_collection(collection, "lost card", "refund", "new plan")
    app = open_tab(open_page, "Map")
    app.text_input(key="map_query").set_value("refund").run()
    press(app, "refund  :gray[1.000 close]")
    assert app.text_input(key="map_query").value == ""
    assert "Nearest to **refund**" in texts(app)
    assert sum(one.key.startswith("map_nearest_") for one in app.button) == 2  # not itself
    press(app, "Edit")
    assert app.text_input(key="entry_field_question").value == "refund"
    app.run()
    assert "entry_field_question" not in [field.key for field in app.text_input]


def test_the_three_nearest_of_an_entry_are_joined_with_it(
    open_page: OpenPage, collection: Collection
) -> None:
    ids = fill_collection(collection, "lost card", "refund", "new plan", "card", "lost login")
    app = open_tab(open_page, "Map")
    assert '"rule"' not in json.dumps(chart(app))
    app.session_state[screen.CHOSEN] = ids[0]
    app.run()
    [lines] = [one for one in layers(app) if one["mark"]["type"] == "rule"]
    assert len(lines["data"]["values"]) == 3
    assert "Nearest to **lost card**" in texts(app)
    press(app, "card  :gray[0.707 close]")
    assert "Nearest to **card**" in texts(app)


def test_a_chosen_cluster_stands_out(open_page: OpenPage, collection: Collection) -> None:
    cards, logins = ("card", "lost card", "card card"), ("login", "login password", "new login")
    fill_collection(collection, *cards, *logins, "login login", "card new")
    app = open_tab(open_page, "Map")
    clusters = app.radio(key="map_cluster")
    assert len(clusters.options) == 3
    assert {one.split(", ")[0].lstrip("12 ") for one in clusters.options} == {
        "All",
        "card",
        "login",
    }
    assert layers(app)[1]["encoding"]["opacity"] == {"value": 0.85}
    clusters.set_value(1).run()
    assert layers(app)[1]["encoding"]["opacity"]["condition"]["test"] == "datum.number === 1"


def test_no_figure_is_minus_zero() -> None:
    assert str(rounded(-0.0004)) == "0.0"
    assert str(rounded(-0.0006)) == "-0.001"


def test_the_map_follows_the_collection(open_page: OpenPage, collection: Collection) -> None:
    fill_collection(collection, "lost card", "refund", "new plan")
    app = open_tab(open_page, "Map")
    app.text_input(key="map_query").set_value("login").run()
    assert not any("1.000" in text for text in texts(app))
    fill_collection(collection, "login")
    app.run()
    assert "login  :gray[1.000 close]" in texts(app)


def run_until(app: AppTest, beginning: str) -> None:
    deadline = monotonic() + PATIENCE
    while not any(text.startswith(beginning) for text in texts(app)):
        assert monotonic() < deadline, texts(app)
        app.run()
    assert not app.exception


def test_pca_is_shown_until_t_sne_is_computed(
    open_page: OpenPage, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()

    class Slow(Neighbourhoods):
        @cached_property
        def positions(self) -> Positions:
            assert let_go.wait(PATIENCE)
            return Neighbourhoods(self._vectors).positions

    monkeypatch.setattr(collection_map, "Neighbourhoods", Slow)
    fill_collection(collection, "lost card", "refund", "new plan", "login")
    app = open_tab(open_page, "Map")
    app.segmented_control(key="map_method").set_value("t-SNE").run()
    assert any(text.startswith("PCA shows") for text in texts(app))
    assert any(text.startswith("Computing t-SNE") for text in texts(app))
    let_go.set()
    run_until(app, "t-SNE keeps similar questions together")
    assert not any(text.startswith("Computing") for text in texts(app))
    app.text_input(key="map_query").set_value("card").run()
    run_until(
        app,
        "t-SNE keeps similar questions together. The distance between groups means little. The",
    )


def test_a_map_that_cannot_be_computed_says_why(
    open_page: OpenPage, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(vectors: Vectors) -> Neighbourhoods:
        raise MemoryError("no *room*")

    monkeypatch.setattr(collection_map, "Neighbourhoods", fail)
    fill_collection(collection, "lost card", "refund", "new plan", "login")
    app = open_tab(open_page, "Map")
    app.segmented_control(key="map_method").set_value("t-SNE").run()
    run_until(app, "This could not be computed: no *room*")
    assert any(text.startswith("PCA shows") for text in texts(app))


def test_without_the_model_every_tab_says_that_it_loads(
    open_page: OpenPage,
    collection: Collection,
    embedder: WordCountEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill_collection(collection, "lost card", "refund", "new plan")
    loaded = threading.Event()
    monkeypatch.setattr(embedder, "ready", False)
    monkeypatch.setattr(embedder, "load", lambda: loaded.wait(PATIENCE))
    try:
        for name in ("Compare", "Arithmetic", "Batch", "Tokens"):
            app = open_tab(open_page, name)
            assert WAITING in texts(app), name
            assert not app.metric
            assert not app.get("vega_lite_chart")
        app = open_tab(open_page, "Map")  # which needs it for dropped questions alone
        assert WAITING not in texts(app)
        app.text_input(key="map_query").set_value("card").run()
        assert WAITING in texts(app)
        assert app.get("vega_lite_chart")
    finally:
        embedder.ready = True
        loaded.set()
