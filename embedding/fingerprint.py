"""What identifies a model, read from the files in its directory alone: no torch, no network."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from embedding.prompts import documented
from embedding.protocol import Model, ModelUnavailable

_KINDS = ("Transformer", "Pooling", "Dense", "LayerNorm", "Dropout", "Normalize")
_WITH_WEIGHTS = ("Transformer", "Dense", "LayerNorm")

# Weights, and what lists their parts where a network is large.
_WEIGHTS = (
    ("*.safetensors", "model.safetensors.index.json"),
    ("pytorch_model*.bin", "pytorch_model.bin.index.json"),
)

# Older models say `pooling_mode_mean_tokens: true`, newer ones `pooling_mode: "mean"`. Where
# several are on, their vectors are concatenated in this order.
_POOLING_SWITCHES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}

# These say who wrote a file, how the model is trained or kept in memory, not what it computes.
# `max_seq_length` is here because `max_tokens` replaces it.
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
_REMEDY = "Copy or download the model again, or name another one."


class Module(NamedTuple):
    """One step of a model: its kind, such as `Pooling`, and the directory of its files."""

    kind: str
    directory: Path


def read_model(path: Path, *, name: str, revision: str | None) -> Model:
    """Return the identity of the sentence-transformers model in the directory `path`.

    `fingerprint` is 16 hexadecimal digits of a SHA-256 over the modules and their configurations,
    the prompts, `max_tokens` and the hashes of weights and tokenizer. A copy keeps it; a model
    saved anew by another version gets another, because its files differ.

    Raises `ModelUnavailable` where a file is missing or damaged or a module is of an unknown kind.
    """
    steps = modules(path)
    settings = _read_object(path / "config_sentence_transformers.json")
    cut = settings.get("truncate_dim")
    limit = max_tokens(steps[0].directory)
    dimension = _dimension(steps)
    weights = [_weight_files(step.directory) for step in steps if step.kind in _WITH_WEIGHTS]
    facts = {
        "modules": [[step.kind, _configuration(step)] for step in steps],
        "weights": [[sha256(file) for file in files] for files in weights],
        "tokenizer": sha256(tokenizer_file(path)),
        "prompts": _configured_prompts(path) or documented_prompts(path, name),
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


def documented_prompts(path: Path, name: str) -> dict[str, str]:
    """Return, in the words of sentence-transformers, the prompts of the model in `path` that its
    own files leave out and its documentation asks for; empty where there are none.

    Its family shows in its name, or in the one under which its network was saved.
    """
    if _configured_prompts(path):
        return {}
    saved_as = _read_object(modules(path)[0].directory / "config.json").get("_name_or_path")
    found = (documented(known)._asdict() for known in (name, str(saved_as or "")))
    return next((prompts for prompts in found if any(prompts.values())), {})


def _configured_prompts(path: Path) -> dict[str, str]:
    # An empty prompt is no prompt: newer versions write them, older ones don't.
    found = _read_object(path / "config_sentence_transformers.json").get("prompts") or {}
    return {key: text for key, text in found.items() if text}


def digest(facts: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits of a SHA-256 over facts that JSON can express."""
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


def modules(path: Path) -> list[Module]:
    """Return the modules of the model in `path`, in the order they run. The first is a Transformer:
    in its directory, often `path` itself, are the network's configuration and the tokenizer.

    Raises `ModelUnavailable` where they cannot be read or are of an unknown kind.
    """
    listing = _read_json(path / "modules.json")
    if listing is None:
        raise ModelUnavailable(
            f"{path} is not a sentence-transformers model: it has no modules.json. "
            f"Name a directory that SentenceTransformer.save() wrote, or a Hub name."
        )
    try:
        found = [_module(path, str(entry["type"]), str(entry["path"])) for entry in listing]
    except (KeyError, TypeError) as error:
        raise _damaged(path / "modules.json", "a list of modules with type and path") from error
    if not found or found[0].kind != "Transformer":
        raise _damaged(path / "modules.json", "a Transformer as the first module")
    return found


def tokenizer_file(path: Path) -> Path:
    """Return the model's `tokenizer.json`. Raises `ModelUnavailable` where it has none."""
    file = modules(path)[0].directory / "tokenizer.json"
    if not file.is_file():
        raise ModelUnavailable(
            f"The model in {path} has no tokenizer.json. Open it once with sentence-transformers, "
            f"save it to a directory with .save(), and name that directory."
        )
    return file


def max_tokens(directory: Path) -> int:
    """Return the limit of the network in `directory`, found where sentence-transformers looks.

    Models saved before version 6 state `max_seq_length`; later ones the tokenizer's
    `model_max_length`, which may exceed what the network can take.
    """
    if stated := _sentence_config(directory).get("max_seq_length"):
        return int(stated)
    candidates = (
        _read_object(directory / "tokenizer_config.json").get("model_max_length"),
        _read_object(directory / "config.json").get("max_position_embeddings"),
    )
    limits = [int(limit) for limit in candidates if limit and limit > 0]
    if not limits:
        raise _damaged(directory / "tokenizer_config.json", "model_max_length")
    return min(limits)


def _module(path: Path, type_name: str, place: str) -> Module:
    package, _, kind = type_name.rpartition(".")
    if package.partition(".")[0] != "sentence_transformers" or kind not in _KINDS:
        raise ModelUnavailable(
            f"The model in {path} has a module of type {type_name}; expected only "
            f"{', '.join(_KINDS)} of sentence_transformers. Choose another model."
        )
    if PurePosixPath(place).is_absolute() or ".." in PurePosixPath(place).parts:
        raise _damaged(path / "modules.json", f"paths inside the model, got {place!r}")
    return Module(kind, path / place)


def _weight_files(directory: Path) -> list[Path]:
    """Return a module's weights, safetensors before pickles. Raises where one is missing."""
    for pattern, index in _WEIGHTS:
        found = sorted(directory.glob(pattern))
        listed = {*_read_object(directory / index).get("weight_map", {}).values()}
        missing = listed - {file.name for file in found}
        if found and missing:
            raise ModelUnavailable(
                f"{directory} lacks {', '.join(sorted(missing))}, a part of the model's weights. "
                f"{_REMEDY}"
            )
        if found:
            return found
    raise ModelUnavailable(
        f"{directory} contains no weights; expected model.safetensors. {_REMEDY}"
    )


def _configuration(step: Module) -> dict[str, Any]:
    """Return what a module's files say about what it computes."""
    config = _read_object(step.directory / "config.json")
    if step.kind == "Transformer":
        config |= _sentence_config(step.directory)
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
            raise _damaged(step.directory / "config.json", f"the key {error.args[0]}") from error
    if not dimension:
        raise ModelUnavailable(
            f"The model in {steps[0].directory} has no Pooling module, so it makes no sentence "
            f"vectors. Choose another model."
        )
    return dimension


def _sentence_config(directory: Path) -> dict[str, Any]:
    """Return what sentence-transformers keeps beside a network; empty where it keeps nothing."""
    # Old models name the file after their network, such as sentence_roberta_config.json.
    files = sorted(directory.glob("sentence_*_config.json"), key=lambda file: "bert_" in file.name)
    return _read_object(files[0]) if files else {}


def _read_object(file: Path) -> dict[str, Any]:
    """Return the JSON object in a file; empty where there is no such file."""
    found = _read_json(file)
    if not isinstance(found, dict | None):
        raise _damaged(file, "a JSON object")
    return found or {}


def _read_json(file: Path) -> Any:
    """Return what a file says, or None where there is no such file."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise _damaged(file, f"readable JSON, got: {error}") from error


def _damaged(file: Path, expected: str) -> ModelUnavailable:
    return ModelUnavailable(f"{file} is not as it should be: expected {expected}. {_REMEDY}")
