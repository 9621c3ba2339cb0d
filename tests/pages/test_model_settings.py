"""The model in Settings: going over to another one, without a browser."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from embedding import ModelUnavailable
from faq import models
from faq.collection import Collection
from faq.jobs import REEMBED
from store import Content, Store
from tests.fakes import Contrary, WordCountEmbedder
from tests.pages.conftest import OpenPage, as_read, error_of, texts, told, wait_for_jobs


@pytest.fixture(autouse=True)
def two_models(monkeypatch: pytest.MonkeyPatch, embedder: WordCountEmbedder) -> None:
    """Two models by name: the collection's own, and a contrary one."""
    monkeypatch.setattr(
        models, "open_embedder", lambda name, **_: Contrary() if name == "contrary" else embedder
    )


@pytest.fixture
def cards(collection: Collection) -> Collection:
    collection.add(Content("lost card"))
    collection.add(Content("new card"))
    collection.log(collection.search("lost card"))
    return collection


def embed(app: AppTest, store: Store, name: str) -> None:
    app.text_input(key="model_name").set_value(name).run()
    app.button(key="model_embed").click().run()
    wait_for_jobs()
    app.run()
    assert not app.exception


def active(store: Store) -> str:
    model = store.state().model
    assert model is not None
    return model.fingerprint


def test_another_model_is_embedded_looked_at_and_switched_to_and_back(
    open_page: OpenPage, cards: Collection, store: Store
) -> None:
    app = open_page("settings?tab=Model")
    embed(app, store, "contrary")
    assert active(store) == "word-count"
    assert any(t.startswith("**2** ways of asking were embedded with contrary") for t in texts(app))
    assert "**1** of 1 questions that were asked get another best entry:" in texts(app)
    [row] = app.dataframe[0].value.to_dict("records")
    assert list(row.values()) == ["lost card", "lost card", "new card"]
    app.button(key="switch_contrary").click().run()
    assert active(store) == "contrary"
    assert told(app) == "The collection answers with contrary now."
    ask = open_page("ask")
    ask.text_input(key="q").set_value("lost card").run()
    assert as_read(ask.container(key="best").markdown[0].value) == "#### new card"
    app.button(key="switch_word-count").click().run()
    assert active(store) == "word-count"
    app.button(key="drop_contrary").click().run()
    assert [one.model.fingerprint for one in store.vectors.sets()] == ["word-count"]
    assert not app.dataframe


def test_a_running_embedding_shows_everywhere_and_can_be_cancelled(
    open_page: OpenPage, cards: Collection, store: Store
) -> None:
    job = store.jobs.start(
        REEMBED, owner="me", actor="bo", total=None, silent_after=timedelta(seconds=60)
    )
    store.jobs.beat(job.id, owner="me", done=512, total=2048)
    app = open_page("settings?tab=Model")
    [progress] = app.get("progress")
    assert progress.proto.text == "Embedding: 512 of 2,048 ways of asking, started by bo"  # type: ignore[attr-defined]
    assert "model_embed" not in [button.key for button in app.button]
    app.button(key="reembed_cancel").click().run()
    assert not store.jobs.beat(job.id, owner="me", done=512, total=2048)
    store.jobs.finish(job.id, owner="me", state="cancelled", result="Somebody cancelled it.")
    app.run()
    assert app.button(key="model_embed")


def test_a_model_that_is_not_to_be_had_is_told_and_changes_nothing(
    open_page: OpenPage, cards: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Missing(WordCountEmbedder):
        @property
        def model(self):  # type: ignore[no-untyped-def, override]
            raise ModelUnavailable("There is no directory contrary.")

    monkeypatch.setattr(
        models,
        "open_embedder",
        lambda name, **_: Missing() if name == "contrary" else cards.embedder,
    )
    app = open_page("settings?tab=Model")
    embed(app, store, "contrary")
    assert error_of(app) == "The last embedding stopped: There is no directory contrary."
    assert [one.model.fingerprint for one in store.vectors.sets()] == ["word-count"]


def test_a_setting_that_names_another_model_is_told(
    open_page: OpenPage, cards: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_MODEL", "contrary")
    app = open_page("ask")
    app.text_input(key="q").set_value("lost card").run()
    assert as_read(app.container(key="best").markdown[0].value) == "#### lost card"
    settings = open_page("settings?tab=Model")
    [told] = [text for text in texts(settings) if text.startswith("FAQ_MODEL names contrary.")]
    assert told.endswith("until it is embedded with the other one.")
    assert settings.text_input(key="model_name").value == "contrary"
