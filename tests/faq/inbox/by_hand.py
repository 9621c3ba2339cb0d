"""Vectors in memory, put together by hand."""

from collections.abc import Sequence

import numpy as np

from embedding import Embedder
from store import Resident
from store.resident import Rows


def assembled(entries: Sequence[tuple[int, Sequence[str], bool]], embedder: Embedder) -> Resident:
    """Return the vectors of entries, given by id as that, ways of asking, and whether they are
    published."""
    every = [text for _, texts, _ in entries for text in texts]
    counts = np.array([len(texts) for _, texts, _ in entries], dtype=np.int64)
    places = np.arange(len(entries), dtype=np.int32)
    none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    vectors = embedder.encode_documents(every)
    ones = np.ones(len(entries), dtype=np.float32)
    return Resident(
        np.array([entry_id for entry_id, _, _ in entries], dtype=np.int64),
        np.ones(len(entries), dtype=bool),
        np.array([published for _, _, published in entries], dtype=bool),
        np.zeros(len(entries), dtype=np.int32),
        ("",),
        Rows(vectors, np.cumsum(counts) - counts, counts, places, ones, places),
        every,
        Rows(vectors[:0], none, none, nowhere, ones[:0], np.full(len(entries), -1, np.int32)),
        np.zeros((0, 2), dtype=np.int32),
    )
