"""Vectors and datasets in Settings, without a browser."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from faq.collection import Collection
from faq.jobs import PUBLISH
from store import Content, Status, Store
from tests.hub.stand_in_datasets import TOKEN, Repository, StandInDatasets, served
from tests.hub.stand_in_models import name_endpoint
from tests.pages.conftest import OpenPage, as_read, error_of, texts, wait_for_jobs

NAME = "ada/faq"


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FAQ_TOKEN", "HF_TOKEN", "FAQ_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hub(straight_way: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInDatasets]:
    monkeypatch.setenv("FAQ_TOKEN", TOKEN)
    with served() as hub:
        name_endpoint(monkeypatch, hub.url)
        yield hub


@pytest.fixture
def cards(collection: Collection) -> Collection:
    collection.add(Content("lost card", "Call us."))
    collection.add(Content("new card", status=Status.DRAFT))
    return collection


def publish(app: AppTest, store: Store) -> None:
    app.button(key="publish_start").click().run()
    wait_for_jobs()
    app.run()
    assert not app.exception


def offered(app: AppTest) -> set[str]:
    return {element.proto.label for element in app.get("download_button")}


def test_an_empty_collection_offers_nothing(open_page: OpenPage) -> None:
    app = open_page("settings?tab=Data")
    assert "There are no published entries yet." in texts(app)
    assert not offered(app) & {"Embeddings (CSV)", "Dataset (ZIP)"}


def test_without_a_token_it_says_how_to_set_one(open_page: OpenPage, cards: Collection) -> None:
    app = open_page("settings?tab=Data")
    assert offered(app) >= {"Embeddings (CSV)", "Dataset (ZIP)"}
    assert any("put it into FAQ_TOKEN or HF_TOKEN." in text for text in texts(app))
    assert not [button for button in app.button if button.key == "publish_start"]


@pytest.mark.parametrize("setting", [("FAQ_OFFLINE", "yes"), ("FAQ_ENDPOINT", "http://tei.local")])
def test_what_the_settings_forbid_is_not_offered(
    open_page: OpenPage,
    cards: Collection,
    setting: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAQ_TOKEN", TOKEN)
    monkeypatch.setenv(*setting)
    app = open_page("settings?tab=Data")
    assert any(setting[0] in text for text in texts(app))
    assert not [button for button in app.button if button.key == "publish_start"]


def test_who_can_read_it_is_said_before_the_click(
    open_page: OpenPage, cards: Collection, hub: StandInDatasets
) -> None:
    app = open_page("settings?tab=Data")
    who = "only the owner of that name and those whom they let in can read them"
    said = f"1 published entry with answers go to the Hugging Face Hub, where {who}"
    assert any(said in text for text in texts(app))
    assert app.button(key="publish_start").disabled
    app.text_input(key="publish_name").set_value("nobody").run()
    assert app.button(key="publish_start").disabled
    app.text_input(key="publish_name").set_value(NAME).run()
    assert not app.button(key="publish_start").disabled
    app.radio(key="publish_private").set_value(False).run()
    assert any("where everybody on the internet can read them" in text for text in texts(app))
    assert app.button(key="publish_start").label == "Publish for everybody"
    assert hub.asked == []


@pytest.mark.parametrize(("private", "visibility"), [(True, "private"), (False, "public")])
def test_it_is_published_as_was_said(
    open_page: OpenPage,
    cards: Collection,
    store: Store,
    hub: StandInDatasets,
    private: bool,
    visibility: str,
) -> None:
    app = open_page("settings?tab=Data")
    app.text_input(key="publish_name").set_value(NAME).run()
    app.radio(key="publish_private").set_value(private).run()
    publish(app, store)
    assert hub.repositories[NAME].visibility == visibility
    assert any(text.startswith("Published: 1 published entry") for text in texts(app))
    job = store.jobs.latest(PUBLISH)
    assert job is not None
    assert (job.actor, job.done > 0, TOKEN in job.result) == ("ada", True, False)
    app.button(key="publish_close").click().run()
    assert not any(text.startswith("Published: ") for text in texts(app))


def test_a_refusal_is_shown(
    open_page: OpenPage, cards: Collection, store: Store, hub: StandInDatasets
) -> None:
    hub.repositories[NAME] = Repository("public")
    app = open_page("settings?tab=Data")
    app.text_input(key="publish_name").set_value(NAME).run()
    publish(app, store)
    assert "Nothing was published: " in error_of(app)
    assert "is public: everybody could read" in error_of(app)
    assert TOKEN not in "".join(as_read(text) for text in texts(app))
