"""Sentences side by side: how similar they are, as the model sees them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embedding import Embedder
from embedding.similarity import cosine_similarity


def similarities(embedder: Embedder, sentences: Sequence[str]) -> NDArray[np.float32]:
    """Return the cosine similarity of each sentence to each, shape `(n, n)`."""
    vectors = embedder.encode_documents(sentences)
    table: NDArray[np.float32] = cosine_similarity(vectors, vectors)
    return table


def most_similar(table: NDArray[np.float32]) -> tuple[int, int]:
    """Return which two different sentences of a table of `similarities` are the most similar; the
    first such pair, in the order of the table."""
    rows, columns = np.triu_indices(len(table), k=1)
    best = int(table[rows, columns].argmax())
    return int(rows[best]), int(columns[best])
