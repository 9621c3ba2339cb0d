"""Screens where another machine embeds: they say so, and work all the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedding import Network, open_embedder
from faq import models
from faq.collection import Collection
from store import Content, Store
from tests.embedding.remote.playing import INFO, TOKEN, counted, tokens_of
from tests.embedding.remote.stand_in_service import Answer, StandInService, running
from tests.fakes import WordCountEmbedder
from tests.pages.conftest import OpenPage, as_read, error_of, texts


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInService]:
    """A service that the settings name, for models that are opened as they always are."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with running(StandInService(counted, info=dict(INFO), tokens=tokens_of)) as service:
        monkeypatch.setattr(models, "open_embedder", open_embedder)
        monkeypatch.setenv("FAQ_ENGINE", "remote")
        monkeypatch.setenv("FAQ_ENDPOINT", service.address)
        monkeypatch.setenv("FAQ_TOKEN", TOKEN)
        yield service


@pytest.fixture
def remote_collection(store: Store, service: StandInService) -> Collection:
    network = Network(endpoint=service.address)
    return Collection(store, open_embedder(engine="remote", network=network), "grace")


def settled(app: AppTest) -> AppTest:
    """Run the page until the model is ready, or cannot be."""
    for _ in range(200):
        if not any("Getting the language model ready" in c.value for c in app.caption):
            break
        app.run()
    assert not app.exception
    return app


def sentence(service: StandInService) -> str:
    host = service.address.removeprefix("http://")
    return f"Text leaves this machine: every question and entry is sent to {host}."


@pytest.mark.parametrize("page", ["ask", "settings?tab=Model"])
def test_it_is_said_that_text_leaves_this_machine(
    page: str, open_page: OpenPage, service: StandInService
) -> None:
    app = open_page(page)
    assert texts(app).count(sentence(service)) == 1  # while the model is being asked for, too
    assert texts(settled(app)).count(sentence(service)) == 1


@pytest.mark.parametrize("page", ["ask", "settings?tab=Model"])
def test_nothing_is_said_where_text_stays(page: str, open_page: OpenPage) -> None:
    assert not [text for text in texts(open_page(page)) if "leaves this machine" in text]


def test_nothing_is_said_while_a_model_loads_here(
    open_page: OpenPage, embedder: WordCountEmbedder
) -> None:
    embedder.ready = False
    assert not [text for text in texts(open_page("ask")) if "leaves this machine" in text]


@pytest.mark.parametrize("page", ["ask", "settings?tab=Model"])
def test_nothing_is_said_where_the_collection_s_own_model_runs_here(
    page: str,
    open_page: OpenPage,
    service: StandInService,
    collection: Collection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def opened(name: str | None = None, *, engine: str, **settings: Any) -> Any:
        real = open_embedder(name, engine="remote", **settings)
        return real if engine == "remote" else WordCountEmbedder()

    monkeypatch.setattr(models, "open_embedder", opened)
    collection.add(Content("lost card"))
    app = open_page(page)
    for _ in range(200):  # until it is known which model serves
        if sentence(service) not in texts(app):
            break
        app.run()
    assert not [text for text in texts(settled(app)) if "leaves this machine" in text]


def test_a_question_is_answered_from_over_there(
    open_page: OpenPage, service: StandInService, remote_collection: Collection
) -> None:
    remote_collection.add(Content("lost card", "We send another."))
    app = settled(open_page("ask"))
    app.text_input(key="q").set_value("card lost").run()
    app = settled(app)
    assert "We send another." in texts(app)
    assert ["card lost"] in [request.texts for request in service.asked]


def test_settings_tell_the_service_and_never_the_token(
    open_page: OpenPage, service: StandInService
) -> None:
    app = settled(open_page("settings?tab=Model"))
    shown = as_read("\n".join(table.value.to_string() for table in app.table))
    assert "remote" in shown
    assert service.address.removeprefix("http://") in shown
    assert "org/counting" in shown
    assert "float16" in shown
    assert TOKEN not in shown + "".join(texts(app)) + repr(app)


def test_a_refused_token_is_said_without_it(open_page: OpenPage, service: StandInService) -> None:
    service.paths["/info"] = Answer(401, {"error": f"no such token: {TOKEN}"})
    app = settled(open_page("settings?tab=Model"))
    assert "does not accept the token (401)" in error_of(app)
    assert TOKEN not in "".join(texts(app))


def test_offline_wins(
    open_page: OpenPage, service: StandInService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_OFFLINE", "yes")
    assert "FAQ_OFFLINE forbids" in error_of(settled(open_page("settings?tab=Model")))
    assert service.requests == []
