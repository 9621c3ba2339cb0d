"""Which engine serves: the one that was asked for, or the first that loads."""

import platform
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from embedding import (
    Download,
    Embedder,
    EmbeddingError,
    Engine,
    Model,
    Network,
    Precision,
    Runtime,
    TokenCount,
)
from embedding.delegation import Delegating
from embedding.openvino import OpenVINOEmbedder
from embedding.sentence_transformer import SentenceTransformerEmbedder
from embedding.weights import Weights


def choose(
    name: str | None,
    *,
    revision: str | None,
    network: Network,
    engine: Engine,
    precision: Precision,
    cache: Path,
    on_download: Callable[[Download], None],
) -> Embedder:
    """Return the embedder that `open_embedder` promises."""
    if engine == "remote":
        # Not before it is wanted: it imports what talks to other machines.
        from embedding.remote import RemoteEmbedder

        return RemoteEmbedder(name, network)
    weights = Weights(name, revision=revision, network=network, on_download=on_download)
    torch = SentenceTransformerEmbedder(weights)
    if engine == "torch" or (engine == "auto" and accelerated()):
        return torch
    openvino = OpenVINOEmbedder(weights, cache, precision)
    return openvino if engine == "openvino" else FirstThatLoads([openvino, torch])


def accelerated() -> bool:
    """Return whether torch would find more than a CPU here, as far as one can tell without
    importing it, which takes seconds."""
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    try:
        has_cuda = not version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False
    has_device = Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi") is not None
    return has_cuda and has_device


class FirstThatLoads(Delegating):
    """The first of several engines, all of one model, that loads."""

    def __init__(self, engines: Sequence[Embedder]) -> None:
        self._engines = engines
        self._loading = threading.Lock()
        self._chosen: Embedder | None = None
        self._note = ""

    @property
    def model(self) -> Model:
        return self._engines[0].model  # which reads files, and loads nothing

    @property
    def runtime(self) -> Runtime:
        return replace(super().runtime, note=self._note)

    @property
    def ready(self) -> bool:
        return self._chosen is not None

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return self._engines[0].count_tokens(texts)

    def tokenize(self, text: str) -> list[str]:
        return self._engines[0].tokenize(text)

    def serving(self) -> Embedder:
        if self._chosen is None:
            with self._loading:
                if self._chosen is None:
                    self._chosen = self._first()
        return self._chosen

    def _first(self) -> Embedder:
        _ = self.model  # no engine can do without the files
        *preferred, last = self._engines
        for engine in preferred:
            try:
                engine.load()
                return engine
            except EmbeddingError as error:
                self._note = str(error)
        last.load()
        return last
