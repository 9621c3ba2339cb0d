"""Every way of asking with its vector, as the Inbox compares them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedding import Embedder, Vectors
from faq.collection import Collection
from store import Status

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
    entries = [
        (entry.id, entry.content.ways_of_asking, entry.content.status == Status.PUBLISHED)
        for entry in collection.all_entries()
    ]
    return assembled(entries, collection.embedder)


def assembled(entries: Sequence[tuple[int, Sequence[str], bool]], embedder: Embedder) -> Phrasings:
    """Return the phrasings of entries, given by id as that, ways of asking, and whether they are
    published."""
    sizes = np.array([len(texts) for _, texts, _ in entries], dtype=np.intp)
    every = [text for _, texts, _ in entries for text in texts]
    return Phrasings(
        np.repeat(np.array([entry_id for entry_id, _, _ in entries], dtype=np.int64), sizes),
        every,
        embedder.encode_documents(every),
        np.cumsum(sizes) - sizes,
        np.repeat(np.array([published for _, _, published in entries], dtype=bool), sizes),
    )
