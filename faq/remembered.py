"""Vectors of texts that come again and again, such as the queries of the log."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from embedding import Embedder, Vector, Vectors

MOST_KEPT = 5_000  # of 384 dimensions: 8 MB


class RememberedVectors:
    """Embeds what it has not embedded lately. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, str], Vector] = OrderedDict()

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
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        rows = [found[key] for key in keys]
        return np.array(rows, dtype=np.float32).reshape(len(rows), model.dimension)
