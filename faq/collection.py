"""The collection, as screens and the command line see it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter

import numpy as np

from embedding import Embedder, EmbeddingError, Model, TokenCount, Vector, Vectors
from faq import query_log
from faq.content import validated
from faq.ranking import KEYWORD, Match, Ranking, Scored, matched, neighbours_scored
from faq.scoring import best_entries
from faq.threshold import begin_with_default, chosen_name, ranking_named
from store import (
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    ImportMark,
    LoggedQuery,
    ModelRecord,
    Neighbour,
    SearchFilter,
    Store,
)

ALIKE = 0.85  # from here on an entry that is being written probably exists already
QUERIES_AT_ONCE = 256
ENTRIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Timing:
    """Where a search spent its time, in seconds of `perf_counter`."""

    embed_seconds: float
    search_seconds: float
    total_seconds: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The nearest entries, best first, and whether the best of them answers the query.

    `note` says why they were found by their words alone; empty where vectors were compared.
    """

    query: str
    ranking: str
    matches: tuple[Match, ...]
    answered: bool
    timing: Timing
    note: str = ""


def recorded(model: Model) -> ModelRecord:
    """Return a model as stores know it."""
    return ModelRecord(
        model.fingerprint, model.name, model.revision, model.dimension, model.max_tokens
    )


def new_texts(before: Content, after: Content) -> tuple[list[str], list[str]]:
    """Return what an edit brings to embed: ways of asking, and answers' texts."""
    known = set(before.texts)
    return (
        [text for text in after.ways_of_asking if text not in known],
        [text for text in after.answer_texts if text not in known],
    )


def _answered(ranking: Ranking, matches: Sequence[Match]) -> bool:
    return bool(matches) and ranking.answers_with(matches[0].score)


class Collection:
    """A store and an embedder in the hands of one actor. Cheap: make one a session or request."""

    def __init__(self, store: Store, embedder: Embedder, actor: str) -> None:
        self.store = store
        self.embedder = embedder
        self.actor = actor

    # Writing

    def embed(self, texts: Iterable[str], answers: Iterable[str] = ()) -> Embeddings:
        """Return the vectors of texts to be found, each text embedded once.

        Those of `answers` may be missing: an answer can be mended while no model is to be had.
        """
        needed = list(dict.fromkeys(texts))
        distinct = list(dict.fromkeys([*needed, *answers]))
        own = self.store.model()
        if own is not None and not distinct:
            return Embeddings(own.fingerprint, {})
        try:
            vectors = self.embedder.encode_documents(distinct)
        except EmbeddingError:
            if needed or own is None:
                raise
            return Embeddings(own.fingerprint, {})
        return Embeddings(
            self.embedder.model.fingerprint, dict(zip(distinct, vectors, strict=True))
        )

    def add(self, content: Content) -> Entry:
        """Add one entry. Raises `InvalidEntry` or `KeyTaken`."""
        content = validated(content)
        return self.add_many([content], self.embed(content.ways_of_asking, content.answer_texts))[0]

    def add_many(
        self, contents: Sequence[Content], embeddings: Embeddings, mark: ImportMark | None = None
    ) -> list[Entry]:
        """Add validated entries with the vectors of all their ways of asking, in one transaction;
        `mark` says how far the import of a file has come with them."""
        self._own_model()
        return self.store.add(contents, embeddings, self.actor, mark)

    def edit(self, entry: Entry, content: Content) -> Entry:
        """Replace the content of an entry as it was read; embeds only what is new.

        Raises `InvalidEntry`, `KeyTaken`, `UnknownEntry`, or `StaleEdit` where somebody else saved
        the entry since.
        """
        content = validated(content)
        embeddings = self.embed(*new_texts(entry.content, content))
        return self.store.edit(entry.id, entry.version, content, embeddings, self.actor)

    def edit_many(self, edits: Sequence[Edit], embeddings: Embeddings) -> list[Entry]:
        """Make edits to validated content, with the vectors of every new way of asking, in one
        transaction."""
        return self.store.edit_many(edits, embeddings, self.actor)

    def remove(self, entry_ids: Sequence[int]) -> list[int]:
        """Put entries into the bin; return the ids of those that were not there already."""
        return self.store.remove(entry_ids, self.actor)

    def restore(self, entry_ids: Sequence[int]) -> list[int]:
        """Undo a removal; return the ids of those that were in the bin."""
        return self.store.restore(entry_ids, self.actor)

    def purge(self, entry_ids: Sequence[int]) -> list[int]:
        """Delete entries that are in the bin for good, without a way back; return the ids of those
        that were there."""
        return self.store.purge(entry_ids)

    def _own_model(self) -> None:
        begin_with_default(self.store)
        self.store.use_model(recorded(self.embedder.model))

    # Reading

    def get(self, entry_id: int) -> Entry | None:
        """Return an entry outside the bin; None where there is none."""
        found = self.store.get([entry_id])
        return found[0] if found and not found[0].deleted else None

    def all_entries(self, where: EntryFilter | None = None) -> Iterator[Entry]:
        """Yield every entry that passes, by id, a part of them in memory at a time; none is passed
        over, whatever others delete meanwhile."""
        where = where or EntryFilter()
        while page := self.store.page(where, limit=ENTRIES_AT_ONCE).entries:
            yield from page
            where = replace(where, after=page[-1].id)

    def tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        """Return how much of each text the model reads."""
        return self.embedder.count_tokens(texts)

    # Searching

    def search(
        self, query: str, k: int = 5, category: str | None = None, ranking: Ranking | None = None
    ) -> SearchResult:
        """Return the `k` entries that answer `query` best, in the collection's own ranking where
        none is given. An empty query finds nothing.

        Where the collection's model is not to be had, its words alone are looked for, and the
        result's `note` says so.
        """
        started = perf_counter()
        try:
            vector = self.embedder.encode_query(query)
        except EmbeddingError as error:
            return self.search_words(query, k, category, why=str(error))
        embedded = perf_counter()
        ranking = ranking or self.ranking()
        where = SearchFilter(category=category)
        scored = (
            self._best([query], vector[np.newaxis], k, where, ranking)[0] if query.strip() else []
        )
        entries = {entry.id: entry for entry in self.store.get([s.entry_id for s in scored])}
        matches = matched(scored, entries)
        ended = perf_counter()
        timing = Timing(embedded - started, ended - embedded, ended - started)
        return SearchResult(query, ranking.name, matches, _answered(ranking, matches), timing)

    def search_words(
        self, query: str, k: int = 5, category: str | None = None, *, why: str
    ) -> SearchResult:
        """Return the `k` entries that share most with `query` by their words alone; `why` becomes
        the result's note. Whether one of them answers, nobody can tell from that."""
        started = perf_counter()
        hits = self.store.keyword(query, k, SearchFilter(category=category))
        entries = {entry.id: entry for entry in self.store.get([hit.entry_id for hit in hits])}
        matches = KEYWORD.rank(hits, entries)
        ended = perf_counter()
        timing = Timing(0.0, ended - started, ended - started)
        return SearchResult(query, KEYWORD.name, matches, answered=False, timing=timing, note=why)

    def ranking(self, name: str | None = None) -> Ranking:
        """Return a ranking with the collection's own threshold: the one of this name, or, without
        one, the one that the collection has chosen."""
        return ranking_named(self.store, name or chosen_name(self.store))

    def _nearest(self, vector: Vector, k: int, where: SearchFilter) -> list[Neighbour]:
        return self.store.nearest(vector, k, where, fingerprint=self.embedder.model.fingerprint)

    def _best(
        self, queries: Sequence[str], vectors: Vectors, k: int, where: SearchFilter, by: Ranking
    ) -> list[list[Scored]]:
        """Return the best entries for each query."""
        fingerprint = self.embedder.model.fingerprint
        if by.by_best_phrasing and len(queries) == 1:
            return [neighbours_scored(self._nearest(vectors[0], k, where))]
        if by.by_best_phrasing:
            found = self.store.nearest_many(vectors, k, where, fingerprint=fingerprint)
            return [neighbours_scored(neighbours) for neighbours in found]
        snapshot = self.store.snapshot(fingerprint=fingerprint)
        return best_entries(by, snapshot, vectors, self.store.occurrences(queries), k, where)

    def search_many(
        self,
        queries: Iterable[str],
        k: int = 5,
        category: str | None = None,
        ranking: Ranking | None = None,
    ) -> Iterator[SearchResult]:
        """Yield `search` for each query, in order, many at a time; times are shares of the whole.

        An empty query finds nothing. Raises `EmbeddingError` where the model is not to be had.
        """
        ranking = ranking or self.ranking()
        where = SearchFilter(category=category)
        remaining = iter(queries)
        while some := list(islice(remaining, QUERIES_AT_ONCE)):
            asked = [query for query in some if query.strip()]
            started = perf_counter()
            vectors = self.embedder.encode_queries(asked)
            embedded = perf_counter()
            found = self._best(asked, vectors, k, where, ranking)
            ids = sorted({s.entry_id for scored in found for s in scored})
            entries = {entry.id: entry for entry in self.store.get(ids)}
            ended = perf_counter()
            each = 1 / max(1, len(asked))
            timing = Timing(
                (embedded - started) * each, (ended - embedded) * each, (ended - started) * each
            )
            scored_of = iter(found)
            for query in some:
                matches = matched(next(scored_of) if query.strip() else (), entries)
                answered = _answered(ranking, matches)
                yield SearchResult(query, ranking.name, matches, answered, timing)

    def alike(self, text: str, but: int | None = None) -> list[Match]:
        """Return entries so near to `text` that it probably exists already, unpublished ones
        included; `but` leaves one entry out."""
        vector = self.embedder.encode_query(text)
        neighbours = [
            n
            for n in self._nearest(vector, 4, SearchFilter(unpublished=True))
            if n.cosine >= ALIKE and n.entry_id != but
        ]
        entries = {entry.id: entry for entry in self.store.get([n.entry_id for n in neighbours])}
        return list(matched(neighbours_scored(neighbours), entries))

    def log(self, result: SearchResult) -> int | None:
        """Keep a settled query; return its id in the log, None where none is kept."""
        best = result.matches[0] if result.matches else None
        return query_log.keep(
            self.store,
            LoggedQuery(
                text=result.query,
                ranking=result.ranking,
                answered=result.answered,
                entry_id=best.entry.id if best else None,
                score=best.score if best else None,
                embed_seconds=result.timing.embed_seconds,
                search_seconds=result.timing.search_seconds,
                total_seconds=result.timing.total_seconds,
                at=datetime.now(UTC),
            ),
            self.actor,
        )
