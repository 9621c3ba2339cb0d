"""An embedder that embeds no text twice: measurements ask for the same ones again and again."""

from collections.abc import Sequence

import numpy as np

from embedding import Delegating, Embedder, Vector, Vectors


class Remembering(Delegating):
    """Keeps every vector of another embedder."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._documents: dict[str, Vector] = {}
        self._queries: dict[str, Vector] = {}

    def serving(self) -> Embedder:
        return self._embedder

    @property
    def ready(self) -> bool:
        return self._embedder.ready

    def encode_query(self, text: str) -> Vector:
        vector: Vector = self.encode_queries([text])[0]
        return vector

    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        new = list(dict.fromkeys(text for text in texts if text not in self._queries))
        self._queries.update(zip(new, self._embedder.encode_queries(new), strict=True))
        return np.array([self._queries[text] for text in texts], dtype=np.float32)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        new = list(dict.fromkeys(text for text in texts if text not in self._documents))
        self._documents.update(zip(new, self._embedder.encode_documents(new), strict=True))
        return np.array([self._documents[text] for text in texts], dtype=np.float32)
