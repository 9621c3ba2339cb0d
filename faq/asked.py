"""Queries against a whole collection, and against the same with one entry as a draft has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embedding import Vectors
from faq.evaluation.figures import NONE, Ids
from faq.ranking import Ranking
from faq.scoring import CELLS_AT_ONCE, Scores, by_meaning, keyword_shares, with_words
from store import Occurrences, Snapshot

SAME = 1e-6  # scores are rounded to six places

Said = tuple[Occurrences, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Queries with what vectors alone make every entry score: `meanings`, `(queries, entries)`.
    `occurrences` say where each query's words stand; `entry_ids` and `published` are as in a
    snapshot."""

    ranking: Ranking
    texts: tuple[str, ...]
    vectors: Vectors
    occurrences: tuple[Said, ...]
    entry_ids: Ids
    published: NDArray[np.bool_]
    meanings: Scores

    def answers(self) -> Ids:
        """Return the id of the entry that answers each query; `NONE` where none does."""
        said = np.full(len(self.texts), NONE)
        places = np.flatnonzero(self.published)
        if not len(places) or not len(said):
            return said
        scores = self.meanings
        if self.ranking.keywords:
            shares = keyword_shares(self.entry_ids, self.occurrences)
            scores = with_words(self.ranking, scores, shares)
        rounded = scores[:, places].astype(np.float64).round(6)  # as a search ranks them
        best = rounded.argmax(axis=1)
        answered = rounded[np.arange(len(best)), best] >= self.ranking.threshold
        return np.where(answered, self.entry_ids[places[best]], NONE)

    def joined(self, others: "Asked") -> "Asked":
        """Return these queries and others, asked of the same entries in the same ranking."""
        return replace(
            self,
            texts=self.texts + others.texts,
            vectors=np.concatenate([self.vectors, others.vectors]),
            occurrences=self.occurrences + others.occurrences,
            meanings=np.concatenate([self.meanings, others.meanings]),
        )

    def drafted(self, draft: Snapshot, counts: Mapping[str, int]) -> "Asked":
        """Return the same queries, with one entry as `draft` holds it in the place of what stands
        of it, or beside the others where nothing does; `counts` says how often each word stands
        there."""
        entry_id = int(draft.entry_ids[0])
        place = int(np.searchsorted(self.entry_ids, entry_id))
        there = entry_id in self.entry_ids[place : place + 1]
        _, column = by_meaning(self.ranking, draft, self.vectors)
        entry_ids, published, meanings = self.entry_ids, self.published, self.meanings
        if there:
            published, meanings = published.copy(), meanings.copy()
            published[place] = draft.published[0]
            # Sums in another order differ in the last places, and must not part equals.
            moved = np.abs(column[:, 0] - meanings[:, place]) > SAME
            meanings[moved, place] = column[moved, 0]
        else:
            entry_ids = np.insert(entry_ids, place, entry_id)
            published = np.insert(published, place, draft.published[0])
            meanings = np.insert(meanings, place, column[:, 0], axis=1)
        said: dict[str, Occurrences] = {}
        for word in (word for words in self.occurrences for word in words):
            if word.word not in said:
                said[word.word] = _counted(word, entry_id, counts.get(word.word, 0))
        return replace(
            self,
            occurrences=tuple(
                tuple(said[word.word] for word in words) for words in self.occurrences
            ),
            entry_ids=entry_ids,
            published=published,
            meanings=meanings,
        )


def ask(
    ranking: Ranking,
    snapshot: Snapshot,
    texts: Sequence[str],
    vectors: Vectors,
    occurrences: Sequence[Said],
) -> Asked:
    """Return queries, by their vectors and their words' occurrences, against every entry."""
    meanings = np.zeros((len(texts), len(snapshot.entry_ids)), dtype=np.float32)
    at_once = max(1, CELLS_AT_ONCE // max(1, len(snapshot.texts)))
    for start in range(0, len(texts) if len(snapshot.texts) else 0, at_once):
        some = slice(start, start + at_once)
        meanings[some] = by_meaning(ranking, snapshot, vectors[some])[1]
    return Asked(
        ranking,
        tuple(texts),
        vectors,
        tuple(occurrences),
        snapshot.entry_ids,
        snapshot.published,
        meanings,
    )


def _counted(word: Occurrences, entry_id: int, count: int) -> Occurrences:
    """Return where a word stands, with so many of it in one entry."""
    place = int(np.searchsorted(word.entry_ids, entry_id))
    there = entry_id in word.entry_ids[place : place + 1]
    entry_ids, counts = word.entry_ids, word.counts
    if there:
        entry_ids, counts = np.delete(entry_ids, place), np.delete(counts, place)
    if count:
        entry_ids, counts = np.insert(entry_ids, place, entry_id), np.insert(counts, place, count)
    return Occurrences(word.word, entry_ids, counts)
