"""What identifies a model, read from its files alone: no torch, no network."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from embedding import Model, ModelUnavailable
from embedding.layout import (
    Module,
    damaged,
    modules,
    read_object,
    sentence_config,
    tokenizer_file,
    transformer_directory,
    weight_files,
)

# Older models say `pooling_mode_mean_tokens: true`, newer ones `pooling_mode: "mean"`. Where
# several are on, their vectors stand one after another in this order.
_POOLING_SWITCHES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}

# These say who wrote a file, how the model is trained or how it is held in memory, not what it
# computes. `max_seq_length` is here because `max_tokens` stands for it.
_IDLE_KEYS = {
    "__version__",
    "_name_or_path",
    "architectures",
    "attention_probs_dropout_prob",
    "dtype",
    "gradient_checkpointing",
    "hidden_dropout_prob",
    "initializer_range",
    "max_seq_length",
    "torch_dtype",
    "transformers_version",
    "use_cache",
}


def read_model(path: Path, *, name: str, revision: str | None) -> Model:
    """Return the identity of the sentence-transformers model in the directory `path`.

    `fingerprint` is 16 hexadecimal digits of a SHA-256 over the modules and their configurations,
    the prompts, `max_tokens` and the hashes of weights and tokenizer. A copy keeps it; a model
    saved anew by another version gets another, because its files differ.

    Raises `ModelUnavailable` where a file is missing or damaged or a module is of an unknown kind.
    """
    steps = modules(path)
    settings = read_object(path / "config_sentence_transformers.json")
    cut = settings.get("truncate_dim")
    limit = max_tokens(transformer_directory(path))
    dimension = _dimension(steps)
    facts = {
        "modules": [[step.kind, _configuration(step)] for step in steps],
        "weights": [[sha256(f) for f in weight_files(step)] for step in steps if step.has_weights],
        "tokenizer": sha256(tokenizer_file(path)),
        # An empty prompt is no prompt: newer versions write them, older ones leave them out.
        "prompts": {key: text for key, text in (settings.get("prompts") or {}).items() if text},
        "truncate_dim": cut,
        "max_tokens": limit,
    }
    return Model(
        name=name,
        revision=revision,
        fingerprint=digest(facts),
        dimension=min(dimension, cut) if cut else dimension,
        max_tokens=limit,
    )


def digest(facts: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits of a SHA-256 over facts that JSON can hold."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal; an unchanged file is read once a process."""
    state = path.stat()
    return _sha256(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, modified_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _configuration(step: Module) -> dict[str, Any]:
    """Return what a module's files say about what it computes."""
    config = read_object(step.directory / "config.json")
    if step.kind == "Transformer":
        config |= sentence_config(step.directory)
    if step.kind == "Pooling":
        switched = [mode for key, mode in _POOLING_SWITCHES.items() if config.pop(key, False)]
        modes = config.get("pooling_mode", switched or "mean")
        config["pooling_mode"] = [modes] if isinstance(modes, str) else list(modes)
        config.setdefault("include_prompt", True)
        if "word_embedding_dimension" in config:
            config["embedding_dimension"] = config.pop("word_embedding_dimension")
    return {key: value for key, value in config.items() if key not in _IDLE_KEYS}


def _dimension(steps: list[Module]) -> int:
    dimension = 0
    for step in steps:
        config = _configuration(step)
        try:
            if step.kind == "Pooling":
                dimension = int(config["embedding_dimension"]) * len(config["pooling_mode"])
            elif step.kind == "Dense":
                dimension = int(config["out_features"])
        except KeyError as error:
            raise damaged(step.directory / "config.json", f"the key {error.args[0]}") from error
    if not dimension:
        raise ModelUnavailable(
            f"The model in {steps[0].directory} has no Pooling module, so it makes no sentence "
            f"vectors. Choose another model in FAQ_MODEL."
        )
    return dimension


def max_tokens(directory: Path) -> int:
    """Return the model's limit, found where sentence-transformers looks for it.

    Models saved before version 6 state `max_seq_length`; later ones the tokenizer's
    `model_max_length`, which may exceed what the network can take.
    """
    if stated := sentence_config(directory).get("max_seq_length"):
        return int(stated)
    candidates = (
        read_object(directory / "tokenizer_config.json").get("model_max_length"),
        read_object(directory / "config.json").get("max_position_embeddings"),
    )
    limits = [int(limit) for limit in candidates if limit and limit > 0]
    if not limits:
        raise damaged(directory / "tokenizer_config.json", "model_max_length")
    return min(limits)
