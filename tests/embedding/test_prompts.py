"""What is put before texts: what a model's own files say, else what its family needs."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from embedding import Engine, Network, open_embedder
from embedding.fingerprint import read_model
from embedding.prompts import NONE, Prompts, documented
from embedding.weights import Weights

E5 = Prompts("query: ", "passage: ")


@pytest.mark.parametrize(
    "name",
    [
        "intfloat/multilingual-e5-small",
        "intfloat/e5-base-v2",
        "multilingual-e5-small-q4",
        "jeffh/intfloat-multilingual-e5-large:f16",
        "text-embedding-multilingual-e5-base",
        "/models/Multilingual-E5-Small",
        "nvidia/nv-embedqa-e5-v5",
    ],
)
def test_the_e5_family_is_known_by_name(name: str) -> None:
    assert documented(name) == E5


@pytest.mark.parametrize(
    "name",
    [
        "",
        "sentence-transformers/all-MiniLM-L6-v2",
        "e5/all-MiniLM-L6-v2",
        "/models/e5/bge-m3",
        "some-abe5-model",
        "intfloat/multilingual-e5-large-instruct",
        "intfloat/e5-mistral-7b-instruct",
    ],
)
def test_other_models_get_none(name: str) -> None:
    assert documented(name) == NONE


def without_prompts(model: Path, folder: Path) -> Path:
    """Return a copy of a model, in a folder of that name, whose files name no prompts."""
    shutil.copytree(model, folder)
    (folder / "config_sentence_transformers.json").unlink()
    return folder


@pytest.mark.model
@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_a_local_model_of_the_family_gets_its_prompts(
    tiny_model: Path, tmp_path: Path, model_cache: Path, engine: Engine
) -> None:
    plain = without_prompts(tiny_model, tmp_path / "plain")
    e5 = without_prompts(tiny_model, tmp_path / "tiny-e5-small")
    bare = open_embedder(str(plain), engine="torch")
    prompted = open_embedder(str(e5), engine=engine, cache=model_cache)
    query, passage = bare.encode_documents(["query: abc", "passage: abc"])
    np.testing.assert_allclose(prompted.encode_query("abc"), query, atol=1e-5)
    np.testing.assert_allclose(prompted.encode_documents(["abc"])[0], passage, atol=1e-5)
    assert prompted.model.fingerprint != bare.model.fingerprint


@pytest.mark.model
def test_a_model_that_names_its_own_gets_no_others(tiny_model: Path, tmp_path: Path) -> None:
    named = shutil.copytree(tiny_model, tmp_path / "tiny-e5-small")  # a prompt for questions alone
    own, as_e5 = (open_embedder(str(path), engine="torch") for path in (tiny_model, named))
    found, expected = (one.encode_documents(["abc"]) for one in (as_e5, own))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert as_e5.model.fingerprint == own.model.fingerprint


def test_its_own_prompts_come_first(paper_model: Path) -> None:
    own = paper_model / "config_sentence_transformers.json"
    own.write_text(json.dumps({"prompts": {"query": "ask: "}}))
    as_e5, as_other = (read_model(paper_model, name=n, revision=None) for n in ("a/e5", "a/b"))
    assert as_e5.fingerprint == as_other.fingerprint


def test_a_copy_under_another_name_is_known_by_what_it_was_saved_as(paper_model: Path) -> None:
    config = json.loads((paper_model / "config.json").read_text())
    before = read_model(paper_model, name="a/e5-small", revision=None).fingerprint
    config["_name_or_path"] = "intfloat/multilingual-e5-small"
    (paper_model / "config.json").write_text(json.dumps(config))
    assert read_model(paper_model, name="copy", revision=None).fingerprint == before


def test_the_installed_model_is_the_one_that_collections_know() -> None:
    assert Weights(network=Network(offline=True)).model().fingerprint == "312ee7a04567d1a2"
