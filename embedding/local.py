"""What engines share that run a model's files on this machine."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from embedding import Model, TokenCount, Vector, Vectors
from embedding.batches import batches
from embedding.fair_lock import FairLock
from embedding.layout import tokenizer_file
from embedding.tokens import count_tokens, encodable, open_tokenizer
from embedding.weights import Weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class LocalEmbedder(ABC):
    """An `Embedder` but for loading and for one batch.

    Texts go batch by batch and, within `_turns`, one batch after another: a question waits for one
    batch of a long job, not for the job.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._turns = FairLock()

    @property
    def model(self) -> Model:
        return self._weights.model()

    @abstractmethod
    def load(self) -> None:
        """See `Embedder.load`."""

    @abstractmethod
    def _encode_batch(self, texts: list[str], *, as_queries: bool) -> Vectors:
        """Return the vectors of a few texts, `(len(texts), dimension)`; the model is loaded."""

    def encode_query(self, text: str) -> Vector:
        vector: Vector = self.encode_queries([text])[0]
        return vector

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, as_queries=True)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, as_queries=False)

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return count_tokens(self._tokenizer, texts, self.model.max_tokens)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return open_tokenizer(tokenizer_file(self._weights.files().path))

    def _encode(self, texts: Sequence[str], *, as_queries: bool) -> Vectors:
        vectors = np.empty((len(texts), self.model.dimension), dtype=np.float32)
        if texts:
            self.load()
        for batch in batches(texts):
            wanted = [encodable(texts[i]) for i in batch]
            vectors[batch] = self._encode_batch(wanted, as_queries=as_queries)
        return vectors
