"""Vectors of texts that are needed again and again, such as the queries of the log."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from embedding import Embedder, Vector, Vectors

MOST_KEPT = 5_000  # of 384 dimensions: 8 MB


class VectorCache:
    """Embeds what it has not embedded lately. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], Vector] = {}  # the least recently used first

    def queries(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions that are asked, `(len(texts), dimension)`."""
        return self._vectors(embedder, "query", embedder.encode_queries, texts)

    def documents(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts to be found, `(len(texts), dimension)`."""
        return self._vectors(embedder, "document", embedder.encode_documents, texts)

    def _vectors(
        self,
        embedder: Embedder,
        kind: str,
        encode: Callable[[Sequence[str]], Vectors],
        texts: Sequence[str],
    ) -> Vectors:
        model = embedder.model
        keys = [(model.fingerprint, kind, text) for text in texts]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = [key for key in dict.fromkeys(keys) if key not in found]
        if new:
            found |= zip(new, encode([text for _, _, text in new]), strict=True)
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)
                self._kept[key] = found[key]
            for key in list(self._kept)[:-MOST_KEPT]:
                del self._kept[key]
        rows = [found[key] for key in keys]
        return np.array(rows, dtype=np.float32).reshape(len(rows), model.dimension)
