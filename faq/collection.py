"""The collection, as screens and the command line use it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter

from embedding import Embedder, EmbeddingError, Model, Vector
from faq import query_log
from faq.content import validated
from faq.search import spelling
from faq.search.asked import Asked
from faq.search.model_cosines import cosines_of
from faq.search.ranking import COSINE, KEYWORD, Match, Ranking, Scored, matched
from faq.search.scoring import best_entries
from faq.search.similar import least_similar
from faq.search.threshold import chosen_name, ranking_named
from store import (
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    ImportMark,
    KeywordHit,
    LoggedQuery,
    ModelMismatch,
    ModelRecord,
    Near,
    ReadableStore,
    Resident,
    SearchFilter,
    State,
    Store,
    spans_of,
)

SAME_TEXT = 0.999  # of one text's vectors, at least; between precisions and engines it is .9999
QUERIES_AT_ONCE = 256
NAME = "collection_name"  # the setting
LONGEST_NAME = 80  # characters
LONGEST_QUERY = 10_000  # characters that are read
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

    `corrected` is the query with its mistyped words as they were probably meant, where it was asked
    so too; empty where it was not. `note` says why the entries were found by their words alone;
    empty where vectors were compared.
    """

    query: str
    ranking: str
    matches: tuple[Match, ...]
    answered: bool
    timing: Timing
    corrected: str = ""
    note: str = ""


def recorded(model: Model) -> ModelRecord:
    """Return a model as stores record it."""
    return ModelRecord(
        model.fingerprint, model.name, model.revision, model.dimension, model.max_tokens
    )


def new_texts(before: Content, after: Content) -> tuple[list[str], list[str]]:
    """Return the texts that an edit adds and that must be embedded: phrasings, and answers."""
    known = set(before.texts)
    return (
        [text for text in after.ways_of_asking if text not in known],
        [text for text in after.answer_texts if text not in known],
    )


def _parts(query: str) -> tuple[str, ...]:
    """Return a query, and the parts of a long one behind what a model reads of it."""
    parts = spans_of("", query[:LONGEST_QUERY])[1:]
    return (query, *(query[start:stop].strip() for start, stop in parts))


def _meant(query: str, known: spelling.Spelling) -> tuple[str, ...]:
    """Return the parts of a query as it was probably meant; none where it was meant as it is."""
    corrected = known.corrected(query)
    return _parts(corrected) if corrected != query else ()


class ReadableCollection:
    """A store and an embedder, used by one actor: to ask and to read. Cheap: make one for each
    script run. With `state`, settings and model are as they were read then; without, they are read
    each time."""

    def __init__(
        self, store: ReadableStore, embedder: Embedder, actor: str, state: State | None = None
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.actor = actor
        self._state = state

    @property
    def state(self) -> State:
        """Settings, model and change tokens of the collection."""
        return self._state or self.store.state()

    @property
    def name(self) -> str:
        """What the team calls the collection; empty where it has no name."""
        return self.state.settings.get(NAME, "")

    # Reading

    def get(self, entry_id: int) -> Entry | None:
        """Return an entry outside the bin; None where there is none."""
        found = self.store.entries.get([entry_id])
        return found[0] if found and not found[0].deleted else None

    def all_entries(self, where: EntryFilter | None = None) -> Iterator[Entry]:
        """Yield every entry that passes, by id, a part of them in memory at a time; none is
        skipped, whatever others delete in the meantime."""
        where = where or EntryFilter()
        while page := self.store.entries.page(where, limit=ENTRIES_AT_ONCE).entries:
            yield from page
            where = replace(where, after=page[-1].id)

    def embedded_entries(self, fingerprint: str | None = None) -> Iterator[tuple[Entry, Vector]]:
        """Yield the entries outside the bin that there are now, by id, each with the vector of its
        question. An entry that somebody edits in the meantime comes as it is then.

        Raises `ModelMismatch` where the collection answers with another model than that of the
        fingerprint, or has none.
        """
        own = self.store.state().model
        fingerprint = fingerprint or (own.fingerprint if own else "")
        if own is None or own.fingerprint != fingerprint:
            raise ModelMismatch(
                f"The collection does not answer with the model {fingerprint}, or no longer. Begin "
                "again."
            )
        vectors = self.store.vectors.resident(fingerprint=fingerprint)
        every = vectors.entry_ids[vectors.present].tolist()
        for start in range(0, len(every), ENTRIES_AT_ONCE):
            for entry in self.store.entries.get(every[start : start + ENTRIES_AT_ONCE]):
                while not entry.deleted:
                    rows = vectors.rows_of(entry.id)
                    if vectors.texts[rows.start : rows.stop][:1] == [entry.content.question]:
                        yield entry, vectors.phrasings.vectors[rows.start]
                        break
                    vectors = self.store.vectors.resident(fingerprint=fingerprint)
                    [entry] = self.store.entries.get([entry.id]) or [replace(entry, deleted=True)]

    def resident(self, near: Near | None = None) -> Resident:
        """Return the vectors of the embedder's model in memory; see `Store.vectors`. Raises
        `ModelMismatch`, or `TooLarge`."""
        fingerprint = self.embedder.model.fingerprint
        return self.store.vectors.resident(fingerprint=fingerprint, near=near)

    # Searching

    def search(
        self,
        query: str,
        k: int = 5,
        category: str | None = None,
        ranking: Ranking | None = None,
        *,
        as_typed: bool = False,
    ) -> SearchResult:
        """Return the `k` entries that answer `query` best, in the collection's own ranking where
        none is given. An empty query finds nothing. With `as_typed`, no word of it is corrected.

        Where the collection's model is unavailable, only words are compared, and the result's
        `note` says so.
        """
        started = perf_counter()
        try:
            asked = self.asked([query], as_typed=as_typed, waiting=True)
        except EmbeddingError as error:
            return self.search_words(query, k, category, why=str(error))
        return next(self._found([query], asked, started, k, category, ranking))

    def asked(
        self, queries: Sequence[str], *, as_typed: bool = False, waiting: bool = False
    ) -> Asked:
        """Return queries in the forms in which they are asked, embedded in one batch: as they were
        typed, and as they were probably meant, unless `as_typed` or the collection does not want
        it. `waiting` is as in `Embedder.encode_queries`. Raises `EmbeddingError`."""
        queries_forms = self.forms(queries, as_typed=as_typed)
        every = [form for forms in queries_forms for form in forms]
        return Asked.of(queries_forms, self.embedder.encode_queries(every, waiting=waiting))

    def forms(self, queries: Sequence[str], *, as_typed: bool = False) -> list[tuple[str, ...]]:
        """Return the forms in which queries are asked; see `asked`."""
        if as_typed or not spelling.is_on(self.state):
            return [_parts(query) for query in queries]
        known = spelling.Spelling(self.store, self.embedder)
        return [
            tuple(dict.fromkeys((*_parts(query), *_meant(query[:LONGEST_QUERY], known))))
            for query in queries
        ]

    def search_words(
        self, query: str, k: int = 5, category: str | None = None, *, why: str
    ) -> SearchResult:
        """Return the `k` entries that share most words with `query`; `why` becomes the result's
        note. Words alone do not tell whether one of them answers."""
        started = perf_counter()
        hits = self.store.words.search(query, k, SearchFilter(category=category))
        entries = self._entries(hits)
        best = max((hit.score for hit in hits), default=1.0) or 1.0
        matches = tuple(
            Match(entry, hit.score / best, cosine=None, matched=entry.content.question)
            for hit in hits
            if (entry := entries.get(hit.entry_id))
        )
        seconds = perf_counter() - started
        timing = Timing(0.0, seconds, seconds)
        return SearchResult(query, KEYWORD, matches, answered=False, timing=timing, note=why)

    def ranking(self, name: str | None = None) -> Ranking:
        """Return a ranking with the collection's own threshold: the one of this name, or, without
        one, the one that the collection has chosen."""
        state = self.state
        return ranking_named(state, name or chosen_name(state))

    def _best(self, asked: Asked, k: int, where: SearchFilter, by: Ranking) -> list[list[Scored]]:
        """Return the best entries for each query."""
        fingerprint, forms = self.embedder.model.fingerprint, asked.forms
        # A single query by cosine, such as the command line's, is not worth loading every vector.
        load = len(forms) > 1 or not by.by_best_phrasing
        near = Near(asked.vectors, where)
        resident = self.store.vectors.resident(fingerprint=fingerprint, load=load, near=near)
        if resident is None:
            nearest = self.store.vectors.nearest(
                asked.vectors[0], k, where, fingerprint=fingerprint
            )
            return [[Scored(n.entry_id, n.cosine, n.cosine, n.phrasing) for n in nearest]]
        words = self.store.words.occurrences(forms) if by.keywords else [()] * len(forms)
        return best_entries(by, resident, asked, words, k, where)

    def search_many(
        self,
        queries: Iterable[str],
        k: int = 5,
        category: str | None = None,
        ranking: Ranking | None = None,
        *,
        as_typed: bool = False,
    ) -> Iterator[SearchResult]:
        """Yield `search` for each query, in order, many at a time; times are shares of the whole.

        An empty query finds nothing. Raises `EmbeddingError` where the model is unavailable.
        """
        ranking = ranking or self.ranking()
        remaining = iter(queries)
        while some := list(islice(remaining, QUERIES_AT_ONCE)):
            started = perf_counter()
            asked = self.asked([query for query in some if query.strip()], as_typed=as_typed)
            yield from self._found(some, asked, started, k, category, ranking)

    def _found(
        self,
        queries: Sequence[str],
        asked: Asked,
        started: float,
        k: int,
        category: str | None,
        ranking: Ranking | None,
    ) -> Iterator[SearchResult]:
        """Yield the results of queries; `asked` are those that are not empty."""
        read = perf_counter()
        ranking = ranking or self.ranking()
        where = SearchFilter(category=category)
        found = self._best(asked, k, where, ranking) if len(asked) else []
        entries = self._entries(scored for every in found for scored in every)
        ended = perf_counter()
        times = read - started, ended - read, ended - started
        timing = Timing(*(seconds / max(1, len(asked)) for seconds in times))
        results = zip(found, asked, strict=True)
        for query in queries:
            scored, forms = next(results) if query.strip() else ([], (query,))
            matches = matched(scored, entries, forms)
            answered = bool(matches) and matches[0].score >= ranking.threshold
            corrected = next((form for form in forms if form not in _parts(query)), "")
            yield SearchResult(query, ranking.name, matches, answered, timing, corrected)

    def _entries(self, scored: Iterable[Scored | KeywordHit]) -> dict[int, Entry]:
        ids = sorted({one.entry_id for one in scored})
        return {entry.id: entry for entry in self.store.entries.get(ids)}

    def least_similar(self) -> float:
        """Return the cosine from which on two entries probably say the same."""
        return least_similar(self.resident(), cosines_of(self.embedder))

    def similar(self, text: str, but: int | None = None) -> list[Match]:
        """Return the entries so similar to `text` that it probably exists already, unpublished ones
        included, except the entry `but`; none where not all vectors are held to tell."""
        if not self.state.held:
            return []
        asked = self.asked([text], as_typed=True, waiting=True)
        [scored] = self._best(asked, 4, SearchFilter(unpublished=True), COSINE)
        least = self.least_similar()
        found = [one for one in scored if one.cosine >= least and one.entry_id != but]
        return list(matched(found, self._entries(found), [text]))

    def log(self, result: SearchResult) -> int | None:
        """Keep a settled query; return its id in the log, None where none is kept."""
        best = result.matches[0] if result.matches else None
        return query_log.keep(
            self.store,
            self.state,
            LoggedQuery(
                text=result.query,
                ranking=result.ranking,
                answered=result.answered,
                entry_id=best.entry.id if best else None,
                score=best.score if best else None,
                at=datetime.now(UTC),
                **asdict(result.timing),
            ),
            self.actor,
        )


class Collection(ReadableCollection):
    """A collection that its actor may change."""

    store: Store

    def __init__(
        self, store: Store, embedder: Embedder, actor: str, state: State | None = None
    ) -> None:
        super().__init__(store, embedder, actor, state)

    def rename(self, name: str) -> None:
        """Call the collection this from now on; with an empty name, nothing."""
        self.store.settings.write({NAME: " ".join(name.split())[:LONGEST_NAME] or None})

    def embed(self, texts: Iterable[str], answers: Iterable[str] = ()) -> Embeddings:
        """Return the vectors of texts to be found, each text embedded once.

        Those of `answers` may be missing: an answer can be edited while no model is available.
        """
        needed = list(dict.fromkeys(texts))
        distinct = list(dict.fromkeys([*needed, *answers]))
        own = self.state.model
        if own is not None and not distinct:
            return Embeddings(own, {})
        try:
            vectors = self.embedder.encode_documents(distinct)
        except EmbeddingError:
            if needed or own is None:
                raise
            return Embeddings(own, {})
        return Embeddings(recorded(self.embedder.model), dict(zip(distinct, vectors, strict=True)))

    def add(self, content: Content) -> Entry:
        """Add one entry. Raises `InvalidEntry` or `KeyTaken`."""
        content = validated(content)
        return self.add_many([content], self.embed(content.ways_of_asking, content.answer_texts))[0]

    def add_many(
        self, contents: Sequence[Content], embeddings: Embeddings, mark: ImportMark | None = None
    ) -> list[Entry]:
        """Add validated entries with the vectors of all their phrasings, in one transaction; `mark`
        says how far the import of a file has come with them."""
        return self.store.entries.add(contents, embeddings, self.actor, mark)

    def edit(self, entry: Entry, content: Content) -> Entry:
        """Replace the content of an entry as it was read; embeds only what is new.

        Raises `InvalidEntry`, `KeyTaken`, `UnknownEntry`, or `StaleEdit` where somebody else saved
        the entry since.
        """
        content = validated(content)
        embeddings = self.embed(*new_texts(entry.content, content))
        return self.edit_many([Edit(entry.id, entry.version, content)], embeddings)[0]

    def edit_many(self, edits: Sequence[Edit], embeddings: Embeddings) -> list[Entry]:
        """Make edits to validated content, with the vectors of every new phrasing, in one
        transaction."""
        return self.store.entries.edit(edits, embeddings, self.actor)

    def remove(self, entry_ids: Sequence[int]) -> list[int]:
        """Put entries into the bin; return the ids of those that were not there already."""
        return self.store.entries.set_deleted(entry_ids, True, self.actor)

    def restore(self, entry_ids: Sequence[int]) -> list[int]:
        """Undo a removal; return the ids of those that were in the bin."""
        return self.store.entries.set_deleted(entry_ids, False, self.actor)

    def purge(self, entry_ids: Sequence[int]) -> list[int]:
        """Delete entries that are in the bin for good; return the ids of those that were there."""
        return self.store.entries.purge(entry_ids)
