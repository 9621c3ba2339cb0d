"""How well a collection answers labelled queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from faq.collection import Collection
from faq.figures import (
    NONE,
    Floats,
    Ids,
    Interval,
    accuracy,
    auroc,
    best_threshold,
    hit_at,
    interval,
    mcc,
    mrr_at,
    ndcg_at,
    resampled,
)
from faq.ranking import Ranking
from faq.tables import Row, UnreadableFile
from store import Store, normalised

MATCHES = 10  # as deep as any figure looks
NOTHING = -1.0  # the score where no entry was found: no cosine is lower


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """A query and the id of the entry that answers it; None where no entry does."""

    text: str
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What retrieval is worth: the first four over queries in scope; how well the best score tells
    those from the others; and how often what was said, the entry or none, is right. None where
    there are no such queries."""

    hit_at_1: float | None
    hit_at_5: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None
    auroc: float | None
    mcc: float
    accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A ranking over labelled queries, row q of each array being query q.

    `right` holds the ids of the entries that answer, `best` those of the best matches, `NONE` where
    there is none; `scores` are those of the best matches; `ranks` are the right entries' places
    among the matches, infinity where they are not among the first ten and for queries out of scope.
    """

    ranking: Ranking
    queries: tuple[str, ...]
    right: Ids
    best: Ids
    scores: Floats
    ranks: Floats

    @property
    def in_scope(self) -> NDArray[np.bool_]:
        """Which queries an entry answers."""
        inside: NDArray[np.bool_] = self.right != NONE
        return inside

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Which queries have the right entry on top; none of those out of scope."""
        hits: NDArray[np.bool_] = self.ranks <= 1
        return hits

    @property
    def answered_right(self) -> int:
        """How many queries are answered, and with the right entry."""
        return int(np.sum(self.hits & (self.scores >= self.ranking.threshold)))

    def figures(self, places: NDArray[np.intp] | None = None) -> Figures:
        """Return the figures of all queries, or of those at some places."""
        chosen: slice | NDArray[np.intp] = slice(None) if places is None else places
        inside, scores = self.in_scope[chosen], self.scores[chosen]
        right, best = self.right[chosen], self.best[chosen]
        ranks = self.ranks[chosen][inside]
        told = np.where(scores >= self.ranking.threshold, best, NONE)
        return Figures(
            hit_at_1=hit_at(1, ranks) if len(ranks) else None,
            hit_at_5=hit_at(5, ranks) if len(ranks) else None,
            mrr_at_10=mrr_at(MATCHES, ranks) if len(ranks) else None,
            ndcg_at_10=ndcg_at(MATCHES, ranks) if len(ranks) else None,
            auroc=auroc(scores[inside], scores[~inside]) if 0 < len(ranks) < len(right) else None,
            mcc=mcc(told, right),
            accuracy=accuracy(told, right),
        )

    def intervals(self) -> dict[str, Interval]:
        """Return where each figure lies, by its name, from the bootstrap over queries."""
        drawn = [self.figures(places) for places in resampled(len(self.queries))]
        values = {
            field.name: [getattr(figures, field.name) for figures in drawn]
            for field in fields(Figures)
        }
        told = {name: [v for v in some if v is not None] for name, some in values.items()}
        return {name: interval(some) for name, some in told.items() if some}

    def in_hindsight(self) -> tuple[float, float]:
        """Return the threshold that would have had the best MCC, and that MCC."""
        return best_threshold(self.scores, self.best, self.right)


def labelled(rows: Iterable[Row], store: Store) -> list[LabelledQuery]:
    """Return the queries of a table with the columns `query` and `expected`: an entry's key, or its
    question; empty where no entry answers. Raises `UnreadableFile`."""
    read: list[tuple[int, str, str]] = []
    for number, cells in rows:
        if isinstance(cells, str):
            raise UnreadableFile(f"Row {number}: {cells}")
        if "expected" not in cells:
            raise UnreadableFile("The file has no column 'expected'. It names the right entries.")
        if query := cells["query"].strip():
            read.append((number, query, cells["expected"].strip()))
    if not read:
        raise UnreadableFile("The file holds no query. Write one a row, in the column 'query'.")
    expected = list({name: None for _, _, name in read})
    ids = store.ids_by_question([normalised(name) for name in expected])
    by_key = store.ids_by_key(expected)
    found = []
    for number, query, name in read:
        entry_id = by_key.get(name, ids.get(normalised(name))) if name else None
        if name and entry_id is None:
            raise UnreadableFile(
                f"Row {number} expects {name[:60]!r}, which is neither the key nor the question of "
                "an entry. Leave it empty where no entry answers."
            )
        found.append(LabelledQuery(query, entry_id))
    return found


def evaluate(
    collection: Collection, queries: Sequence[LabelledQuery], ranking: Ranking
) -> Evaluation:
    """Ask the collection every query, in a ranking with its threshold. Nothing is logged."""
    ranks, best, scores = [], [], []
    texts = [query.text for query in queries]
    results = collection.search_many(texts, k=MATCHES, ranking=ranking)
    for query, result in zip(queries, results, strict=True):
        ids = [match.entry.id for match in result.matches]
        ranks.append(ids.index(query.entry_id) + 1 if query.entry_id in ids else np.inf)
        best.append(ids[0] if ids else NONE)
        scores.append(result.matches[0].score if ids else NOTHING)
    right = [NONE if query.entry_id is None else query.entry_id for query in queries]
    return Evaluation(
        ranking,
        tuple(texts),
        np.array(right, dtype=np.int64),
        np.array(best, dtype=np.int64),
        np.array(scores, dtype=np.float64),
        np.array(ranks, dtype=np.float64),
    )
