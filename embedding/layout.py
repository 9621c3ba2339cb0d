"""How a sentence-transformers model lies in its directory: modules, weights, tokenizer."""

import json
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from embedding import ModelUnavailable

_KINDS = ("Transformer", "Pooling", "Dense", "LayerNorm", "Dropout", "Normalize")
_WITH_WEIGHTS = ("Transformer", "Dense", "LayerNorm")

# Weights, and what lists their parts where a network is large.
_WEIGHTS = (
    ("*.safetensors", "model.safetensors.index.json"),
    ("pytorch_model*.bin", "pytorch_model.bin.index.json"),
)


class Module(NamedTuple):
    """One step of a model: its kind, such as `Pooling`, and the directory of its files."""

    kind: str
    directory: Path

    @property
    def has_weights(self) -> bool:
        return self.kind in _WITH_WEIGHTS


def modules(path: Path) -> list[Module]:
    """Return the modules of the model in `path`, in the order they run; the first a Transformer.

    Raises `ModelUnavailable` where they are not to be read or are of a kind unknown here.
    """
    listing = read_json(path / "modules.json")
    if listing is None:
        raise ModelUnavailable(
            f"{path} is not a sentence-transformers model: it has no modules.json. "
            f"Name a directory that SentenceTransformer.save() wrote, or a Hub name, in FAQ_MODEL."
        )
    try:
        found = [_module(path, str(entry["type"]), str(entry["path"])) for entry in listing]
    except (KeyError, TypeError) as error:
        raise damaged(path / "modules.json", "a list of modules with type and path") from error
    if not found or found[0].kind != "Transformer":
        raise damaged(path / "modules.json", "a Transformer as the first module")
    return found


def transformer_directory(path: Path) -> Path:
    """Return the directory with the network's configuration and tokenizer: often `path` itself."""
    return modules(path)[0].directory


def tokenizer_file(path: Path) -> Path:
    """Return the model's `tokenizer.json`. Raises `ModelUnavailable` where it has none."""
    file = transformer_directory(path) / "tokenizer.json"
    if not file.is_file():
        raise ModelUnavailable(
            f"The model in {path} has no tokenizer.json. Open it once with sentence-transformers, "
            f"save it to a directory with .save(), and name that directory in FAQ_MODEL."
        )
    return file


def weight_files(module: Module) -> list[Path]:
    """Return the module's weights, safetensors before pickles. Raises where one is missing."""
    for pattern, index in _WEIGHTS:
        found = sorted(module.directory.glob(pattern))
        parts = {*read_object(module.directory / index).get("weight_map", {}).values()}
        missing = parts - {file.name for file in found}
        if found and missing:
            raise ModelUnavailable(
                f"{module.directory} lacks {', '.join(sorted(missing))}, a part of the model's "
                f"weights. Copy or download the model again, or name another in FAQ_MODEL."
            )
        if found:
            return found
    raise ModelUnavailable(
        f"{module.directory} holds no weights; expected model.safetensors. Copy or download the "
        f"model again, or name another in FAQ_MODEL."
    )


def sentence_config(directory: Path) -> dict[str, Any]:
    """Return what sentence-transformers keeps beside a network; empty where it keeps nothing."""
    # Old models name the file after their network, such as sentence_roberta_config.json.
    files = sorted(directory.glob("sentence_*_config.json"), key=lambda file: "bert_" in file.name)
    return read_object(files[0]) if files else {}


def read_object(file: Path) -> dict[str, Any]:
    """Return the JSON object in a file; empty where there is no such file."""
    found = read_json(file)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise damaged(file, "a JSON object")
    return found


def read_json(file: Path) -> Any:
    """Return what a file says, or None where there is no such file."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise damaged(file, f"readable JSON, got: {error}") from error


def damaged(file: Path, expected: str) -> ModelUnavailable:
    """Return the error that says what a model's file should have held."""
    return ModelUnavailable(
        f"{file} is not as it should be: expected {expected}. Copy or download the model again, "
        f"or name another in FAQ_MODEL."
    )


def _module(path: Path, type_name: str, place: str) -> Module:
    package, _, kind = type_name.rpartition(".")
    if package.partition(".")[0] != "sentence_transformers" or kind not in _KINDS:
        raise ModelUnavailable(
            f"The model in {path} has a module of type {type_name}; expected only "
            f"{', '.join(_KINDS)} of sentence_transformers. Choose another model in FAQ_MODEL."
        )
    if PurePosixPath(place).is_absolute() or ".." in PurePosixPath(place).parts:
        raise damaged(path / "modules.json", f"paths inside the model, got {place!r}")
    return Module(kind, path / place)
