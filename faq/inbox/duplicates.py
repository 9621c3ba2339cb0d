"""Duplicates: entries so similar that they may say the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faq.collection import SIMILAR, Collection
from faq.inbox.difference import WordDifference, word_difference
from faq.inbox.items import key, present
from faq.inbox.phrasings import Phrasings, read
from store import Entry, Store

MOST = 200  # pairs, the most similar: who has more begins with these


@dataclass(frozen=True, slots=True)
class SimilarTexts:
    """Two entries, the older one first, their most similar texts, one of them a question, and the
    cosine of these."""

    first_id: int
    second_id: int
    cosine: float
    first_text: str
    second_text: str


@dataclass(frozen=True, slots=True)
class SimilarEntries:
    """Two very similar entries; `difference` says how they differ all the same."""

    first: Entry
    second: Entry
    cosine: float
    difference: WordDifference | None

    @property
    def key(self) -> str:
        """The key of its dismissal."""
        return key("duplicates", self.first.id, self.second.id)


def duplicates(collection: Collection) -> list[SimilarTexts]:
    """Return the pairs of entries that are too similar, the most similar first, at most `MOST`.

    A pair is as similar as the question of the one and any phrasing of the other. Raises
    `EmbeddingError` or `StoreError`.
    """
    return similar_texts(read(collection))


def similar_texts(
    phrasings: Phrasings, least: float = SIMILAR, most: int = MOST
) -> list[SimilarTexts]:
    """Return the most similar pairs of entries, ties by id, a block of questions at a time."""
    owners, vectors = phrasings.owners, phrasings.vectors
    found: dict[tuple[int, int], tuple[float, int, int]] = {}
    for start in range(0, len(phrasings.questions), phrasings.rows_at_once):
        asked = phrasings.questions[start : start + phrasings.rows_at_once]
        cosines = vectors[asked] @ vectors.T
        similar = (cosines >= least - 5e-7) & (owners[asked][:, np.newaxis] != owners)
        rows, columns = np.nonzero(similar)
        values = cosines[rows, columns].astype(np.float64).round(6)
        if len(values) > 4 * most:  # the most similar, and all that tie with the last of them
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
        SimilarTexts(*pair, -cosine, phrasings.texts[one], phrasings.texts[other])
        for pair, (cosine, one, other) in ranked
    ]


def with_entries(store: Store, pairs: Sequence[SimilarTexts]) -> list[SimilarEntries]:
    """Return pairs with their entries as they are now, those that say the same first; without the
    pairs of which one was deleted."""
    entries = present(store, [id_ for pair in pairs for id_ in (pair.first_id, pair.second_id)])
    found = [
        SimilarEntries(
            first,
            second,
            pair.cosine,
            word_difference(pair.first_text, pair.second_text)
            or word_difference(first.content.question, second.content.question),
        )
        for pair in pairs
        if (first := entries.get(pair.first_id)) and (second := entries.get(pair.second_id))
    ]
    return sorted(found, key=lambda pair: pair.difference is not None)
