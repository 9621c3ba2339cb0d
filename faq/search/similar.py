"""Entries that are so similar that they may say the same, and from which cosine on they are."""

from collections.abc import Iterator, Sequence

import numpy as np

from faq.search.model_cosines import ModelCosines
from faq.search.ranking import COSINE
from faq.search.scoring import SAME, queries_at_once, score
from store import Resident

# A sixth of the way from 1 to the typical cosine of two entries: .84 to .87 for English with
# all-MiniLM-L6-v2. In public collections, no two different questions are as similar, and most are
# that differ by a slip, a politeness or the punctuation.
NEARER = 6
SAMPLED = 5_000  # entries
KNOWN = 20  # entries that say as much of what is typical as the model does
ALIKE = 0.999  # vectors of such a cosine differ by the precision alone


def least_similar(resident: Resident, model: ModelCosines) -> float:
    """Return the cosine from which on two entries count as similar; infinity where the model sees
    hardly any difference between entries.

    It depends on the cosines of the questions of any two entries, and, for few entries, on those
    that the model has in that script.
    """
    places = np.flatnonzero(resident.present)
    if not len(places):
        return float(np.inf)
    some = places[np.linspace(0, len(places) - 1, min(len(places), SAMPLED)).astype(int)]
    questions = resident.phrasings.starts[resident.phrasings.block_of[some]]
    total = resident.phrasings.vectors[questions].sum(axis=0, dtype=np.float64)
    n = len(some)
    unrelated = model.unrelated([resident.texts[row] for row in questions[:KNOWN].tolist()])
    # The products of all pairs add up to the square of the sum, less those of each with itself.
    own = (float(total @ total) - n) / (n * (n - 1)) if n > 1 else unrelated
    typical = (n * own + KNOWN * unrelated) / (n + KNOWN)
    least = 1 - (1 - typical) / NEARER
    return least if least < ALIKE else float(np.inf)


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
        best = scores.max(axis=1)
        for query in np.flatnonzero(best >= least - SAME):
            same = np.flatnonzero(scores[query] >= best[query] - SAME)
            cosines = scores[query, same].astype(np.float64).round(6)
            first = int(cosines.argmax())
            if cosines[first] >= least:
                ids = resident.entry_ids[[asked[query], same[first]]].tolist()
                yield ids[0], ids[1], float(cosines[first])
