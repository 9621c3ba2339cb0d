"""The collection in two dimensions: which entries are on the map, where, and in which
clusters."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embedding import Vector, Vectors
from embedding.projection import Neighbourhoods, PrincipalComponents
from embedding.similarity import cosine_similarity
from faq.explore.clusters import Cluster, clusters_of
from store import Entry, ReadableStore

FEWEST_POINTS = 3
MOST_POINTS = 2000  # t-SNE takes about ten seconds for so many


@dataclass(frozen=True, eq=False)
class CollectionMap:
    """Entries outside the bin, as they were when the map was read: row i of `vectors` is the
    question of `entries[i]`. `total` is how many the collection has; `common` are words that tell
    nothing of an entry."""

    entries: tuple[Entry, ...]
    vectors: Vectors
    total: int
    common: frozenset[str] = frozenset()

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

    @cached_property
    def clusters(self) -> list[Cluster]:
        """The entries in clusters by meaning; see `clusters_of`."""
        return clusters_of(self.entries, self.vectors, self.common)


def read_map(
    store: ReadableStore, common: frozenset[str] = frozenset(), most: int = MOST_POINTS
) -> CollectionMap:
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
    return CollectionMap(entries, np.array(rows, dtype=np.float32), total, common)
