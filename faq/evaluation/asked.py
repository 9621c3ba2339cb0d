"""Queries against a whole collection, and against the same with one entry as a draft has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embedding import Vectors
from faq.evaluation.figures import NONE, Ids
from faq.search.ranking import Ranking
from faq.search.scoring import (
    SAME,
    Scores,
    by_meaning,
    keyword_shares,
    queries_at_once,
    with_words,
)
from store import Occurrences, Resident

Said = tuple[Occurrences, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Queries with the scores of every entry from vectors alone: `meanings`, `(queries, entries)`.
    `occurrences` say which entries contain each query's words; `entry_ids`, `present` and
    `published` are as in `Resident`."""

    ranking: Ranking
    texts: tuple[str, ...]
    vectors: Vectors
    occurrences: tuple[Said, ...]
    entry_ids: Ids
    present: NDArray[np.bool_]
    published: NDArray[np.bool_]
    meanings: Scores

    def answers(self) -> Ids:
        """Return the id of the entry that answers each query; `NONE` where none does."""
        answers = np.full(len(self.texts), NONE)
        places = np.flatnonzero(self.published)
        if not len(places) or not len(answers):
            return answers
        scores = self.meanings
        if self.ranking.keywords:
            shares = keyword_shares(self.entry_ids, self.present, self.occurrences)
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

    def drafted(self, draft: Resident, counts: Mapping[str, int]) -> "Asked":
        """Return the same queries, with one entry as `draft` has it in its place, or beside the
        others where it is new; `counts` says how often each word is in it."""
        entry_id = int(draft.entry_ids[0])
        place = int(np.searchsorted(self.entry_ids, entry_id))
        [column] = by_meaning(self.ranking, draft, self.vectors)[1].T
        entry_ids, present, published = self.entry_ids, self.present, self.published
        meanings = self.meanings
        if entry_id in entry_ids[place : place + 1]:
            present, published, meanings = present.copy(), published.copy(), meanings.copy()
            # Sums in another order differ in the last places, and must not separate equals.
            moved = ~(np.abs(column - meanings[:, place]) <= SAME)
            meanings[moved, place] = column[moved]
        else:
            entry_ids = np.insert(entry_ids, place, entry_id)
            present = np.insert(present, place, True)
            published = np.insert(published, place, True)
            meanings = np.insert(meanings, place, column, axis=1)
        present[place], published[place] = True, draft.published[0]
        words: dict[str, Occurrences] = {}
        for word in (word for some in self.occurrences for word in some):
            if word.word not in words:
                words[word.word] = _counted(word, entry_id, counts.get(word.word, 0))
        return replace(
            self,
            occurrences=tuple(tuple(words[w.word] for w in some) for some in self.occurrences),
            entry_ids=entry_ids,
            present=present,
            published=published,
            meanings=meanings,
        )


def ask(
    ranking: Ranking,
    resident: Resident,
    texts: Sequence[str],
    vectors: Vectors,
    occurrences: Sequence[Said],
) -> Asked:
    """Return queries, given by their vectors and their words' occurrences, against every entry."""
    meanings = np.zeros((len(texts), len(resident.entry_ids)), dtype=np.float32)
    at_once = queries_at_once(resident)
    for start in range(0, len(texts), at_once):
        some = slice(start, start + at_once)
        meanings[some] = by_meaning(ranking, resident, vectors[some])[1]
    return Asked(
        ranking,
        tuple(texts),
        vectors,
        tuple(occurrences),
        resident.entry_ids,
        resident.present,
        resident.published,
        meanings,
    )


def _counted(word: Occurrences, entry_id: int, count: int) -> Occurrences:
    """Return a word's occurrences, with so many of it in one entry."""
    place = int(np.searchsorted(word.entry_ids, entry_id))
    entry_ids, counts = word.entry_ids, word.counts
    if entry_id in entry_ids[place : place + 1]:
        entry_ids, counts = np.delete(entry_ids, place), np.delete(counts, place)
    if count:
        entry_ids, counts = np.insert(entry_ids, place, entry_id), np.insert(counts, place, count)
    return Occurrences(word.word, entry_ids, counts)
