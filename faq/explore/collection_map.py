"""The collection in two dimensions: which entries are on the map, where, and in which groups."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embedding import Vector, Vectors
from embedding.projection import Neighbourhoods, PrincipalComponents
from embedding.similarity import cosine_similarity
from store import Entry, ReadableStore

FEWEST_POINTS = 3
MOST_POINTS = 2000  # t-SNE takes about ten seconds for so many
MOST_GROUPS = 10  # as many as the eye distinguishes
NO_CATEGORY = "no category"
OTHERS = "other categories"


@dataclass(frozen=True, eq=False)
class CollectionMap:
    """Entries outside the bin, as they were when the map was read: row i of `vectors` is the
    question of `entries[i]`. `total` is how many the collection has."""

    entries: tuple[Entry, ...]
    vectors: Vectors
    total: int

    @cached_property
    def principal(self) -> PrincipalComponents:
        """The plane of PCA, which takes milliseconds."""
        return PrincipalComponents(self.vectors)

    def neighbourhoods(self) -> Neighbourhoods:
        """Return the plane of t-SNE; this takes seconds."""
        plane = Neighbourhoods(self.vectors)
        _ = plane.positions
        return plane

    def nearest(self, vector: Vector, k: int) -> list[tuple[Entry, float]]:
        """Return the `k` entries whose questions are the most similar, with their cosine
        similarity, best first."""
        cosines = cosine_similarity(vector, self.vectors)
        best = np.argsort(-cosines, kind="stable")[:k]
        return [(self.entries[place], float(cosines[place])) for place in best]

    def groups(self) -> tuple[list[str], list[str]]:
        """Return the group of each entry, and the groups, largest first.

        A group is a category; where there are more than `MOST_GROUPS`, the smallest are together in
        `OTHERS`, which comes last.
        """
        named = [entry.content.category or NO_CATEGORY for entry in self.entries]
        sizes = Counter(named)
        largest = sorted(sizes, key=lambda name: (-sizes[name], name))
        if len(largest) <= MOST_GROUPS:
            return named, largest
        kept = largest[: MOST_GROUPS - 1]
        return [name if name in kept else OTHERS for name in named], [*kept, OTHERS]


def read_map(store: ReadableStore, most: int = MOST_POINTS) -> CollectionMap:
    """Return a map of every entry, or of `most` at random, which are the same each time."""
    model = store.state().model
    if model is None:
        return CollectionMap((), np.zeros((0, 0), dtype=np.float32), 0)
    resident = store.vectors.resident(fingerprint=model.fingerprint)
    places = np.flatnonzero(resident.present)
    total = len(places)
    if total > most:
        chosen = np.random.default_rng(0).choice(total, most, replace=False)
        places = np.sort(places[chosen])
    entries = tuple(store.entries.get(resident.entry_ids[places].tolist()))
    rows = [resident.phrasings.vectors[resident.rows_of(entry.id).start] for entry in entries]
    return CollectionMap(entries, np.array(rows, dtype=np.float32), total)
