"""The contract of a collection's model, and of the sets of vectors that models made."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from store.records import ModelRecord, VectorKind, VectorSet


class VectorSets(Protocol):
    """The vectors of the model in use, and those of others that stand beside them."""

    def model(self) -> ModelRecord | None:
        """Return the collection's model; None where nothing was ever embedded."""

    def use_model(self, model: ModelRecord) -> None:
        """Make `model` the collection's own where it has none yet.

        Does nothing where a model of the same fingerprint is in use already; raises
        `ModelMismatch` where another one is.
        """

    def vector_sets(self) -> list[VectorSet]:
        """Return the sets of vectors that stand here: the active one first, then by age."""

    def begin_set(self, model: ModelRecord) -> None:
        """Begin an empty set of another model's vectors. Does nothing where it has one already."""

    def texts(
        self, kind: VectorKind, limit: int, *, after: int = 0, lacking: str | None = None
    ) -> list[tuple[int, str]]:
        """Return id and text of the first `limit` texts of a kind with an id above `after`, by id,
        the bin included. A phrasing has an id of its own, an answer its entry's. `lacking` leaves
        only those without a vector in the set of that fingerprint."""

    def fill(
        self,
        fingerprint: str,
        kind: VectorKind,
        texts: Sequence[tuple[int, str]],
        vectors: NDArray[np.float32],
    ) -> None:
        """Write vectors, shape `(n, dimension)`, into a model's set, over those that stand there:
        a row for each of the `texts`, which are as the method of that name gave them. What is gone
        or says something else by now is left out. Raises `ModelMismatch` where there is no such
        set."""

    def switch_set(self, fingerprint: str) -> None:
        """Answer with another model's vectors from now on; the others stay beside them.

        Raises `SetIncomplete`, with nothing changed, where a phrasing or an answer is lacking in
        that set, and `ModelMismatch` where there is no such set.
        """

    def drop_set(self, fingerprint: str) -> None:
        """Delete a model's vectors. Raises `ModelMismatch` where they are the active ones; does
        nothing where there are none."""
