"""Unanswered: what people asked in vain, and what is answered by now, grouped by meaning."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from embedding import Vectors
from faq.collection import Collection
from faq.inbox.items import LOGGED, Wording, key, wordings
from faq.search.model_cosines import cosines_of
from store import QueryFilter, normalised

WORDINGS = 2_000  # the newest that are looked at: seconds of embedding


@dataclass(frozen=True, slots=True)
class Cluster:
    """Wordings that mean the same, the commonest first.

    `answered_by` is the id of the entry that answers them now, None where none does. `not_by` is
    that of one of which somebody said that it does not, though its score is high enough.
    """

    wordings: tuple[Wording, ...]
    answered_by: int | None = None
    not_by: int | None = None

    @property
    def question(self) -> str:
        return self.wordings[0].text

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(wording.text for wording in self.wordings)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a dismissal, which, of what is answered now, confirms it."""
        if self.answered_by is None:
            return tuple(wording.key for wording in self.wordings)
        return tuple(_confirmed(wording, self.answered_by) for wording in self.wordings)

    @property
    def denied_keys(self) -> tuple[str, ...]:
        """The keys of "it is not this entry": then it is unanswered until another one answers."""
        return tuple(_denied(wording, self.answered_by) for wording in self.wordings)

    @property
    def count(self) -> int:
        return sum(wording.count for wording in self.wordings)

    @property
    def last_at(self) -> datetime:
        return max(wording.last_at for wording in self.wordings)


def unanswered(collection: Collection, dismissed: Set[str]) -> list[Cluster]:
    """Return what was asked in vain, the commonest first: what is in vain today, and what an entry
    answers by now, until somebody confirms it.

    What means the same as a dismissed or confirmed wording stays away with it. What an entry has
    word for word needs no confirmation. Raises `EmbeddingError` or `StoreError`.
    """
    logged = collection.store.log.page(LOGGED, QueryFilter(answered=False)).queries
    asked = wordings(logged)[:WORDINGS]
    results = collection.search_many([wording.text for wording in asked], k=1)
    # By the entry that answers them now, None for no entry: the wordings, and whether each of them
    # is settled.
    by_entry: dict[int | None, list[tuple[Wording, bool]]] = {}
    not_by: dict[str, int] = {}
    for one, result in zip(asked, results, strict=True):
        settled, answered_by = one.key in dismissed, None
        if result.answered:
            entry = result.matches[0].entry
            known = normalised(one.text) in map(normalised, entry.content.ways_of_asking)
            if not known and _denied(one, entry.id) in dismissed:
                not_by[one.key] = entry.id
            else:
                answered_by = entry.id
                settled |= known or _confirmed(one, entry.id) in dismissed
        by_entry.setdefault(answered_by, []).append((one, settled))
    same, found = cosines_of(collection.embedder).same, []
    for answered_by, some in by_entry.items():
        some.sort(key=lambda each: (not each[1], -each[0].count, normalised(each[0].text)))
        vectors = collection.embedder.encode_queries([one.text for one, _ in some])
        for places in grouped(vectors, same):
            leader, settled = some[places[0]]
            if not settled:
                members = tuple(some[place][0] for place in places)
                found.append(Cluster(members, answered_by, not_by.get(leader.key)))
    return sorted(found, key=lambda c: (-c.count, -c.last_at.timestamp(), c.question))


def _confirmed(wording: Wording, entry_id: int | None) -> str:
    return key("answered", normalised(wording.text), entry_id)


def _denied(wording: Wording, entry_id: int | None) -> str:
    return key("not answered", normalised(wording.text), entry_id)


def grouped(vectors: Vectors, least: float) -> list[list[int]]:
    """Return places of unit vectors `(n, d)` in groups: each joins the most similar leader, the
    first of equals, with a cosine of at least `least`, or else leads a group of its own. So the
    order decides, and nothing chains: every member is similar to the leader, whose text represents
    all."""
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
