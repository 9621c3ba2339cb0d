"""What each way of asking is good for: the queries of the recent log that it matched best."""

from collections import Counter
from dataclasses import dataclass

from faq.collection import Collection
from faq.evaluation.replay import RECENT, VectorCache


@dataclass(frozen=True, slots=True)
class Won:
    """A phrasing of an entry with the queries that it matched best, how often each was asked, the
    commonest first."""

    phrasing: str
    queries: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return sum(times for _, times in self.queries)


@dataclass(frozen=True, slots=True)
class Wins:
    """What each of an entry's phrasings won among the last `looked_at` queries of the log, in the
    order of the phrasings."""

    looked_at: int
    phrasings: tuple[Won, ...]


def wins(collection: Collection, entry_id: int, vectors: VectorCache) -> Wins:
    """Return, for each phrasing of an entry as it is now, the logged queries that the entry
    answered then and this phrasing is nearest to now, the first of equals. Raises `EmbeddingError`
    or `StoreError`."""
    logged = collection.store.log.page(RECENT).queries
    answered = (query for query in logged if query.answered and query.entry_id == entry_id)
    texts = (query.text.strip() for query in answered)
    asked = Counter(filter(None, texts)).most_common()
    resident = collection.resident()
    rows = resident.rows_of(entry_id)
    phrasings = resident.texts[rows.start or 0 : rows.stop]
    won: list[list[tuple[str, int]]] = [[] for _ in phrasings]
    if won and asked:
        queries = vectors.queries(collection.embedder, [text for text, _ in asked])
        cosines = queries @ resident.phrasings.vectors[rows].T
        nearest = cosines.round(6).argmax(axis=1)
        for query, place in zip(asked, nearest, strict=True):
            won[place].append(query)
    return Wins(len(logged), tuple(Won(t, tuple(q)) for t, q in zip(phrasings, won, strict=True)))
