"""What an engine takes and gives: texts, vectors, and what identifies a model."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from errors import AskwellError

Loaded = TypeVar("Loaded")

REMOTE = "remote-"
"""What the fingerprints of models on other machines begin with, and of no others."""

Engine = Literal["auto", "openvino", "torch", "remote"]
Precision = Literal["exact", "fast"]

Vector = NDArray[np.float32]
"""One embedding: shape `(dimension,)`, float32, C-contiguous, unit length, finite."""

Vectors = NDArray[np.float32]
"""Several embeddings: shape `(n, dimension)`, one row a text, otherwise as `Vector`."""


class EmbeddingError(AskwellError):
    """Text could not be turned into vectors. The message says why and what to do."""


class ModelUnavailable(EmbeddingError):
    """The model's files are not found, or are not what they should be."""


class ServiceUnreachable(ModelUnavailable):
    """The service that embeds did not answer, however often it was asked."""


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
    """How far the download of a model's files is, in bytes; `total` is 0 where none is running."""

    done: int
    total: int


class Embedder(Protocol):
    """A sentence-embedding model. Safe to share between threads.

    Making one costs nothing; `model` reads its files (and may download them first), `load` makes it
    ready to encode. Every `encode_*` loads first where that has not happened yet. All of them raise
    `ModelUnavailable` where the model cannot be used.
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

    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        """Return the embeddings of questions that are asked: shape `(len(texts), dimension)`.

        `waiting` says that somebody waits for the answer: a busy service is then asked again for
        seconds only."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings of texts to be found: shape `(len(texts), dimension)`."""

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        """Return, a text each, how many tokens it has and how far the model reads. Loads nothing
        but the tokenizer."""

    def tokenize(self, text: str) -> list[str]:
        """Return the tokens of a text as the model reads them, its special tokens included, up to
        where it stops reading. Loads nothing but the tokenizer."""

    def is_word(self, text: str) -> bool:
        """Return whether the tokenizer knows a text as one whole word; False where it cannot be
        asked here. Loads nothing but the tokenizer."""

    def words(self) -> tuple[str, ...]:
        """Return every word of lower-case letters that the tokenizer knows whole, the more frequent
        first; none where it cannot be asked here. Loads nothing but the tokenizer."""


class LoadedOnce(ABC, Generic[Loaded]):
    """The part of an `Embedder` that loads in the first thread that needs it; others wait."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._made: Loaded | None = None

    @abstractmethod
    def _load(self) -> Loaded:
        """Return what computes. Called again after an error."""

    @property
    def ready(self) -> bool:
        return self._made is not None

    def load(self) -> None:
        self._loaded()

    def _loaded(self) -> Loaded:
        if self._made is None:
            with self._loading:
                if self._made is None:
                    self._made = self._load()
        return self._made


class Delegating(ABC):
    """An `Embedder` that leaves everything to another, chosen when it is first needed."""

    @abstractmethod
    def serving(self) -> Embedder:
        """Return the embedder that serves; the first call chooses it."""

    @property
    @abstractmethod
    def ready(self) -> bool:
        """See `Embedder.ready`; chooses nothing."""

    @property
    def model(self) -> Model:
        return self.serving().model

    @property
    def runtime(self) -> Runtime:
        return self.serving().runtime

    def load(self) -> None:
        self.serving().load()

    def encode_query(self, text: str) -> Vector:
        return self.serving().encode_query(text)

    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        return self.serving().encode_queries(texts, waiting=waiting)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self.serving().encode_documents(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return self.serving().count_tokens(texts)

    def tokenize(self, text: str) -> list[str]:
        return self.serving().tokenize(text)

    def is_word(self, text: str) -> bool:
        return self.serving().is_word(text)

    def words(self) -> tuple[str, ...]:
        return self.serving().words()
