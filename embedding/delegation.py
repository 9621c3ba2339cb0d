"""An embedder that another one serves."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from embedding import Embedder, Model, Runtime, TokenCount, Vector, Vectors


class Delegating(ABC):
    """An `Embedder` that hands everything to another, chosen when it is first needed."""

    @abstractmethod
    def serving(self) -> Embedder:
        """Return the embedder that serves; the first call chooses it."""

    @property
    def model(self) -> Model:
        return self.serving().model

    @property
    def runtime(self) -> Runtime:
        return self.serving().runtime

    @property
    @abstractmethod
    def ready(self) -> bool:
        """See `Embedder.ready`; chooses nothing."""

    def load(self) -> None:
        self.serving().load()

    def encode_query(self, text: str) -> Vector:
        return self.serving().encode_query(text)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.serving().encode_queries(texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self.serving().encode_documents(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return self.serving().count_tokens(texts)

    def tokenize(self, text: str) -> list[str]:
        return self.serving().tokenize(text)
