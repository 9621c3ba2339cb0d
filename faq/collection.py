"""The collection, as screens and the command line see it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter

from embedding import Embedder, EmbeddingError, Model, TokenCount, Vector
from faq.content import validated
from faq.ranking import COSINE, KEYWORD, Match, Ranking
from store import (
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    LoggedQuery,
    ModelRecord,
    Neighbour,
    SearchFilter,
    Store,
)

ALIKE = 0.85  # from here on an entry that is being written probably exists already
QUERIES_AT_ONCE = 256


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


class Collection:
    """A store and an embedder in the hands of one actor. Cheap: make one a session or request."""

    def __init__(self, store: Store, embedder: Embedder, actor: str) -> None:
        self.store = store
        self.embedder = embedder
        self.actor = actor

    # Writing

    def embed(self, texts: Iterable[str]) -> Embeddings:
        """Return the vectors of texts to be found, each text embedded once."""
        distinct = list(dict.fromkeys(texts))
        own = self.store.model()
        if own is not None and not distinct:  # an answer can be mended while no model is to be had
            return Embeddings(own.fingerprint, {})
        vectors = self.embedder.encode_documents(distinct)
        return Embeddings(
            self.embedder.model.fingerprint, dict(zip(distinct, vectors, strict=True))
        )

    def add(self, content: Content) -> Entry:
        """Add one entry. Raises `InvalidEntry` or `KeyTaken`."""
        content = validated(content)
        return self.add_many([content], self.embed(content.ways_of_asking))[0]

    def add_many(self, contents: Sequence[Content], embeddings: Embeddings) -> list[Entry]:
        """Add validated entries with the vectors of all their ways of asking, in one
        transaction."""
        self._own_model()
        return self.store.add(contents, embeddings, self.actor)

    def edit(self, entry: Entry, content: Content) -> Entry:
        """Replace the content of an entry as it was read; embeds only what is new.

        Raises `InvalidEntry`, `KeyTaken`, `UnknownEntry`, or `StaleEdit` where somebody else saved
        the entry since.
        """
        content = validated(content)
        known = set(entry.content.ways_of_asking)
        embeddings = self.embed(text for text in content.ways_of_asking if text not in known)
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

    def _own_model(self) -> None:
        self.store.use_model(recorded(self.embedder.model))

    # Reading

    def get(self, entry_id: int) -> Entry | None:
        """Return an entry outside the bin; None where there is none."""
        found = self.store.get([entry_id])
        return found[0] if found and not found[0].deleted else None

    def all_entries(self, where: EntryFilter | None = None) -> Iterator[Entry]:
        """Yield every entry that passes, by id, a part of them in memory at a time."""
        offset = 0
        while page := self.store.page(where or EntryFilter(), offset=offset, limit=500).entries:
            yield from page
            offset += len(page)

    def tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        """Return how much of each text the model reads."""
        return self.embedder.count_tokens(texts)

    # Searching

    def search(
        self, query: str, k: int = 5, category: str | None = None, ranking: Ranking = COSINE
    ) -> SearchResult:
        """Return the `k` entries that answer `query` best. An empty query finds nothing.

        Where the collection's model is not to be had, its words alone are looked for, and the
        result's `note` says so.
        """
        started = perf_counter()
        try:
            vector = self.embedder.encode_query(query)
        except EmbeddingError as error:
            return self.search_words(query, k, category, why=str(error))
        embedded = perf_counter()
        where = SearchFilter(category=category)
        neighbours = self._nearest(vector, k, where) if query.strip() else []
        entries = {entry.id: entry for entry in self.store.get([n.entry_id for n in neighbours])}
        matches = ranking.rank(neighbours, entries)
        ended = perf_counter()
        timing = Timing(embedded - started, ended - embedded, ended - started)
        return SearchResult(query, ranking.name, matches, ranking.answers(matches), timing)

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

    def _nearest(self, vector: Vector, k: int, where: SearchFilter) -> list[Neighbour]:
        return self.store.nearest(vector, k, where, fingerprint=self.embedder.model.fingerprint)

    def search_many(
        self,
        queries: Iterable[str],
        k: int = 5,
        category: str | None = None,
        ranking: Ranking = COSINE,
    ) -> Iterator[SearchResult]:
        """Yield `search` for each query, in order, many at a time; times are shares of the whole.

        An empty query finds nothing. Raises `EmbeddingError` where the model is not to be had.
        """
        remaining = iter(queries)
        while some := list(islice(remaining, QUERIES_AT_ONCE)):
            asked = [query for query in some if query.strip()]
            started = perf_counter()
            vectors = self.embedder.encode_queries(asked)
            embedded = perf_counter()
            found = self.store.nearest_many(
                vectors,
                k,
                SearchFilter(category=category),
                fingerprint=self.embedder.model.fingerprint,
            )
            ids = sorted({n.entry_id for neighbours in found for n in neighbours})
            entries = {entry.id: entry for entry in self.store.get(ids)}
            ended = perf_counter()
            each = 1 / max(1, len(asked))
            timing = Timing(
                (embedded - started) * each, (ended - embedded) * each, (ended - started) * each
            )
            neighbours_of = iter(found)
            for query in some:
                matches = ranking.rank(next(neighbours_of) if query.strip() else (), entries)
                yield SearchResult(query, ranking.name, matches, ranking.answers(matches), timing)

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
        return list(COSINE.rank(neighbours, entries))

    def log(self, result: SearchResult) -> int:
        """Keep a settled query; return its id in the log."""
        best = result.matches[0] if result.matches else None
        return self.store.log_query(
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
            )
        )
