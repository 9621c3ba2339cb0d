"""A model's identity follows what it computes, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embedding import Model, ModelUnavailable
from embedding.fingerprint import read_model


def read(path: Path) -> Model:
    return read_model(path, name="paper", revision=None)


def change(file: Path, **values: Any) -> None:
    config = json.loads(file.read_text()) if file.exists() else {}
    config.update(values)
    file.write_text(json.dumps({key: value for key, value in config.items() if value is not None}))


def test_identity_is_read_from_the_files(paper_model: Path) -> None:
    model = read_model(paper_model, name="some/model", revision="abc")
    assert (model.name, model.revision) == ("some/model", "abc")
    assert (model.dimension, model.max_tokens) == (12, 32)
    assert len(model.fingerprint) == 16
    assert int(model.fingerprint, 16)


def test_a_copy_under_another_name_has_the_same_fingerprint(
    paper_model: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(paper_model, tmp_path / "elsewhere")
    other = read_model(copy, name="another/name", revision="abc")
    assert other.fingerprint == read(paper_model).fingerprint


@pytest.mark.parametrize(
    "edit",
    [
        lambda path: change(path / "sentence_bert_config.json", max_seq_length=16),
        lambda path: change(path / "sentence_bert_config.json", do_lower_case=True),
        lambda path: change(path / "1_P" / "config.json", pooling_mode_cls_token=True),
        lambda path: change(path / "config.json", hidden_act="relu"),
        lambda path: change(path / "config_sentence_transformers.json", prompts={"query": "q: "}),
        lambda path: change(path / "config_sentence_transformers.json", truncate_dim=4),
        lambda path: (path / "model.safetensors").write_bytes(b"weightz"),
        lambda path: (path / "tokenizer.json").write_text("{}"),
    ],
    ids=["limit", "case", "pooling", "network", "prompt", "truncation", "weights", "tokenizer"],
)
def test_what_changes_vectors_changes_the_fingerprint(
    paper_model: Path, edit: Callable[[Path], object]
) -> None:
    before = read(paper_model).fingerprint
    edit(paper_model)
    assert read(paper_model).fingerprint != before


@pytest.mark.parametrize(
    "edit",
    [
        lambda path: change(path / "config_sentence_transformers.json", __version__={"a": "9"}),
        lambda path: change(path / "config_sentence_transformers.json", prompts={"query": ""}),
        lambda path: change(path / "config.json", transformers_version="9", _name_or_path="x"),
        lambda path: (path / "README.md").write_text("hello"),
        lambda path: change(
            path / "1_P" / "config.json",
            word_embedding_dimension=None,
            pooling_mode_mean_tokens=None,
            embedding_dimension=12,
            pooling_mode="mean",
            include_prompt=True,
        ),
    ],
    ids=["versions", "empty prompt", "provenance", "readme", "newer pooling"],
)
def test_what_leaves_vectors_alone_leaves_the_fingerprint(
    paper_model: Path, edit: Callable[[Path], object]
) -> None:
    before = read(paper_model)
    edit(paper_model)
    assert read(paper_model) == before


def test_the_limit_is_the_tokenizers_where_version_6_saved_the_model(paper_model: Path) -> None:
    change(paper_model / "sentence_bert_config.json", max_seq_length=None)
    assert read(paper_model).max_tokens == 64  # the network's, which is less than the tokenizer's
    change(paper_model / "tokenizer_config.json", model_max_length=48)
    assert read(paper_model).max_tokens == 48


def test_dimension_follows_pooling_dense_and_truncation(paper_model: Path) -> None:
    change(paper_model / "1_P" / "config.json", pooling_mode_cls_token=True)
    assert read(paper_model).dimension == 24

    modules = json.loads((paper_model / "modules.json").read_text())
    modules.append({"path": "2_D", "type": "sentence_transformers.base.modules.dense.Dense"})
    (paper_model / "modules.json").write_text(json.dumps(modules))
    (paper_model / "2_D").mkdir()
    change(paper_model / "2_D" / "config.json", in_features=24, out_features=7)
    (paper_model / "2_D" / "pytorch_model.bin").write_bytes(b"older weights")
    assert read(paper_model).dimension == 7

    change(paper_model / "config_sentence_transformers.json", truncate_dim=5)
    assert read(paper_model).dimension == 5


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("modules.json", r"is not a sentence-transformers model: it has no modules\.json"),
        ("tokenizer.json", r"has no tokenizer\.json\. Open it once with sentence-transformers"),
        ("model.safetensors", r"contains no weights; expected model\.safetensors"),
        ("1_P/config.json", r"expected the key embedding_dimension"),
    ],
)
def test_a_missing_file_is_named(paper_model: Path, missing: str, sentence: str) -> None:
    (paper_model / missing).unlink()
    with pytest.raises(ModelUnavailable, match=sentence):
        read(paper_model)


def test_broken_json_is_named(paper_model: Path) -> None:
    (paper_model / "config.json").write_text("{")
    with pytest.raises(ModelUnavailable, match=r"config\.json is not as it should be: expected"):
        read(paper_model)


@pytest.mark.parametrize("type_name", ["custom_code.Pooling", "sentence_transformers.models.CNN"])
def test_unknown_modules_are_refused(paper_model: Path, type_name: str) -> None:
    modules = [
        {"path": "", "type": "sentence_transformers.models.Transformer"},
        {"path": "1_P", "type": type_name},
    ]
    (paper_model / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelUnavailable, match=f"has a module of type {type_name}; expected only"):
        read(paper_model)


def test_a_module_outside_the_model_is_refused(paper_model: Path) -> None:
    modules = [{"path": "../other", "type": "sentence_transformers.models.Transformer"}]
    (paper_model / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelUnavailable, match="paths inside the model"):
        read(paper_model)
