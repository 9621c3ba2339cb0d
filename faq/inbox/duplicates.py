"""Duplicates: entries so near to each other that they may say the same."""

from dataclasses import dataclass

import numpy as np

from faq.collection import ALIKE, Collection
from faq.inbox.difference import Difference, difference
from faq.inbox.dismissal import key
from faq.inbox.phrasings import Phrasings, read
from store import Entry

MOST = 200  # pairs, the nearest: who has more begins with these


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two entries, the older one first, their nearest texts, one of them a question, and the cosine
    of these."""

    first_id: int
    second_id: int
    cosine: float
    first_text: str
    second_text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that are very near; `difference` is what tells them apart all the same."""

    first: Entry
    second: Entry
    cosine: float
    difference: Difference | None

    @property
    def key(self) -> str:
        """What stands for the pair in dismissals."""
        return key("duplicates", self.first.id, self.second.id)


def duplicates(collection: Collection) -> list[NearPair]:
    """Return the pairs of entries that are too close, the nearest first, at most `MOST`.

    A pair is as near as the question of the one and any phrasing of the other. Raises
    `EmbeddingError` or `StoreError`.
    """
    return near_pairs(read(collection))


def near_pairs(phrasings: Phrasings, least: float = ALIKE, most: int = MOST) -> list[NearPair]:
    """Return the nearest pairs of entries, ties by id, comparing a block of questions at a time."""
    owners, vectors = phrasings.owners, phrasings.vectors
    found: dict[tuple[int, int], tuple[float, int, int]] = {}
    for start in range(0, len(phrasings.questions), phrasings.rows_at_once):
        asked = phrasings.questions[start : start + phrasings.rows_at_once]
        cosines = vectors[asked] @ vectors.T
        near = (cosines >= least - 5e-7) & (owners[asked][:, np.newaxis] != owners)
        rows, columns = np.nonzero(near)
        values = cosines[rows, columns].astype(np.float64).round(6)
        if len(values) > 4 * most:  # the nearest, and all that tie with the last of them
            kept = values >= np.partition(values, -4 * most)[-4 * most]
            rows, columns, values = rows[kept], columns[kept], values[kept]
        for row, column, cosine in zip(rows, columns, values, strict=True):
            one, other = int(asked[row]), int(column)
            if owners[one] > owners[other]:
                one, other = other, one
            pair = int(owners[one]), int(owners[other])
            found[pair] = min(found.get(pair, (1.0, 0, 0)), (-float(cosine), one, other))
        if len(found) > 4 * most:
            found = dict(sorted(found.items(), key=lambda item: (item[1][0], item[0]))[:most])
    ranked = sorted(found.items(), key=lambda item: (item[1][0], item[0]))[:most]
    return [
        NearPair(*pair, -cosine, phrasings.texts[one], phrasings.texts[other])
        for pair, (cosine, one, other) in ranked
    ]


def told_apart(collection: Collection, pairs: list[NearPair]) -> list[Pair]:
    """Return pairs with their entries as they stand, those that say the same first; without the
    pairs of which one is gone."""
    ids = {entry_id for pair in pairs for entry_id in (pair.first_id, pair.second_id)}
    standing = {e.id: e for e in collection.store.get(sorted(ids)) if not e.deleted}
    told = [
        Pair(first, second, pair.cosine, _difference(pair, first, second))
        for pair in pairs
        if (first := standing.get(pair.first_id)) and (second := standing.get(pair.second_id))
    ]
    return sorted(told, key=lambda pair: pair.difference is not None)


def _difference(pair: NearPair, first: Entry, second: Entry) -> Difference | None:
    return difference(pair.first_text, pair.second_text) or difference(
        first.content.question, second.content.question
    )
