"""Which engine computes: the ones that this machine offers, and the one that is used."""

import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from embedding.protocol import (
    Delegating,
    Download,
    Embedder,
    EmbeddingError,
    Engine,
    LoadedOnce,
    Model,
    Precision,
    Runtime,
    TokenCount,
)
from hub.network import Network

CPUINFO = Path("/proc/cpuinfo")
BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}  # as Linux names them on x86 and on ARM
ANYWHERE = Network()


def open_embedder(
    name: str | None = None,
    *,
    revision: str | None = None,
    network: Network = ANYWHERE,
    engine: Engine = "auto",
    precision: Precision = "exact",
    cache: Path = Path("data"),
    on_download: Callable[[Download], None] = lambda download: None,
) -> Embedder:
    """Return the embedder for a Hub name or a model directory; None means all-MiniLM-L6-v2.

    Nothing is read or loaded yet. `revision` is the Hub's commit, branch or tag to take, which may
    also follow the name, after @; None means the newest, or for all-MiniLM-L6-v2 the one that
    Askwell was measured with. Where `network` is offline, files come from the directory, the
    installed package or the Hub's cache, or `ModelUnavailable` says what to install. `auto` takes
    OpenVINO where there is only a CPU, and torch where there is more or OpenVINO fails; `remote`
    sends every text to another machine, whatever revision that serves, and is never chosen by
    itself. `cache` is the folder for what OpenVINO makes of a model. `on_download` is called, in
    whatever thread loads the model, with how far the download of its files is.
    """
    # Each not before it is wanted: one of them imports what talks to other machines.
    if engine == "remote":
        from embedding.remote import RemoteEmbedder

        return RemoteEmbedder(name, network)
    from embedding.openvino import OpenVINOEmbedder
    from embedding.sentence_transformer import SentenceTransformerEmbedder
    from embedding.weights import Weights

    weights = Weights(name, revision=revision, network=network, on_download=on_download)
    torch = SentenceTransformerEmbedder(weights)
    if engine == "torch" or (engine == "auto" and accelerated()):
        return torch
    openvino = OpenVINOEmbedder(weights, cache, precision)
    return openvino if engine == "openvino" else FirstThatLoads([openvino, torch])


class FirstThatLoads(LoadedOnce[Embedder], Delegating):
    """The first of several engines, all of one model, that loads."""

    def __init__(self, engines: Sequence[Embedder]) -> None:
        super().__init__()
        self._engines = engines
        self._note = ""

    @property
    def model(self) -> Model:
        return self._engines[0].model  # which reads files, and loads nothing

    @property
    def runtime(self) -> Runtime:
        return replace(super().runtime, note=self._note)

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return self._engines[0].count_tokens(texts)

    def tokenize(self, text: str) -> list[str]:
        return self._engines[0].tokenize(text)

    def is_word(self, text: str) -> bool:
        return self._engines[0].is_word(text)

    def words(self) -> tuple[str, ...]:
        return self._engines[0].words()

    def serving(self) -> Embedder:
        return self._loaded()

    def _load(self) -> Embedder:
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


@dataclass(frozen=True, slots=True)
class Variant:
    """An engine, how precisely it computes, and on what; `GPU` is whatever torch finds beside the
    CPU."""

    engine: Engine
    precision: Precision
    device: Literal["CPU", "GPU"] = "CPU"

    def environment(self) -> dict[str, str]:
        """Return what a process's environment must say for torch to compute on the device."""
        return {"CUDA_VISIBLE_DEVICES": ""} if self.device == "CPU" else {}


def variants() -> list[Variant]:
    """Return the variants that should run here, the likeliest choice first; the remote engine is
    none of them. Nothing heavy is imported for it: only loading one shows whether it runs."""
    if not _installed("sentence-transformers", "torch"):
        return []
    found: list[Variant] = []
    if _installed("openvino"):
        found.append(Variant("openvino", "exact"))
        if has_bfloat16() is not False:
            found.append(Variant("openvino", "fast"))
    if accelerated():
        found.append(Variant("torch", "exact", "GPU"))
    if platform.system() != "Darwin" or not accelerated():  # Apple's GPU cannot be hidden
        found.append(Variant("torch", "exact"))
    return found


def accelerated() -> bool:
    """Return whether torch would find more than a CPU here, as far as one can say without importing
    it, which takes seconds."""
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    try:
        has_cuda = not version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False
    has_device = Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi") is not None
    return has_cuda and has_device


def processor() -> str:
    """Return the processor's name as its maker gives it, as far as the system says."""
    return _cpuinfo("model name") or platform.processor() or platform.machine() or "unknown"


def has_bfloat16() -> bool | None:
    """Return whether the processor computes in bfloat16; None where the system does not say."""
    features = _cpuinfo("flags") or _cpuinfo("Features")
    return bool(BFLOAT16 & set(features.split())) if features else None


def _cpuinfo(name: str) -> str:
    """Return what Linux says of the first processor under `name`; empty where it says nothing."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""  # not Linux
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(name))
    return next(found, "")


def _installed(*packages: str) -> bool:
    try:
        return all(version(package) for package in packages)
    except PackageNotFoundError:
        return False
