"""Vectors in two dimensions, so that a collection can be looked at."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embedding.protocol import Vector, Vectors
from embedding.similarity import cosine_similarity

Positions = NDArray[np.float32]
"""Points in the plane: shape `(n, 2)`, one row a vector, x then y."""

PERPLEXITY = 30.0  # how many neighbours t-SNE lets a point have, roughly: its authors say 5 to 50
PLACED_BY = 5


class PrincipalComponents:
    """The plane in which vectors `(n, dimension)` differ most (PCA); x is where they do so most.

    `share` is how much of their variance is in it, 0 to 1.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._mean = vectors.mean(axis=0)
        centred = vectors - self._mean
        variances, directions = np.linalg.eigh(centred.T @ centred)  # smallest first
        self._axes = directions[:, :-3:-1]
        # An axis may point either way: its largest number is made positive, so that maps agree.
        largest = np.abs(self._axes).argmax(axis=0)
        self._axes = self._axes * np.sign(self._axes[largest, range(2)])
        self.positions: Positions = centred @ self._axes
        variance = float(variances.sum())
        self.share = min(1.0, float(variances[-2:].sum()) / variance) if variance > 0 else 1.0

    def place(self, vector: Vector) -> NDArray[np.float32]:
        """Return the place of another vector `(dimension,)` in the plane: shape `(2,)`."""
        position: NDArray[np.float32] = (vector - self._mean) @ self._axes
        return position


class Neighbourhoods:
    """A plane in which vectors `(n, dimension)` that are similar are together (t-SNE).

    The distance between groups means little. Computing it takes seconds for a thousand vectors, and
    happens when `positions` is first asked for; the same vectors give the same positions.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    @cached_property
    def positions(self) -> Positions:
        n = len(self._vectors)
        if not np.ptp(self._vectors, axis=0).any():  # all the same, or fewer than two
            return np.zeros((n, 2), dtype=np.float32)
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits

        projection = TSNE(
            metric="cosine",
            init="pca",
            # Three times the perplexity is how many neighbours it looks at, of n - 1.
            perplexity=min(PERPLEXITY, (n - 1) / 3),
            random_state=0,
        )
        # One thread: it is no slower where others compute too, and leaves the rest to questions.
        with threadpool_limits(1, user_api="openmp"):
            positions: Positions = projection.fit_transform(self._vectors)
        return positions

    def place(self, vector: Vector) -> NDArray[np.float32]:
        """Return about the place of another vector `(dimension,)`: shape `(2,)`.

        t-SNE places nothing that it was not computed with. This is the mean of its nearest vectors'
        positions, each weighted by 1 / (1 - cosine similarity)^4 (inverse distance weighting, after
        Shepard, 1968; the power lets the very nearest decide). So a vector of the map keeps
        its place.
        """
        cosines = cosine_similarity(vector, self._vectors)
        nearest = np.argsort(-cosines)[:PLACED_BY]
        weights = (1 - cosines[nearest] + 1e-6) ** -4.0
        position: NDArray[np.float32] = np.average(self.positions[nearest], axis=0, weights=weights)
        return position
