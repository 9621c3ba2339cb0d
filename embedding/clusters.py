"""Vectors in clusters: those of a cluster are more similar to its middle than to any other's."""

import numpy as np
from numpy.typing import NDArray

from embedding.protocol import Vectors

STARTS, ROUNDS = 5, 50


def clustered(vectors: Vectors, count: int) -> NDArray[np.int64]:
    """Return the cluster of each of `n` unit vectors, one or more, shape `(n,)`, the largest being
    0; at most `count` are used. The same vectors give the same clusters.

    Spherical k-means (Dhillon and Modha, 2001): the best of several starts.
    """
    rng = np.random.default_rng(0)
    best, found = -np.inf, np.zeros(len(vectors), dtype=np.int64)
    for _ in range(STARTS):
        middles = vectors[rng.choice(len(vectors), min(count, len(vectors)), replace=False)]
        for _ in range(ROUNDS):
            cosines = vectors @ middles.T
            of = cosines.argmax(axis=1)
            sums = np.zeros_like(middles)
            np.add.at(sums, of, vectors)
            lengths = np.linalg.norm(sums, axis=1, keepdims=True)
            moved = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), middles)
            if np.allclose(moved, middles, atol=1e-6):
                break
            middles = moved
        if (fit := float(cosines.max(axis=1).sum())) > best:
            best, found = fit, of
    by_size = np.argsort(-np.bincount(found), kind="stable")
    order: NDArray[np.int64] = np.argsort(by_size)[found]
    return order
