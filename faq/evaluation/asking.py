"""Asking queries with a known answer in a ranking: labelled ones, or the collection's own phrasings
with each one left out of its own search (leave-one-out)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from faq.collection import QUERIES_AT_ONCE, SAME_TEXT, ReadableCollection
from faq.evaluation.figures import MATCHES, NONE, NOTHING, Evaluation, Floats, Ids
from faq.evaluation.queries import LabelledQuery
from faq.jobs import Report
from faq.search.asked import Asked
from faq.search.ranking import Ranking
from faq.search.scoring import Indices, queries_at_once, score
from store import Resident, SearchFilter, Words

MOST_PHRASINGS = 3_000  # more say no more


@dataclass(frozen=True, slots=True, eq=False)
class Queries:
    """Queries as they are asked, and the ids of the entries that answer (or `NONE`). With `rows`,
    they are the phrasings in these rows of the vectors in memory, each left out of its own
    search."""

    asked: Asked
    right: Ids
    rows: Indices | None = None


def evaluate(
    collection: ReadableCollection,
    queries: Sequence[LabelledQuery],
    rankings: Sequence[Ranking],
    report: Report = lambda done, total: None,
) -> list[Evaluation]:
    """Ask the collection every query in each ranking; each query is embedded once, none is logged.

    Raises `EmbeddingError`, `StoreError`, or whatever `report` does.
    """
    resident, parts = collection.resident(), []
    texts = [query.text for query in queries]
    ids = [NONE if query.entry_id is None else query.entry_id for query in queries]
    right = np.array(ids, dtype=np.int64)
    for start in range(0, max(1, len(queries)), QUERIES_AT_ONCE):
        some = slice(start, start + QUERIES_AT_ONCE)
        asked = Queries(collection.asked(texts[some]), right[some])
        parts.append(ask(collection.store.words, resident, asked, rankings))
        report(start + len(asked.asked), len(queries))
    return [reduce(Evaluation.joined, of_ranking) for of_ranking in zip(*parts, strict=True)]


def leave_one_out(
    collection: ReadableCollection,
    rankings: Sequence[Ranking],
    report: Report = lambda done, total: None,
    most: int = MOST_PHRASINGS,
) -> list[Evaluation]:
    """Ask the phrasings of published entries, at most `most` of them drawn at random, in each
    ranking. The draw is the same each time."""
    embedder, resident = collection.embedder, collection.resident()
    rows = resident.phrasings.by_entry()
    rows = rows[resident.published[resident.phrasings.places_of(rows)]]
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
    texts = [resident.texts[row] for row in rows.tolist()]
    vectors = resident.phrasings.vectors[rows]
    if len(rows) and embedder.encode_query(texts[0]) @ vectors[0] < SAME_TEXT:
        vectors = embedder.encode_queries(texts)  # the model has a prompt for queries
    entries = resident.entry_ids[resident.phrasings.places_of(rows)]
    asked = Queries(Asked.as_typed(texts, vectors), entries, rows)
    return ask(collection.store.words, resident, asked, rankings, report)


def ask(
    words: Words,
    resident: Resident,
    queries: Queries,
    rankings: Sequence[Ranking],
    report: Report = lambda done, total: None,
) -> list[Evaluation]:
    """Ask queries of everything that is published, in each ranking, with the collection's words."""
    published = resident.passing(SearchFilter())
    ids = resident.entry_ids[published]
    count = len(queries.right)
    own, other = np.full((2, len(rankings), count), NOTHING)
    other_entry, ranks = np.full(own.shape, NONE), np.full(own.shape, np.inf)
    compared = any(ranking.keywords for ranking in rankings)
    at_once = min(QUERIES_AT_ONCE, queries_at_once(resident))
    for some, forms, asked in queries.asked.parts(at_once) if len(ids) else ():
        found = words.occurrences(asked.forms) if compared else [()] * len(asked.forms)
        right = queries.right[some]
        rows = None if queries.rows is None else queries.rows[forms]
        there = np.flatnonzero(np.isin(right, ids))
        columns = np.searchsorted(ids, right[there])
        every = np.arange(len(right))
        for number, ranking in enumerate(rankings):
            scoring = score(ranking, resident, asked.vectors, found, rows, asked.firsts)
            scored = scoring.scores
            rounded = scored[:, published].astype(np.float64).round(6)
            ranked = _ranks(rounded[there], columns)
            own[number, some][there] = rounded[there, columns]
            ranks[number, some][there] = np.where(ranked <= MATCHES, ranked, np.inf)
            rounded[there, columns] = -np.inf
            nearest = rounded.argmax(axis=1)
            best = rounded[every, nearest]
            other[number, some] = np.where(np.isneginf(best), NOTHING, best)
            other_entry[number, some] = np.where(np.isneginf(best), NONE, ids[nearest])
        report(some.stop, count)
    texts = np.array(queries.asked.typed, dtype=object)
    return [
        Evaluation(ranking, texts, queries.right, *columns)
        for ranking, *columns in zip(rankings, own, ranks, other_entry, other, strict=True)
    ]


def _ranks(scores: Floats, columns: Indices) -> Floats:
    """Return for each row of scores the place of that at one column, ties by column."""
    own = scores[np.arange(len(scores)), columns][:, np.newaxis]
    earlier = np.arange(scores.shape[1]) < columns[:, np.newaxis]
    ranks: Floats = 1.0 + np.sum((scores > own) | ((scores == own) & earlier), axis=1)
    return ranks
