"""Entries that are similar to older ones."""

from collections.abc import Iterator, Sequence

import numpy as np

from faq.search.ranking import COSINE
from faq.search.scoring import SAME, queries_at_once, score
from store import Resident


def older_similar(
    resident: Resident, entry_ids: Sequence[int], least: float
) -> Iterator[tuple[int, int, float]]:
    """Yield, by id, those of these entries whose question has a cosine of at least `least` to a
    phrasing of an older entry: its id, the id of the most similar older one, ties by id, and that
    cosine. Entries that are not present are skipped."""
    places = np.flatnonzero(resident.present & np.isin(resident.entry_ids, list(entry_ids)))
    rows, at_once = resident.phrasings, queries_at_once(resident)
    for start in range(0, len(places), at_once):
        asked = places[start : start + at_once]
        questions = rows.vectors[rows.starts[rows.block_of[asked]]]
        scores = score(COSINE, resident, questions, [()] * len(asked)).scores
        scores[np.arange(scores.shape[1]) >= asked[:, np.newaxis]] = -np.inf
        for query in np.flatnonzero(scores.max(axis=1) >= least - SAME):
            cosines = scores[query].astype(np.float64).round(6)
            older = int(cosines.argmax())
            if cosines[older] >= least:
                ids = resident.entry_ids[[asked[query], older]].tolist()
                yield ids[0], ids[1], float(cosines[older])
