"""Collections and real models: their own goes on answering, and two are never mixed."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embedding import Embedder, Network, open_embedder
from faq.cli import main
from faq.collection import Collection
from store import Content, ModelMismatch, open_store
from tests.tiny_models import make_model

pytestmark = pytest.mark.model
DEFAULT = "sentence-transformers/all-MiniLM-L6-v2"

Ask = Callable[..., tuple[Any, str]]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of another dimension."""
    return make_model(tmp_path_factory.mktemp("models"), 8)


@pytest.fixture(scope="module")
def lookalike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of as many dimensions as the default one, whose vectors mean something else."""
    return make_model(tmp_path_factory.mktemp("models"), 384)


@pytest.fixture
def ask(
    tmp_path: Path,
    model_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Ask:
    """Run a command, which opens collection and model as a new process does; return its JSON and
    what it printed on standard error."""
    for name in [name for name in os.environ if name.startswith("FAQ_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FAQ_DATA_DIR", str(model_cache))
    monkeypatch.setenv("FAQ_OFFLINE", "yes")

    def run(*arguments: str, model: Path | str = "", code: int = 0) -> tuple[Any, str]:
        monkeypatch.setenv("FAQ_MODEL", str(model))
        status = main(["--database", str(tmp_path / "faq.db"), "--json", *arguments])
        out, err = capsys.readouterr()
        assert status == code, err
        return json.loads(out) if out else None, err

    return run


def test_a_collection_goes_over_to_another_model_and_back(ask: Ask, tiny: Path) -> None:
    ask("add", "Where is my card?", "--phrasing", "card not arrived")
    ask("add", "How do I change my password?")
    own, _ = ask("info")
    asked = ("search", "my card did not come")
    answer, said = ask(*asked, model=tiny)  # as if somebody had changed the setting
    assert (answer["matches"], said) == (ask(*asked)[0]["matches"], "")
    assert ask("info", model=tiny)[0] == own
    done, said = ask("reembed", "--model", str(tiny))
    assert set(done) == {"entries", "phrasings", "seconds", "fingerprint"}
    assert (done["entries"], done["phrasings"]) == (2, 3)
    assert said.splitlines()[-1] == "3 of 3 vectors saved"
    info, _ = ask("info")
    assert (info["model"]["dimension"], info["model"]["fingerprint"]) == (8, done["fingerprint"])
    ask("add", "Written with the other model")
    assert ask("check")[0] == {"ok": True, "problems": []}
    done, said = ask("reembed", "--model", DEFAULT)
    assert said.splitlines()[0] in ("3 of 4 vectors saved", "4 of 4 vectors saved")
    assert ask("info")[0]["model"] == own["model"]
    assert ask(*asked)[0]["matches"][0]["cosine"] == answer["matches"][0]["cosine"]


def test_where_its_model_is_gone_words_are_compared_and_another_model_takes_over(
    ask: Ask, tiny: Path, tmp_path: Path
) -> None:
    model = shutil.copytree(tiny, tmp_path / "model")
    ask("add", "Where is my card?", "--answer", "On its way.", model=model)
    ask("add", "How do I change my password?", model=model)
    moved = model.rename(tmp_path / "moved")
    answer, said = ask("search", "card", model=moved)  # the same files in another place
    assert (answer["matches"][0]["question"], said) == ("Where is my card?", "")
    answer, said = ask("search", "card")
    assert [match["question"] for match in answer["matches"]] == ["Where is my card?"]
    assert (answer["answered"], answer["matches"][0]["cosine"]) == (False, None)
    assert str(model) in said and "Only words were compared." in said
    _, said = ask("add", "lost", code=1)
    assert "or embed the collection with another model" in said
    ask("reembed", "--model", DEFAULT)
    answer, said = ask("search", "my card did not come")
    assert (answer["matches"][0]["answer"], said) == ("On its way.", "")


def test_a_model_of_as_many_dimensions_is_refused_all_the_same(
    tmp_path: Path, real_embedder: Embedder, lookalike: Path
) -> None:
    store = open_store(tmp_path / "faq.db")
    collection = Collection(store, real_embedder, "ada")
    entry = collection.add(Content("Where is my card?"))
    other = Collection(
        store, open_embedder(str(lookalike), network=Network(offline=True), engine="torch"), "bo"
    )
    assert other.embedder.model.dimension == real_embedder.model.dimension == 384
    for attempt in (
        lambda: other.add(Content("Where is my money?")),
        lambda: other.edit(entry, Content("Where is my money?")),
        lambda: other.search("card"),
        lambda: list(other.search_many(["card"])),
        lambda: other.similar("card"),
    ):
        with pytest.raises(ModelMismatch, match=r"embedded with|has vectors of"):
            attempt()
    assert [e.content.question for e in collection.all_entries()] == ["Where is my card?"]
    store.close()
