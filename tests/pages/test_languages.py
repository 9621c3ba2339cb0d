"""A collection that its model does not read well: what the screens say, and the way out."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedding import Download, ModelUnavailable, open_embedder
from faq import language, models
from faq.collection import Collection
from faq.jobs import IMPORT, REEMBED
from faq.models import MULTILINGUAL
from faq.transfer.import_job import start_import
from store import Content, Store
from tests.fakes import Contrary, WordCountEmbedder
from tests.hub.stand_in_models import COMMIT, name_endpoint, served
from tests.pages.conftest import OpenPage, as_read, end_of, error_of, texts, wait_for_jobs
from ui import context

SAID = "The language model, all-MiniLM-L6-v2, was made for English and finds fewer answers in "
SAID += "German."
OFFER = MULTILINGUAL[1].name


@pytest.fixture
def embedder() -> WordCountEmbedder:
    return WordCountEmbedder(name="sentence-transformers/all-MiniLM-L6-v2")


def fill(collection: Collection, question: str, answer: str) -> None:
    collection.add(Content(question, answer))
    language.up_to_date(collection)


@pytest.fixture
def german(collection: Collection) -> Collection:
    fill(collection, "Wie ändere ich mein Kennwort?", "In den Einstellungen, mit dem Knopf rechts.")
    return collection


def open_offer(app: AppTest) -> AppTest:
    app.button(key=f"offer_embed_{OFFER}").click().run()
    wait_for_jobs()
    return app.run()


def test_ask_says_so_in_one_line_until_it_is_hidden(
    open_page: OpenPage, german: Collection
) -> None:
    app = open_page("ask")
    assert texts(app).count(SAID) == 1
    assert SAID in [as_read(caption.value) for caption in app.caption]
    app.text_input(key="q").set_value("Kennwort").run()
    assert texts(app).count(SAID) == 1
    app.button(key="language_hint_hide").click().run()
    assert SAID not in texts(app)
    assert SAID not in texts(open_page("ask"))
    assert any(text.startswith(SAID) for text in texts(open_page("settings?tab=Model")))


def test_nothing_is_said_of_an_english_collection(
    open_page: OpenPage, collection: Collection
) -> None:
    fill(collection, "How do I change my password?", "In the settings, with the button.")
    for page in ("ask", "settings?tab=Model"):
        assert not [text for text in texts(open_page(page)) if "was made for" in text]


def test_readers_cannot_change_it_and_are_told_nothing(
    open_page: OpenPage, german: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_ROLE", "reader")
    assert SAID not in texts(open_page("ask"))


def test_settings_names_the_language_and_lets_it_be_corrected(
    open_page: OpenPage, german: Collection, store: Store
) -> None:
    app = open_page("settings?tab=Model")
    choice = app.selectbox(key="collection_language")
    assert choice.options[0] == "Found in the texts: German"
    assert f"{SAID} Choose one for many languages under “Another model”." in texts(app)
    choice.set_value("en").run()
    assert language.kept(store.state()).name == "English"
    assert not [text for text in texts(app) if "was made for" in text]
    app.selectbox(key="collection_language").set_value("").run()
    assert app.selectbox(key="collection_language").options[0] == "Found in the texts: German"


def test_the_language_is_found_when_settings_are_opened(
    open_page: OpenPage, collection: Collection, store: Store
) -> None:
    collection.add(Content("Comment changer mon mot de passe ?", "Dans les réglages, à droite."))
    app = open_page("settings?tab=Model")
    assert app.selectbox(key="collection_language").options[0] == "Found in the texts: French"
    assert language.kept(store.state()).code == "fr"


def test_an_import_says_so_in_its_report(
    open_page: OpenPage, collection: Collection, store: Store, german: Collection
) -> None:
    csv = b"question,answer\nWo finde ich meine Rechnung?,Im Konto unter Rechnungen.\n"
    columns = {"question": "question", "answer": "answer"}
    data_dir = context.settings().data_dir
    job = start_import(collection, io.BytesIO(csv), "faq.csv", columns, "skip", data_dir)
    end_of(store, IMPORT)
    app = open_page("entries")
    app.session_state[f"{IMPORT}_followed"] = job.id
    app.run()
    assert f"{SAID} Settings has models for many languages." in texts(app)


def test_a_model_for_many_languages_is_one_click_away(
    open_page: OpenPage, german: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str | None] = []

    def open_embedder(name: str | None = None, **_: object) -> WordCountEmbedder:
        opened.append(name)
        other = Contrary()
        other._name = OFFER
        return other if name == OFFER else WordCountEmbedder(name=german.embedder.model.name)

    monkeypatch.setattr(models, "open_embedder", open_embedder)
    app = open_offer(open_page("settings?tab=Model"))
    assert OFFER in opened
    assert any("were embedded with intfloat/multilingual-e5-small" in text for text in texts(app))
    assert f"offer_embed_{OFFER}" not in [button.key for button in app.button]
    app.button(key="switch_contrary").click().run()
    model = store.state().model
    assert model is not None and model.name == OFFER
    assert not [text for text in texts(app) if "was made for" in text]
    assert SAID not in texts(open_page("ask"))


@pytest.mark.model
def test_it_is_downloaded_embedded_compared_and_switched_to(
    open_page: OpenPage,
    german: Collection,
    store: Store,
    tiny_model: Path,
    straight_way: None,
    empty_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def opened(name: str | None = None, **settings: Any) -> Any:
        return open_embedder(name, **settings) if name == OFFER else german.embedder

    monkeypatch.setattr(models, "open_embedder", opened)
    monkeypatch.setenv("FAQ_ENGINE", "torch")
    with served(tiny_model) as hub:
        hub.name = OFFER
        name_endpoint(monkeypatch, hub.url)
        app = open_offer(open_page("settings?tab=Model"))
        assert any("were embedded with intfloat/multilingual" in text for text in texts(app))
        assert "Nothing changes: all 1 entries' own questions keep their best entry." in texts(app)
        [other] = [one.model for one in store.vectors.sets() if not one.active]
        app.button(key=f"switch_{other.fingerprint}").click().run()
    model = store.state().model
    assert model is not None and (model.name, model.revision) == (OFFER, COMMIT)


def test_each_offer_says_what_it_costs(open_page: OpenPage, german: Collection) -> None:
    app = open_page("settings?tab=Model")
    for offer in MULTILINGUAL:
        said = f"Reads {offer.languages}, {offer.megabytes} MB, licence {offer.licence}"
        assert said in texts(app)


def test_a_hub_that_is_not_reached_is_a_sentence(
    open_page: OpenPage, german: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "The Hub was not reached. Copy the model to this machine and name its directory."

    class Missing(WordCountEmbedder):
        @property
        def model(self):  # type: ignore[no-untyped-def, override]
            raise ModelUnavailable(why)

    monkeypatch.setattr(
        models,
        "open_embedder",
        lambda name, **_: Missing() if name == OFFER else german.embedder,
    )
    app = open_offer(open_page("settings?tab=Model"))
    assert error_of(app) == f"The last embedding stopped: {why}"
    assert app.button(key=f"offer_embed_{OFFER}")


def test_the_download_is_shown_while_it_comes(
    open_page: OpenPage, german: Collection, store: Store
) -> None:
    job = store.jobs.start(
        REEMBED, owner="me", actor="bo", total=None, silent_after=timedelta(seconds=60)
    )
    store.jobs.beat(job.id, owner="me", done=0, total=None)
    context.downloading().receive(Download(120_000_000, 490_000_000))
    [progress] = open_page("settings?tab=Model").get("progress")
    said = "Downloading the language model: 120 of 490 MB, started by bo"
    assert progress.proto.text == said  # type: ignore[attr-defined]


def test_with_a_service_of_ones_own_it_has_to_serve_the_model(
    open_page: OpenPage, german: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAQ_ENGINE", "remote")
    monkeypatch.setenv("FAQ_ENDPOINT", "http://127.0.0.1:1")
    app = open_page("settings?tab=Model")
    assert not [button for button in app.button if str(button.key).startswith("offer_")]
    assert any("have it serve a model for many languages" in text for text in texts(app))
