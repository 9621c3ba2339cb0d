"""The queries that rankings are compared on, and asking them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np

from embedding import Vectors
from errors import AskwellError
from faq.collection import Collection
from faq.evaluation import MATCHES, NOTHING, Evaluation, LabelledQuery, labelled
from faq.evidence import OUT_OF_SCOPE
from faq.figures import NONE, Floats, Ids
from faq.left_out import drawn_phrasings
from faq.ranking import Ranking
from faq.scoring import LeftOut, score
from faq.tables import UnreadableFile, read_table
from store import Occurrences, SearchFilter, Snapshot, Store

AT_ONCE = 256
MOST_QUERIES = 20_000
TESTS = "the entries' tests"
LABELLED = "labelled_queries"  # the setting that holds those that were last compared on
MOST_KEPT = 500


class NothingToAsk(AskwellError):
    """There is no query to compare rankings on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class LabelledQueries:
    """Queries, each with the id of the entry that answers it, and whence they come: from a file of
    this name, or `TESTS`. `must_not_find` are such that the entry must not answer."""

    name: str
    queries: tuple[LabelledQuery, ...]
    must_not_find: tuple[LabelledQuery, ...] = ()


def own_tests(store: Store) -> LabelledQueries:
    """Return the tests of the published entries."""
    every = store.entry_tests()

    def those(must_find: bool) -> tuple[LabelledQuery, ...]:
        some = (test for test in every if test.must_find == must_find)
        return tuple(LabelledQuery(test.text, test.entry_id) for test in some)

    return LabelledQueries(TESTS, those(must_find=True), those(must_find=False))


def read_labelled(name: str, data: bytes, store: Store) -> LabelledQueries:
    """Read a table with the columns `query` and `expected`. Raises `UnreadableFile`."""
    queries = labelled(read_table(BytesIO(data), name).named("query"), store)
    if len(queries) > MOST_QUERIES:
        raise UnreadableFile(
            f"The file holds {len(queries):,} queries, more than the {MOST_QUERIES:,} that are "
            "compared at once. Leave some out."
        )
    return LabelledQueries(name, tuple(queries))


def keep_labelled(store: Store, queries: Sequence[LabelledQuery]) -> None:
    """Keep labelled queries, for edits to be tried on; of many, some evenly chosen."""
    places = np.linspace(0, len(queries) - 1, min(len(queries), MOST_KEPT)).astype(int)
    kept = [(queries[place].text, queries[place].entry_id) for place in places.tolist()]
    store.set_setting(LABELLED, json.dumps(kept, ensure_ascii=False))


def kept_labelled(store: Store) -> list[LabelledQuery]:
    """Return the labelled queries that the collection keeps."""
    return [
        LabelledQuery(text, entry_id)
        for text, entry_id in json.loads(store.setting(LABELLED) or "[]")
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some queries with the ids of their right entries, `NONE` for none, and their vectors.

    With `left_out` they are phrasings, each left out of its own search; one that no entry is right
    for is asked as if its own entry were gone.
    """

    snapshot: Snapshot
    texts: tuple[str, ...]
    right: Ids
    vectors: Vectors
    occurrences: Sequence[Sequence[Occurrences]]
    left_out: LeftOut | None = None

    def asked(self, ranking: Ranking) -> Evaluation:
        """Ask the queries of everything that is published, in a ranking."""
        found = score(ranking, self.snapshot, self.vectors, self.occurrences, self.left_out)
        scores = found.scores.astype(np.float64).round(6)
        if self.left_out is not None:
            gone = np.flatnonzero(self.right == NONE)
            scores[gone, self.left_out.places[gone]] = -np.inf
        published = self.snapshot.passing(SearchFilter())
        entry_ids, scores = self.snapshot.entry_ids[published], scores[:, published]
        places = scores.argmax(axis=1)
        best = scores[np.arange(len(scores)), places]
        none = np.isneginf(best)
        return Evaluation(
            ranking,
            self.texts,
            self.right,
            np.where(none, NONE, entry_ids[places]),
            np.where(none, NOTHING, best),
            _ranks(scores, entry_ids, self.right),
        )


def _ranks(scores: Floats, entry_ids: Ids, right: Ids) -> Floats:
    """Return the places of the right entries by their scores, `(queries, entries)`, ties by id;
    infinity beyond the first ten."""
    there = np.isin(right, entry_ids)
    columns = np.where(there, np.searchsorted(entry_ids, right), 0)
    own = scores[np.arange(len(scores)), columns][:, np.newaxis]
    earlier = np.arange(len(entry_ids)) < columns[:, np.newaxis]
    ranks = 1.0 + np.sum((scores > own) | ((scores == own) & earlier), axis=1)
    found: Floats = np.where(there & (ranks <= MATCHES), ranks, np.inf)
    return found


def labelled_parts(collection: Collection, queries: Sequence[LabelledQuery]) -> Iterator[Part]:
    """Yield labelled queries, embedded a part at a time."""
    store, fingerprint = collection.store, collection.embedder.model.fingerprint
    snapshot = _filled(store.snapshot(fingerprint=fingerprint))
    for start in range(0, len(queries), AT_ONCE):
        some = queries[start : start + AT_ONCE]
        texts = tuple(query.text for query in some)
        right = [NONE if query.entry_id is None else query.entry_id for query in some]
        yield Part(
            snapshot,
            texts,
            np.array(right, dtype=np.int64),
            collection.embedder.encode_queries(texts),
            store.occurrences(texts),
        )


def own_parts(collection: Collection) -> list[Part]:
    """Return the collection's phrasings as queries that their entries' other phrasings should find;
    and, evenly chosen, some as queries that no entry answers."""
    drawn = drawn_phrasings(collection.store, collection.embedder)
    snapshot, places = _filled(drawn.snapshot), drawn.places
    inside = np.flatnonzero(snapshot.sizes[places] > 1)
    if not len(inside):
        raise NothingToAsk(
            "Every entry has a single way of asking, so there is none to ask the others with. Add "
            "other ways of asking to some entries, or upload questions of your users."
        )
    strays = round(len(inside) * OUT_OF_SCOPE / (1 - OUT_OF_SCOPE))
    outside = np.linspace(0, len(places) - 1, strays).round().astype(int)
    entries = snapshot.entry_ids[places]
    rows = np.concatenate([inside, outside])
    right = np.concatenate([entries[inside], np.full(len(outside), NONE)])
    parts = []
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        parts.append(
            Part(
                snapshot,
                tuple(str(text) for text in snapshot.texts[drawn.rows[some]]),
                right[start : start + AT_ONCE],
                drawn.vectors[some],
                [drawn.occurrences[place] for place in some],
                LeftOut(drawn.rows[some], places[some]),
            )
        )
    return parts


def _filled(snapshot: Snapshot) -> Snapshot:
    if not snapshot.published.any():
        raise NothingToAsk("There is no published entry yet. Add some, then come back.")
    return snapshot
