"""Unanswered: what people asked in vain, grouped by meaning."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from embedding import Vectors
from faq.collection import Collection
from faq.inbox.items import LOGGED, Wording, wordings
from store import QueryFilter, normalised

# From here on two wordings count as one question. Of public queries grouped so, 83 of 100 (banking,
# with similar intents) and 96 (general) meant the same as their leader; at .65 it was 68 and 92, at
# .8 89 and 97, with a quarter more items to read.
SAME_QUESTION = 0.75
WORDINGS = 2_000  # the newest that are looked at: seconds of embedding


@dataclass(frozen=True, slots=True)
class Cluster:
    """Wordings that mean the same, the commonest first."""

    wordings: tuple[Wording, ...]

    @property
    def question(self) -> str:
        return self.wordings[0].text

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(wording.text for wording in self.wordings)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(wording.key for wording in self.wordings)

    @property
    def count(self) -> int:
        return sum(wording.count for wording in self.wordings)

    @property
    def last_at(self) -> datetime:
        return max(wording.last_at for wording in self.wordings)


def unanswered(collection: Collection, dismissed: Set[str]) -> list[Cluster]:
    """Return what was asked in vain and would be today, the commonest first.

    What means the same as a dismissed wording stays away with it. Raises `EmbeddingError` or
    `StoreError`.
    """
    logged = collection.store.log.page(LOGGED, QueryFilter(answered=False)).queries
    asked = wordings(logged)[:WORDINGS]
    results = collection.search_many([wording.text for wording in asked], k=1)
    in_vain = [one for one, result in zip(asked, results, strict=True) if not result.answered]
    in_vain.sort(key=lambda one: (one.key not in dismissed, -one.count, normalised(one.text)))
    vectors = collection.embedder.encode_queries([one.text for one in in_vain])
    found = [
        Cluster(tuple(in_vain[place] for place in places))
        for places in grouped(vectors)
        if in_vain[places[0]].key not in dismissed
    ]
    return sorted(found, key=lambda c: (-c.count, -c.last_at.timestamp(), c.question))


def grouped(vectors: Vectors) -> list[list[int]]:
    """Return places of unit vectors `(n, d)` in groups: each joins the most similar leader, the
    first of equals, that says the same, or else leads a group of its own. So the order decides, and
    nothing chains: every member is similar to the leader, whose text represents all."""
    leaders = np.empty_like(vectors)
    groups: list[list[int]] = []
    for place, vector in enumerate(vectors):
        cosines = (leaders[: len(groups)] @ vector).round(6)
        if len(cosines) and cosines.max() >= SAME_QUESTION:
            groups[int(cosines.argmax())].append(place)
        else:
            leaders[len(groups)] = vector
            groups.append([place])
    return groups
