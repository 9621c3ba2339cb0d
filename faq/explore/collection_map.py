"""The collection in two dimensions: which entries stand on the map, where, and in which groups."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from embedding import Vector, Vectors
from embedding.projection import Neighbourhoods, PrincipalComponents
from embedding.similarity import cosine_similarity
from store import Entry, Store

FEWEST_POINTS = 3
MOST_POINTS = 2000  # t-SNE takes about ten seconds for so many
MOST_GROUPS = 10  # as many as the eye tells apart
NO_CATEGORY = "no category"
OTHERS = "other categories"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Entries outside the bin: row i of `vectors` is the question of `entries[i]`. `total` is how
    many there are."""

    entries: tuple[Entry, ...]
    vectors: Vectors
    total: int


class CollectionMap:
    """A sample of the collection in two dimensions, as it stood when it was read."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample

    @cached_property
    def principal(self) -> PrincipalComponents:
        """The plane of PCA, which costs a blink."""
        return PrincipalComponents(self.sample.vectors)

    @cached_property
    def neighbourhoods(self) -> Future[Neighbourhoods]:
        """The plane of t-SNE, which takes seconds: asking for it starts a thread."""
        planned: Future[Neighbourhoods] = Future()

        def work() -> None:
            try:
                found = Neighbourhoods(self.sample.vectors)
                _ = found.positions
            except Exception as error:  # whatever it was, the screen must hear of it
                planned.set_exception(error)
            else:
                planned.set_result(found)

        # A daemon: it holds nothing that must be let go, and the server need not wait for it.
        threading.Thread(target=work, name="t-SNE", daemon=True).start()
        return planned

    def nearest(self, vector: Vector, k: int) -> list[tuple[Entry, float]]:
        """Return the `k` entries on the map whose questions are nearest, with their cosine
        similarity, best first."""
        cosines = cosine_similarity(vector, self.sample.vectors)
        best = np.argsort(-cosines, kind="stable")[:k]
        return [(self.sample.entries[place], float(cosines[place])) for place in best]


def read_sample(store: Store, most: int = MOST_POINTS) -> Sample:
    """Return every entry, or where there are more than `most`, that many chosen by lot; the lot is
    the same each time."""
    total = store.info().entries
    chosen = np.arange(total)
    if total > most:
        chosen = np.random.default_rng(0).choice(total, most, replace=False)
    wanted = set(chosen.tolist())
    vectors = {
        entry_id: vector
        for place, (entry_id, vector) in enumerate(store.question_vectors())
        if place in wanted
    }
    entries = tuple(store.get(list(vectors)))
    rows = [vectors[entry.id] for entry in entries]
    return Sample(entries, np.array(rows, dtype=np.float32), total)


def groups(entries: Sequence[Entry]) -> tuple[list[str], list[str]]:
    """Return the group of each entry, and the groups, largest first.

    A group is a category; where there are more than `MOST_GROUPS`, the small ones are together in
    `OTHERS`, which comes last.
    """
    named = [entry.content.category or NO_CATEGORY for entry in entries]
    sizes = Counter(named)
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))
    if len(largest) <= MOST_GROUPS:
        return named, largest
    kept = largest[: MOST_GROUPS - 1]
    return [name if name in kept else OTHERS for name in named], [*kept, OTHERS]
