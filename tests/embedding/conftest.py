"""Models that cost nothing to make."""

import json
from pathlib import Path

import pytest

from tests.tiny_models import make_model


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Hub's cache, with nothing in it."""
    from huggingface_hub import constants

    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def paper_model(tmp_path: Path) -> Path:
    """A model's files in their old shape, enough to be identified and too little to be loaded."""
    path = tmp_path / "paper"
    files: dict[str, object] = {
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_P", "type": "sentence_transformers.models.Pooling"},
        ],
        "1_P/config.json": {"word_embedding_dimension": 12, "pooling_mode_mean_tokens": True},
        "config.json": {"hidden_size": 12, "max_position_embeddings": 64},
        "sentence_bert_config.json": {"max_seq_length": 32, "do_lower_case": False},
        "config_sentence_transformers.json": {"__version__": {"transformers": "4.6.1"}},
        "tokenizer.json": {"model": "on paper"},
        "tokenizer_config.json": {"model_max_length": 128},
    }
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(json.dumps(content))
    (path / "model.safetensors").write_bytes(b"weights")
    return path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights that reads letters: 8 dimensions, 32 tokens, a prompt."""
    return make_model(tmp_path_factory.mktemp("models"), 8)
