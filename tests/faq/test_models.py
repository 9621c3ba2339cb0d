"""Which model a collection answers with, whatever the settings name."""

import numpy as np
import pytest

from embedding import Download, Embedder, ModelUnavailable, ServiceUnreachable
from faq import models
from faq.models import Models, describe_download
from faq.settings import read_settings
from store import ModelRecord, Store
from tests.fakes import WordCountEmbedder
from tests.stores import use_model

OWN = ModelRecord("own", "tests/own", "abc", 10, 8)
REMOTE = ModelRecord("remote-1", "tests/far", None, 10, 8)

Asked = list[tuple[str | None, str | None, str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What was opened, as (name, revision, engine). Every model but `moved` is what it is called;
    that one is the collection's own under another name."""
    opened: Asked = []

    def open_(name: str | None, *, revision: str | None, engine: str, **_: object) -> Embedder:
        opened.append((name, revision, engine))
        fingerprint = {"tests/own": "own", "moved": "own"}.get(name or "", f"{name}")
        embedder = WordCountEmbedder("remote-1" if engine == "remote" else fingerprint, f"{name}")
        embedder.ready = False
        return embedder

    monkeypatch.setattr(models, "open_embedder", open_)
    return opened


def own(store: Store, **environ: str) -> Embedder:
    return Models(read_settings(environ), store).own()


def test_without_a_model_of_its_own_the_settings_choose(store: Store, asked: Asked) -> None:
    assert own(store, FAQ_MODEL="tests/other").model.name == "tests/other"
    assert asked == [("tests/other", None, "auto")]


@pytest.mark.parametrize("wanted", ["", "tests/other"])
def test_its_own_model_answers_in_its_own_revision(store: Store, asked: Asked, wanted: str) -> None:
    use_model(store, OWN)
    assert own(store, FAQ_MODEL=wanted).model.fingerprint == "own"
    assert asked[-1] == ("tests/own", "abc", "auto")


def test_the_same_files_in_another_place_are_the_same_model(store: Store, asked: Asked) -> None:
    use_model(store, OWN)
    models = Models(read_settings({"FAQ_MODEL": "moved"}), store)
    assert models.own().model.name == "moved"
    assert models.own_is_wanted()


def test_another_model_in_the_settings_is_noticed(store: Store, asked: Asked) -> None:
    use_model(store, OWN)
    models = Models(read_settings({"FAQ_MODEL": "tests/other"}), store)
    models.own().load()
    assert not models.own_is_wanted()


def test_a_model_of_this_machine_answers_here_though_another_would_be_asked_far_away(
    store: Store, asked: Asked
) -> None:
    use_model(store, OWN)
    assert own(store, FAQ_ENGINE="remote").model.fingerprint == "own"
    assert asked == [("tests/own", "abc", "auto")]


def test_nothing_is_sent_away_that_the_settings_do_not_ask_for(store: Store, asked: Asked) -> None:
    use_model(store, REMOTE)
    with pytest.raises(ModelUnavailable, match="it runs elsewhere, and FAQ_ENGINE is not remote"):
        own(store).load()
    assert asked == []
    assert own(store, FAQ_ENGINE="remote").model.fingerprint == "remote-1"


def test_a_service_of_several_models_is_asked_for_the_collection_s_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(name: str | None, **_: object) -> Embedder:
        return WordCountEmbedder(f"remote-{name}", f"{name}")

    monkeypatch.setattr(models, "open_embedder", opened)
    use_model(store, ModelRecord("remote-small", "small", None, 10, 8))
    assert own(store, FAQ_ENGINE="remote", FAQ_MODEL="large").model.name == "small"


def test_a_service_that_does_not_answer_is_not_waited_for_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str | None] = []

    class Silent(WordCountEmbedder):
        @property
        def model(self):  # type: ignore[no-untyped-def, override]
            waited.append(self._name)
            raise ServiceUnreachable("far.example did not answer in time.")

    def opened(name: str | None, **_: object) -> Embedder:
        silent = Silent(name=f"{name}")
        silent.ready = False
        return silent

    monkeypatch.setattr(models, "open_embedder", opened)
    use_model(store, ModelRecord("remote-small", "small", None, 10, 8))
    with pytest.raises(ModelUnavailable, match="did not answer in time"):
        own(store, FAQ_ENGINE="remote", FAQ_MODEL="large").load()
    assert waited == ["large"]


def test_a_name_of_a_remote_model_is_not_looked_for_here(store: Store, asked: Asked) -> None:
    use_model(store, OWN)
    own(store, FAQ_ENGINE="remote", FAQ_MODEL="nomic-embed-text").load()
    assert asked == [("tests/own", "abc", "auto")]


def test_a_switch_is_seen_by_whoever_asks_next(store: Store, asked: Asked) -> None:
    use_model(store, OWN)
    models = Models(read_settings({}), store)
    before = models.own()
    assert models.own() is before
    other = ModelRecord("tests/other", "tests/other", None, 3, 8)
    store.vectors.fill(other, "phrasing", [], np.zeros((0, 3), np.float32))
    store.vectors.switch(other.fingerprint)
    after = models.own()
    assert after.model.fingerprint == "tests/other"
    store.vectors.switch("own")
    assert models.own() is before


@pytest.mark.parametrize(
    ("done", "total", "says"),
    [
        (0, 90_900_000, "Downloading the language model: 0 of 91 MB"),
        (34_400_000, 90_900_000, "Downloading the language model: 34 of 91 MB"),
        (2_340_000, 9_900_000, "Downloading the language model: 2.3 of 9.9 MB"),
    ],
)
def test_a_download_is_described_in_megabytes(done: int, total: int, says: str) -> None:
    assert describe_download(Download(done, total)) == says
