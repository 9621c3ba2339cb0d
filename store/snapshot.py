"""The vectors of a collection in memory, as they stood at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.records import SearchFilter

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The vectors of one model's set, of every entry outside the bin that has some.

    Entries stand by id: `entry_ids`, `published` and `categories`, shape `(entries,)`. Their
    phrasings follow one another, the question first: those of entry i begin at `starts[i]` in
    `texts` `(phrasings,)` and `vectors` `(phrasings, dimension)`, and their mean vector has length
    `coherence[i]`, 1 where they all agree. Row j of `answers` `(answered, dimension)` is the vector
    of question and answer in one text of the entry at place `answered[j]`. Read-only.
    """

    entry_ids: Ids
    published: NDArray[np.bool_]
    categories: NDArray[np.object_]
    starts: NDArray[np.intp]
    texts: NDArray[np.object_]
    vectors: NDArray[np.float32]
    coherence: NDArray[np.float32]
    answered: NDArray[np.intp]
    answers: NDArray[np.float32]

    @property
    def sizes(self) -> NDArray[np.intp]:
        """How many phrasings each entry has."""
        return np.diff(self.starts, append=len(self.texts))

    def rows_of(self, entry_id: int) -> slice:
        """Return the rows of an entry's phrasings; none where it is not here."""
        place = int(np.searchsorted(self.entry_ids, entry_id))
        if entry_id not in self.entry_ids[place : place + 1]:
            return slice(0)
        return slice(int(self.starts[place]), int(self.starts[place] + self.sizes[place]))

    def passing(self, where: SearchFilter) -> NDArray[np.intp]:
        """Return the places of the entries that pass, ascending."""
        passes = np.ones(len(self.entry_ids), dtype=bool) if where.unpublished else self.published
        if where.category is not None:
            # As objects: NumPy's own texts end before a NUL.
            passes = passes & (self.categories == _objects([where.category]))
        return np.flatnonzero(passes)

    def replaced(self, entry_ids: Sequence[int], now: "Snapshot") -> "Snapshot":
        """Return the snapshot with what `now` holds of these entries in the place of what stood
        here of them."""
        kept = ~np.isin(self.entry_ids, entry_ids)
        of_row = np.repeat(np.arange(len(kept)), self.sizes)
        rows, answers = kept[of_row], kept[self.answered]
        return assembled(
            np.concatenate([self.entry_ids[kept], now.entry_ids]),
            np.concatenate([self.published[kept], now.published]),
            np.concatenate([self.categories[kept], now.categories]),
            np.concatenate([self.entry_ids[of_row][rows], now.entry_ids.repeat(now.sizes)]),
            np.concatenate([self.texts[rows], now.texts]),
            np.concatenate([self.vectors[rows], now.vectors]),
            np.concatenate([self.entry_ids[self.answered][answers], now.entry_ids[now.answered]]),
            np.concatenate([self.answers[answers], now.answers]),
        )


def assembled(
    entry_ids: Ids,
    published: NDArray[np.bool_],
    categories: NDArray[np.object_],
    owners: Ids,
    texts: NDArray[np.object_],
    vectors: NDArray[np.float32],
    answer_owners: Ids,
    answers: NDArray[np.float32],
) -> Snapshot:
    """Return a snapshot of entries in any order; `owners` are the entries' ids of the phrasings,
    an entry's own in their order, `answer_owners` those of the answers."""
    by_id = np.argsort(entry_ids)
    entry_ids = entry_ids[by_id]
    by_owner = np.argsort(owners, kind="stable")
    owners, vectors = owners[by_owner], vectors[by_owner]
    starts = np.searchsorted(owners, entry_ids)
    sums = np.add.reduceat(vectors, starts, axis=0) if len(starts) else vectors
    sizes = np.diff(starts, append=len(owners))
    by_answer_owner = np.argsort(answer_owners)
    snapshot = Snapshot(
        entry_ids,
        published[by_id],
        categories[by_id],
        starts,
        texts[by_owner],
        vectors,
        (np.linalg.norm(sums, axis=1) / sizes).astype(np.float32),
        np.searchsorted(entry_ids, answer_owners[by_answer_owner]),
        answers[by_answer_owner],
    )
    for field in Snapshot.__slots__:
        getattr(snapshot, field).setflags(write=False)
    return snapshot


def of_rows(
    dimension: int,
    rows: Sequence[tuple[int, bool, str, str, bytes]],
    answers: Mapping[int, bytes],
) -> Snapshot:
    """Return a snapshot of phrasings, an entry's in their order, each as entry id, whether that is
    published, its category, text and vector; `answers` are vectors by entry id."""
    entries = {entry_id: (published, category) for entry_id, published, category, _, _ in rows}
    held = {entry_id: vector for entry_id, vector in answers.items() if entry_id in entries}
    return assembled(
        np.array(list(entries), dtype=np.int64),
        np.array([published for published, _ in entries.values()], dtype=bool),
        _objects([category for _, category in entries.values()]),
        np.array([row[0] for row in rows], dtype=np.int64),
        _objects([row[3] for row in rows]),
        matrix([row[4] for row in rows], dimension),
        np.array(list(held), dtype=np.int64),
        matrix(list(held.values()), dimension),
    )


def matrix(vectors: Sequence[bytes], dimension: int) -> NDArray[np.float32]:
    """Return vectors, given as their bytes, one a row."""
    return np.frombuffer(b"".join(vectors), dtype=np.float32).reshape(len(vectors), dimension)


def empty(dimension: int) -> Snapshot:
    """Return what a collection without entries looks like."""
    return of_rows(dimension, (), {})


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects
