"""Text to unit vectors. Knows nothing of entries, databases or screens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from embedding.errors import EmbeddingError, ModelUnavailable
from hub.network import Network

__all__ = [
    "REMOTE",
    "Download",
    "Embedder",
    "EmbeddingError",
    "Engine",
    "Model",
    "ModelUnavailable",
    "Network",
    "Precision",
    "Runtime",
    "TokenCount",
    "Vector",
    "Vectors",
    "open_embedder",
]

ANYWHERE = Network()

REMOTE = "remote-"
"""What the fingerprints of models on other machines begin with, and of no others."""

Engine = Literal["auto", "openvino", "torch", "remote"]
Precision = Literal["exact", "fast"]

Vector = NDArray[np.float32]
"""One embedding: shape `(dimension,)`, float32, C-contiguous, unit length, finite."""

Vectors = NDArray[np.float32]
"""Several embeddings: shape `(n, dimension)`, one row a text, otherwise as `Vector`."""


@dataclass(frozen=True, slots=True)
class Model:
    """What identifies a model, read from its files without loading it.

    `fingerprint` is equal exactly where vectors are comparable: it is taken over the weights,
    the tokenizer, pooling, normalisation, prompts and `max_tokens`, not over the name, so that the
    same files give the same fingerprint wherever they came from. A remote model's is taken over
    what its service says of it, which nobody can verify, and never equals a local one's.
    """

    name: str
    revision: str | None
    fingerprint: str
    dimension: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Runtime:
    """What computes the vectors, for people to read: `torch`, `CPU (AMD EPYC 9B14)`, `exact`.

    `note` says why it is not what was asked for; empty where it is.
    """

    engine: str
    device: str
    precision: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class TokenCount:
    """How much of a text the model reads.

    `count` is the number of tokens the whole text has, special tokens included; `read_characters`
    the number of characters from the start that the model reads (all of them while
    `count <= limit`).
    """

    count: int
    limit: int
    read_characters: int

    @property
    def truncated(self) -> bool:
        return self.count > self.limit


@dataclass(frozen=True, slots=True)
class Download:
    """How far the download of a model's files is, in bytes; `total` is 0 where none is under
    way."""

    done: int
    total: int


def _ignore(download: Download) -> None:
    """Where nobody looks at the progress."""


class Embedder(Protocol):
    """A sentence-embedding model. Safe to share between threads.

    Making one costs nothing; `model` reads its files (and may download them first), `load` makes it
    ready to encode. Every `encode_*` loads first where that has not happened yet. All of them raise
    `ModelUnavailable` where the model cannot be had.
    """

    @property
    def model(self) -> Model: ...

    @property
    def runtime(self) -> Runtime:
        """Where the model runs; loads it."""

    @property
    def ready(self) -> bool:
        """Whether the next `encode_*` starts at once."""

    def load(self) -> None:
        """Load the model, or wait for the thread that is loading it. Does nothing when ready."""

    def encode_query(self, text: str) -> Vector:
        """Return the embedding of one question that somebody asks: shape `(dimension,)`."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings of questions that are asked: shape `(len(texts), dimension)`."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings of texts to be found: shape `(len(texts), dimension)`."""

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        """Return, a text each, how many tokens it has and how far the model reads. Loads nothing
        but the tokenizer."""

    def tokenize(self, text: str) -> list[str]:
        """Return the tokens of a text as the model reads them, its special tokens included, up to
        where it stops reading. Loads nothing but the tokenizer."""


def open_embedder(
    name: str | None = None,
    *,
    revision: str | None = None,
    network: Network = ANYWHERE,
    engine: Engine = "auto",
    precision: Precision = "exact",
    cache: Path = Path("data"),
    on_download: Callable[[Download], None] = _ignore,
) -> Embedder:
    """Return the embedder for a Hub name or a model directory; None means all-MiniLM-L6-v2.

    Nothing is read or loaded yet. `revision` is the Hub's commit, branch or tag to take, which may
    also follow the name, after @; None means the newest, or for all-MiniLM-L6-v2 the one that
    Askwell was measured with. Where `network` is offline, files
    come from the directory, the installed package or the Hub's cache, or `ModelUnavailable` says
    what to install. `auto` takes OpenVINO where there is only a CPU, and torch where there is more
    or OpenVINO fails; `remote` sends every text to another machine, whatever revision that serves,
    and is never chosen by itself. `cache` is the folder for what OpenVINO makes of a model.
    `on_download` hears, in whatever thread loads the model, how far the download of its files is.
    """
    from embedding.choice import choose

    return choose(
        name,
        revision=revision,
        network=network,
        engine=engine,
        precision=precision,
        cache=cache,
        on_download=on_download,
    )
