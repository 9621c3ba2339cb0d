"""What saving an entry would change: known queries, asked before and after. Nothing is written."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embedding import Embedder, Vector, Vectors
from faq.collection import Collection
from faq.content import validated
from faq.evaluation.figures import NONE, Ids
from faq.evaluation.queries import (
    LabelledQueries,
    LabelledQuery,
    entry_tests,
    kept_labelled,
    tests_of,
)
from faq.search.asked import Asked
from faq.search.ranking import Ranking
from faq.search.scoring import (
    SAME,
    Scores,
    best_of_forms,
    by_meaning,
    keyword_shares,
    queries_at_once,
)
from store import Content, Entry, Occurrences, Resident, Status
from store.resident import of_one_entry

RECENT = 300  # queries of the log
MOST_LABELLED = 500  # labelled queries
MOST_KEPT = 5_000  # vectors; of 384 dimensions: 8 MB


@dataclass(frozen=True, slots=True)
class Changed:
    """A query that would be answered by another entry, given by id; None is no answer.
    `breaks` is a test of another entry, or a labelled query, that would fail from then on."""

    query: str
    before: int | None
    after: int | None
    breaks: LabelledQuery | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A test of the entry, and whether it would pass."""

    query: str
    must_find: bool
    passes: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """What saving an entry would change among `asked` known queries, what breaks a test first; and
    the entry's tests, of a published one. A new entry goes by an id that no other has."""

    entry_id: int
    asked: int
    changed: tuple[Changed, ...]
    tests: tuple[Tried, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Answering:
    """Queries with the scores of every entry from vectors alone: `meanings`, `(forms, entries)`.
    `occurrences` say which entries contain each form's words; `entry_ids`, `present` and
    `published` are as in `Resident`."""

    ranking: Ranking
    asked: Asked
    occurrences: tuple[tuple[Occurrences, ...], ...]
    entry_ids: Ids
    present: NDArray[np.bool_]
    published: NDArray[np.bool_]
    meanings: Scores

    def answers(self) -> Ids:
        """Return the id of the entry that answers each query; `NONE` where none does."""
        answers = np.full(len(self.asked), NONE)
        places = np.flatnonzero(self.published)
        if not len(places) or not len(answers):
            return answers
        scores = self.meanings
        if self.ranking.keywords:
            shares = keyword_shares(self.entry_ids, self.present, self.occurrences)
            scores = self.ranking.mixed(scores, shares)
        scores = best_of_forms(scores[:, places], self.asked.firsts)
        rounded = scores.astype(np.float64).round(6)  # as a search ranks them
        best = rounded.argmax(axis=1)
        answered = rounded[np.arange(len(best)), best] >= self.ranking.threshold
        return np.where(answered, self.entry_ids[places[best]], NONE)

    def joined(self, others: "_Answering") -> "_Answering":
        """Return these queries and others, asked of the same entries in the same ranking."""
        return replace(
            self,
            asked=self.asked.joined(others.asked),
            occurrences=self.occurrences + others.occurrences,
            meanings=np.concatenate([self.meanings, others.meanings]),
        )

    def drafted(self, draft: Resident, counts: Mapping[str, int]) -> "_Answering":
        """Return the same queries, with one entry as `draft` has it in its place, or beside the
        others where it is new; `counts` says how often each word is in it."""
        entry_id = int(draft.entry_ids[0])
        place = int(np.searchsorted(self.entry_ids, entry_id))
        [column] = by_meaning(self.ranking, draft, self.asked.vectors)[1].T
        added = [] if entry_id in self.entry_ids[place : place + 1] else [place]
        meanings = np.insert(self.meanings, added, -np.inf, axis=1)
        # Sums in another order differ in the last places, and must not separate equals.
        moved = ~(np.abs(column - meanings[:, place]) <= SAME)
        meanings[moved, place] = column[moved]
        present, published = (np.insert(a, added, True) for a in (self.present, self.published))
        present[place], published[place] = True, draft.published[0]
        distinct = {word.word: word for some in self.occurrences for word in some}
        words = {w: _counted(one, entry_id, counts.get(w, 0)) for w, one in distinct.items()}
        return replace(
            self,
            occurrences=tuple(tuple(words[w.word] for w in some) for some in self.occurrences),
            entry_ids=np.insert(self.entry_ids, added, entry_id),
            present=present,
            published=published,
            meanings=meanings,
        )


def _counted(word: Occurrences, entry_id: int, count: int) -> Occurrences:
    """Return a word's occurrences, with so many of it in one entry."""
    others = word.entry_ids != entry_id
    entry_ids, counts = word.entry_ids[others], word.counts[others]
    if count:
        place = int(np.searchsorted(entry_ids, entry_id))
        entry_ids, counts = np.insert(entry_ids, place, entry_id), np.insert(counts, place, count)
    return Occurrences(word.word, entry_ids, counts)


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """The known queries, asked of the collection as it is now: of these vectors, in this `state` of
    ranking, log and labelled queries. `tests` are those of its entries and of the labelled
    queries."""

    resident: Resident
    state: tuple[Ranking, str, tuple[LabelledQuery, ...]]
    tests: tuple[LabelledQuery, ...]
    asked: _Answering


class VectorCache:
    """Embeds what it has not embedded lately. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], Vector] = {}  # the least recently used first

    def queries(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions that are asked, `(len(texts), dimension)`."""
        return self._vectors(embedder, "query", embedder.encode_queries, texts)

    def documents(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts to be found, `(len(texts), dimension)`."""
        return self._vectors(embedder, "document", embedder.encode_documents, texts)

    def _vectors(
        self,
        embedder: Embedder,
        kind: str,
        encode: Callable[[Sequence[str]], Vectors],
        texts: Sequence[str],
    ) -> Vectors:
        model = embedder.model
        keys = [(model.fingerprint, kind, text) for text in texts]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        new = [key for key in dict.fromkeys(keys) if key not in found]
        if new:
            found |= zip(new, encode([text for _, _, text in new]), strict=True)
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)
                self._kept[key] = found[key]
            for key in list(self._kept)[:-MOST_KEPT]:
                del self._kept[key]
        rows = [found[key] for key in keys]
        return np.array(rows, dtype=np.float32).reshape(len(rows), model.dimension)


class Rehearsal:
    """Asks a collection the known queries: the tests of all its entries, the labelled queries that
    the collection keeps, and the recent log.

    Queries are embedded once, and asked once for each state of the collection: a draft costs its
    own new texts, and one entry's scores. Safe to share between threads.
    """

    def __init__(self, vectors: VectorCache) -> None:
        self._vectors = vectors
        self._lock = threading.Lock()
        self._known: _Known | None = None

    def replay(self, collection: Collection, entry: Entry | None, content: Content) -> Replay:
        """Return what would change if `entry`, or a new one where that is None, were saved with
        this content. Raises `InvalidEntry`, `EmbeddingError` or `StoreError`."""
        content = validated(content)
        now = self._now(collection)
        entry_id = entry.id if entry else int(now.resident.entry_ids.max(initial=0)) + 1
        own = tests_of(entry_id, content)
        new = {test.text for test in own}.difference(now.asked.asked.typed)
        added = self._asked(collection, now.asked.ranking, now.resident, sorted(new))
        asked = now.asked.joined(added)
        draft = self._draft(collection, now.resident, entry, entry_id, content)
        before = asked.answers()
        after = asked.drafted(draft, collection.store.words.counts(content)).answers()
        place = {text: number for number, text in enumerate(asked.asked.typed)}
        broken: dict[int, LabelledQuery] = {}
        for test in now.tests:
            number = place[test.text]
            lost = _passes(test, int(before[number])) and not _passes(test, int(after[number]))
            if test.entry_id != entry_id and lost:
                broken.setdefault(number, test)
        changed = [
            Changed(text, _entry(before[number]), _entry(after[number]), broken.get(number))
            for number, text in enumerate(now.asked.asked.typed)
            if before[number] != after[number]
        ]
        return Replay(
            entry_id,
            len(now.asked.asked),
            tuple(sorted(changed, key=lambda one: one.breaks is None)),
            tuple(
                Tried(test.text, test.must_find, _passes(test, int(after[place[test.text]])))
                for test in own
            ),
        )

    def _now(self, collection: Collection) -> _Known:
        store, ranking = collection.store, collection.ranking()
        with self._lock:
            labelled = _some(kept_labelled(store))
            state = (ranking, collection.state.log, tuple(labelled))
            resident = collection.resident()
            known = self._known
            # Every change of an entry, of its tests too, makes another `Resident`.
            if known is None or known.resident is not resident or known.state != state:
                right = [query for query in labelled if query.entry_id is not None]
                tests = (*entry_tests(collection), *right)
                logged = (query.text.strip() for query in store.log.page(RECENT).queries)
                texts = [query.text for query in (*tests, *labelled)]
                every = list(dict.fromkeys([*texts, *filter(None, logged)]))
                asked = self._asked(collection, ranking, resident, every)
                self._known = known = _Known(resident, state, tests, asked)
            return known

    def _asked(
        self, collection: Collection, ranking: Ranking, resident: Resident, texts: Sequence[str]
    ) -> _Answering:
        queries = collection.forms(texts)
        forms = [form for query in queries for form in query]
        asked = Asked.of(queries, self._vectors.queries(collection.embedder, forms))
        meanings = np.zeros((len(forms), len(resident.entry_ids)), dtype=np.float32)
        at_once = queries_at_once(resident)
        for start in range(0, len(forms), at_once):
            some = slice(start, start + at_once)
            meanings[some] = by_meaning(ranking, resident, asked.vectors[some])[1]
        return _Answering(
            ranking,
            asked,
            tuple(collection.store.words.occurrences(forms)),
            resident.entry_ids,
            resident.present,
            resident.published,
            meanings,
        )

    def _draft(
        self,
        collection: Collection,
        resident: Resident,
        entry: Entry | None,
        entry_id: int,
        content: Content,
    ) -> Resident:
        """Return the vectors that an entry would have; only new texts are embedded."""
        embedder = collection.embedder
        rows = resident.rows_of(entry_id)
        had = resident.texts[rows.start or 0 : rows.stop]
        known = dict(zip(had, resident.phrasings.vectors[rows], strict=True))
        new = [text for text in content.ways_of_asking if text not in known]
        known |= zip(new, self._vectors.documents(embedder, new), strict=True)
        answers = resident.answer_of(entry_id)
        if entry is None or entry.content.answer_texts != content.answer_texts:
            answers = self._vectors.documents(embedder, content.answer_texts)
        texts = content.ways_of_asking
        vectors = np.array([known[text] for text in texts])
        published = content.status == Status.PUBLISHED
        return of_one_entry(entry_id, published, texts, vectors, answers)


def _some(labelled: LabelledQueries | None) -> list[LabelledQuery]:
    """Return the labelled queries; of many, some evenly chosen."""
    queries = labelled.queries if labelled else ()
    places = np.linspace(0, len(queries) - 1, min(len(queries), MOST_LABELLED)).astype(int)
    return [queries[place] for place in places.tolist()]


def _passes(test: LabelledQuery, answer: int) -> bool:
    return (answer == test.entry_id) == test.must_find


def _entry(answer: np.int64) -> int | None:
    return None if answer == NONE else int(answer)
