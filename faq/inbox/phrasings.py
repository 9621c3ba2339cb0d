"""Every way of asking with its vector, as the Inbox compares them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedding import Vectors
from faq.collection import Collection

CELLS_AT_ONCE = 1 << 22  # cosines held at a time: 16 MB of float32


@dataclass(frozen=True, slots=True, eq=False)
class Phrasings:
    """Row i of `vectors` `(n, d)` is the phrasing `texts[i]` of the entry `owners[i]`. They come by
    entry id, an entry's question first; `questions` are the places of the questions, `(entries,)`,
    and `published` says of each phrasing whether readers find it."""

    owners: NDArray[np.int64]
    texts: list[str]
    vectors: Vectors
    questions: NDArray[np.intp]
    published: NDArray[np.bool_]

    @property
    def rows_at_once(self) -> int:
        """How many rows are compared with all others at a time."""
        return max(1, CELLS_AT_ONCE // max(1, len(self.texts)))


def read(collection: Collection) -> Phrasings:
    """Return the phrasings of every entry outside the bin. Raises `EmbeddingError`."""
    resident = collection.store.vectors.resident(fingerprint=collection.embedder.model.fingerprint)
    rows = resident.phrasings.by_entry()
    places = resident.phrasings.places_of(rows)
    return Phrasings(
        resident.entry_ids[places],
        [resident.texts[row] for row in rows.tolist()],
        resident.phrasings.vectors[rows],
        np.flatnonzero(np.diff(places, prepend=-1)),
        resident.published[places],
    )
