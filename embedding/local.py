"""What engines share that run a model's files on this machine."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from embedding import Model, TokenCount, Vector, Vectors
from embedding.layout import tokenizer_file
from embedding.tokens import count_tokens, encodable, open_tokenizer, tokenize
from embedding.weights import Weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class LocalEmbedder(ABC):
    """An `Embedder` but for loading and computing."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    @property
    def model(self) -> Model:
        return self._weights.model()

    @abstractmethod
    def load(self) -> None:
        """See `Embedder.load`."""

    @abstractmethod
    def _encode(self, texts: list[str], *, as_queries: bool) -> Vectors:
        """Return the vectors of texts that can be encoded as UTF-8, `(len(texts), dimension)`."""

    def encode_query(self, text: str) -> Vector:
        vector: Vector = self.encode_queries([text])[0]
        return vector

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([encodable(text) for text in texts], as_queries=True)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode([encodable(text) for text in texts], as_queries=False)

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return count_tokens(self._tokenizer, texts, self.model.max_tokens)

    def tokenize(self, text: str) -> list[str]:
        return tokenize(self._tokenizer, text, self.model.max_tokens)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return open_tokenizer(tokenizer_file(self._weights.files().path))
