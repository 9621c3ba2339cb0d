"""Unanswered: what people asked in vain, those who meant the same together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from embedding import Vectors
from faq.collection import Collection
from faq.inbox.dismissal import key
from store import LoggedQuery, QueryFilter, normalised

# From here on two wordings count as one question. Of public queries grouped so, 83 (banking, whose
# intents are near to each other) and 96 of 100 (general) meant the same as their leader; at .65 it
# was 68 and 92, at .8 89 and 97, with a quarter more items to read.
SAME = 0.75
LOGGED, WORDINGS = 20_000, 2_000  # the newest that are looked at: seconds of embedding


@dataclass(frozen=True, slots=True)
class Wording:
    """One way in which something was asked, as it was last typed; how often, and when last."""

    text: str
    count: int
    last_at: datetime

    @property
    def key(self) -> str:
        """What stands for it in dismissals."""
        return key("unanswered", normalised(self.text))


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


def unanswered(collection: Collection, dismissed: frozenset[str]) -> tuple[Cluster, ...]:
    """Return what was asked in vain and would be today, the commonest first.

    What means the same as a dismissed wording stays away with it. Raises `EmbeddingError` or
    `StoreError`.
    """
    logged = collection.store.recent_queries(LOGGED, QueryFilter(answered=False))
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
    return tuple(sorted(found, key=lambda c: (-c.count, -c.last_at.timestamp(), c.question)))


def wordings(logged: Sequence[LoggedQuery]) -> list[Wording]:
    """Return the different wordings of logged queries, given newest first, in that order."""
    counts: dict[str, int] = {}
    newest: dict[str, LoggedQuery] = {}
    for query in logged:
        same = normalised(query.text)
        counts[same] = counts.get(same, 0) + 1
        newest.setdefault(same, query)
    return [
        Wording(query.text.strip(), counts[same], query.at)
        for same, query in newest.items()
        if same
    ]


def grouped(vectors: Vectors, least: float = SAME) -> list[list[int]]:
    """Return places of unit vectors `(n, d)` in groups: each joins the nearest leader that has at
    least that cosine with it, the first of equals, or else leads a group of its own.

    Leaders are those that come first, so the order decides. Nothing chains: every member is near
    the leader, whose text speaks for all.
    """
    leaders = np.empty_like(vectors)
    groups: list[list[int]] = []
    for place, vector in enumerate(vectors):
        cosines = (leaders[: len(groups)] @ vector).round(6)
        if len(cosines) and cosines.max() >= least:
            groups[int(cosines.argmax())].append(place)
        else:
            leaders[len(groups)] = vector
            groups.append([place])
    return groups
