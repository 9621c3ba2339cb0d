"""What saving an entry would change: known queries, asked before and after. Nothing is written."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faq.collection import Collection
from faq.content import validated
from faq.evaluation.asked import Asked, ask
from faq.evaluation.figures import NONE
from faq.evaluation.queries import EntryTest, LabelledQuery, entry_tests, kept_labelled, tests_of
from faq.evaluation.vector_cache import VectorCache
from faq.search.ranking import Ranking
from store import Content, Entry, Resident, Status
from store.resident import of_one_entry

LOGGED = 300  # the newest queries of the log


@dataclass(frozen=True, slots=True)
class Changed:
    """A query that would be answered by another entry, given by id; None stands for no answer.
    `breaks` is a test of another entry, or a labelled query, that would fail from then on."""

    query: str
    before: int | None
    after: int | None
    breaks: EntryTest | None = None


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
class _Standing:
    """How a collection answers what is known, in the state that ranking, log and labelled queries
    are in; `tests` are those of its entries and of the labelled queries."""

    resident: Resident
    state: tuple[Ranking, str, tuple[LabelledQuery, ...]]
    tests: tuple[EntryTest, ...]
    asked: Asked


class Rehearsal:
    """Asks a collection what is known to be asked: the tests of all its entries, the labelled
    queries that were last compared on, and the recent log.

    Queries are embedded once, and how they are answered is worked out once for each state of the
    collection: a draft costs its own new texts, and one entry's scores. Safe to share between
    threads.
    """

    def __init__(self, vectors: VectorCache) -> None:
        self._vectors = vectors
        self._lock = threading.Lock()
        self._held: _Standing | None = None

    def replay(self, collection: Collection, entry: Entry | None, content: Content) -> Replay:
        """Return what would change if `entry`, or a new one where that is None, were saved with
        this content. Raises `InvalidEntry`, `EmbeddingError` or `StoreError`."""
        content = validated(content)
        standing = self._standing(collection)
        known = standing.resident.entry_ids
        entry_id = entry.id if entry else int(known.max(initial=0)) + 1
        own = tests_of(entry_id, content)
        new = {test.text for test in own}.difference(standing.asked.texts)
        asked = standing.asked.joined(
            self._asked(collection, standing.asked.ranking, standing.resident, sorted(new))
        )
        draft = self._draft(collection, standing.resident, entry, entry_id, content)
        before = asked.answers()
        after = asked.drafted(draft, collection.store.words.counts(content)).answers()
        place = {text: number for number, text in enumerate(asked.texts)}
        broken: dict[int, EntryTest] = {}
        for test in standing.tests:
            number = place[test.text]
            lost = _passes(test, int(before[number])) and not _passes(test, int(after[number]))
            if test.entry_id != entry_id and lost:
                broken.setdefault(number, test)
        changed = [
            Changed(text, _entry(before[number]), _entry(after[number]), broken.get(number))
            for number, text in enumerate(standing.asked.texts)
            if before[number] != after[number]
        ]
        return Replay(
            entry_id,
            len(standing.asked.texts),
            tuple(sorted(changed, key=lambda one: one.breaks is None)),
            tuple(
                Tried(test.text, test.must_find, _passes(test, int(after[place[test.text]])))
                for test in own
            ),
        )

    def _standing(self, collection: Collection) -> _Standing:
        store, ranking = collection.store, collection.ranking()
        with self._lock:
            labelled = kept_labelled(store)
            state = (ranking, collection.state.log, tuple(labelled))
            resident = store.vectors.resident(fingerprint=collection.embedder.model.fingerprint)
            held = self._held
            # Every change of an entry, of its tests too, makes another `Resident`.
            if held is None or held.resident is not resident or held.state != state:
                right = [EntryTest(q.entry_id, q.text) for q in labelled if q.entry_id is not None]
                tests = (*entry_tests(store), *right)
                logged = [query.text.strip() for query in store.log.page(LOGGED).queries]
                texts = [test.text for test in tests] + [query.text for query in labelled]
                known = list(dict.fromkeys([*texts, *filter(None, logged)]))
                asked = self._asked(collection, ranking, resident, known)
                self._held = held = _Standing(resident, state, tests, asked)
            return held

    def _asked(
        self, collection: Collection, ranking: Ranking, resident: Resident, texts: Sequence[str]
    ) -> Asked:
        vectors = self._vectors.queries(collection.embedder, texts)
        return ask(ranking, resident, texts, vectors, collection.store.words.occurrences(texts))

    def _draft(
        self,
        collection: Collection,
        resident: Resident,
        entry: Entry | None,
        entry_id: int,
        content: Content,
    ) -> Resident:
        """Return the vectors that an entry would have; those that it has already are not made
        anew."""
        embedder = collection.embedder
        rows = resident.rows_of(entry_id)
        vectors = resident.phrasings.vectors[rows]
        known = dict(zip(resident.texts[rows.start or 0 : rows.stop], vectors, strict=True))
        new = [text for text in content.ways_of_asking if text not in known]
        known |= zip(new, self._vectors.documents(embedder, new), strict=True)
        answers = resident.answer_of(entry_id)
        if entry is None or entry.content.answer_texts != content.answer_texts:
            answers = self._vectors.documents(embedder, content.answer_texts)
        published = content.status == Status.PUBLISHED
        texts = content.ways_of_asking
        return of_one_entry(
            entry_id, published, texts, np.array([known[text] for text in texts]), answers
        )


def _passes(test: EntryTest, answer: int) -> bool:
    return (answer == test.entry_id) == test.must_find


def _entry(answer: np.int64) -> int | None:
    return None if answer == NONE else int(answer)
