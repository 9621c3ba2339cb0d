"""Duplicates: entries so similar that they may say the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faq.inbox.difference import WordDifference, word_difference
from faq.inbox.items import key, present
from faq.search.ranking import COSINE
from faq.search.scoring import SAME, queries_at_once, score
from store import Entry, ReadableStore, Resident

MOST_PAIRS = 200  # pairs, the most similar: who has more begins with these


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


def duplicates(resident: Resident, least: float, most: int = MOST_PAIRS) -> list[SimilarTexts]:
    """Return the pairs of entries with a cosine of at least `least`, the most similar first, ties
    by id.

    A pair is as similar as the question of the one and any phrasing of the other.
    """
    present, rows, ids = np.flatnonzero(resident.present), resident.phrasings, resident.entry_ids
    found: dict[tuple[int, int], SimilarTexts] = {}
    at_once = queries_at_once(resident)
    for start in range(0, len(present), at_once):
        asked = present[start : start + at_once]
        questions = rows.starts[rows.block_of[asked]]
        scoring = score(COSINE, resident, rows.vectors[questions], [()] * len(asked))
        scoring.scores[np.arange(len(asked)), asked] = -np.inf
        queries, others = np.nonzero(scoring.scores >= least - SAME)
        cosines = scoring.scores[queries, others].astype(np.float64).round(6)
        pairs = np.sort(np.stack([asked[queries], others]), axis=0)
        # A pair can come twice: from the question of either.
        for at in np.lexsort((pairs[1], pairs[0], -cosines))[: 2 * most].tolist():
            pair = int(ids[pairs[0, at]]), int(ids[pairs[1, at]])
            if cosines[at] < least or (pair in found and found[pair].cosine >= cosines[at]):
                continue
            other = rows.of_place(int(others[at]))
            best = other.start + int(scoring.cosines[queries[at], other].argmax())
            texts = resident.texts[questions[queries[at]]], resident.texts[best]
            if others[at] < asked[queries[at]]:
                texts = texts[1], texts[0]
            found[pair] = SimilarTexts(*pair, float(cosines[at]), *texts)
        ranked = sorted(found.items(), key=lambda item: (-item[1].cosine, item[0]))
        found = dict(ranked[:most])
    return list(found.values())


def with_entries(store: ReadableStore, pairs: Sequence[SimilarTexts]) -> list[SimilarEntries]:
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
