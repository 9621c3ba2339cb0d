"""Entries that are very near to older ones, by matrix products over blocks of the vectors."""

from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from store.imports import OlderAlike
from store.records import SearchFilter
from store.sqlite.vectors import VectorTable

ASKED_AT_ONCE = 2048  # questions; every block is read anew for each so many
HELD_AT_ONCE = 512  # vectors that they are compared with
COMPARED_AT_ONCE = 512  # rows of a product: 1 MB

Ids = NDArray[np.int64]


def older_alike(
    vectors: VectorTable, entry_ids: Sequence[int], least: float
) -> Iterator[OlderAlike]:
    """Yield entries whose question is very near to an older entry; see `Store.older_alike`."""
    for start in range(0, len(entry_ids), ASKED_AT_ONCE):
        found = list(vectors.questions(entry_ids[start : start + ASKED_AT_ONCE]))
        if not found:
            continue
        ids = np.array([entry_id for entry_id, _ in found], dtype=np.int64)
        questions = np.array([vector for _, vector in found])
        best = np.full(len(ids), least - 5e-7)
        older = np.zeros(len(ids), dtype=np.int64)
        for _, owners, matrix in vectors.blocks(SearchFilter(unpublished=True), HELD_AT_ONCE):
            for some in (slice(at, at + COMPARED_AT_ONCE) for at in count(0, COMPARED_AT_ONCE)):
                if some.start >= len(ids):
                    break
                if owners.min() < ids[some][-1]:
                    _compare(ids[some], questions[some], owners, matrix, best[some], older[some])
        for place in np.flatnonzero(older):
            yield OlderAlike(int(ids[place]), int(older[place]), round(float(best[place]), 6))


def _compare(
    ids: Ids,
    questions: NDArray[np.float32],
    owners: Ids,
    matrix: NDArray[np.float32],
    best: NDArray[np.float64],
    older: Ids,
) -> None:
    """Take a block of vectors, with the entries that they belong to, into each question's best
    cosine and the entry that has it, in place."""
    cosines = questions @ matrix.T
    if owners.max() >= ids[0]:
        cosines[ids[:, np.newaxis] <= owners] = -1
    near = np.flatnonzero(cosines.max(axis=1) >= best - 1e-6)
    if not len(near):
        return
    rounded = cosines[near].astype(np.float64).round(6)
    highest = rounded.max(axis=1)
    first = np.where(rounded == highest[:, np.newaxis], owners, np.iinfo(np.int64).max).min(axis=1)
    tied = (highest == best[near]) & (first < older[near])
    better = (highest > best[near]) | tied
    best[near[better]] = highest[better]
    older[near[better]] = first[better]
