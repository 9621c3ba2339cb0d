"""Any sequence of changes, by two stores of the same collection, leaves it in step with the plain
reference, and what the stores keep in memory in step with the collection."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from pytest import approx

from store import (
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    Health,
    Resident,
    Revision,
    SearchFilter,
    Status,
    Store,
    StoreError,
    Vector,
    VectorKind,
    open_store,
    resident,
)
from store.postgres import vectors as postgres_vectors
from store.relational import words
from store.sqlite import vectors as sqlite_vectors
from tests.fakes import WORDS
from tests.postgres import database
from tests.store.reference import ReferenceStore
from tests.store.test_resident import assert_in_step
from tests.store.vectors import EAST, MODEL, OTHER, embeddings, shown, vector

T = TypeVar("T")

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
contents = st.builds(
    lambda question, phrasings, **rest: Content(
        question, phrasings=tuple(p for p in phrasings if p != question), **rest
    ),
    question=texts,
    phrasings=st.lists(texts, max_size=3, unique=True),
    answer=texts | st.just("") | st.lists(texts, min_size=60, max_size=90).map(". ".join),
    key=st.none() | st.sampled_from("abc"),
    category=st.sampled_from(["", "Cards", "Money"]),
    tags=st.lists(st.sampled_from(["x", "y"]), unique=True).map(tuple),
    status=st.sampled_from(Status),
    must_find=st.lists(texts, max_size=2, unique=True).map(tuple),
    must_not_find=st.lists(texts, max_size=2, unique=True).map(tuple),
)
search_filters = st.builds(
    SearchFilter,
    category=st.none() | st.sampled_from(["Cards", "Money"]),
    unpublished=st.booleans(),
)
entry_filters = st.builds(
    EntryFilter,
    text=texts | st.just(""),
    tag=st.none() | st.sampled_from(["x", "y"]),
    actor=st.none() | st.sampled_from(["ada", "bo"]),
    tested=st.booleans(),
    without_answer=st.booleans(),
    deleted=st.booleans(),
)
kinds = st.sampled_from(["phrasing", "answer"])


@contextmanager
def file() -> Iterator[str]:
    """Lend the path of a collection that is not there yet."""
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "faq.db")


class Stores(RuleBasedStateMachine):
    lend = staticmethod(file)
    entries = Bundle("entries")

    @initialize(target=entries, few=st.sampled_from([0, 3, 1000]), content=contents)
    def open(self, few: int, content: Content) -> object:
        """Begin; with a few spare rows or changes only, memory is compacted and read anew often."""
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(resident, "SPARE_ROWS", few)
        self.patch.setattr(resident, "BLOCKS_AT_ONCE", few + 1)
        self.patch.setattr(sqlite_vectors, "ROWS_AT_ONCE", few + 2)
        self.patch.setattr(words, "MOST_CHANGES", few)
        self.patch.setattr(words, "MOST_KEPT", few)
        self.patch.setattr(postgres_vectors, "ROWS_AT_ONCE", few + 2)
        self.lent = self.lend()
        self.place = self.lent.__enter__()
        self.store, self.other = open_store(self.place), open_store(self.place)
        self.reference: Store = ReferenceStore()
        self.read: list[tuple[Resident, dict[int, tuple[object, ...]]]] = []
        return self.add([content])

    def teardown(self) -> None:
        if hasattr(self, "store"):
            assert self.store.upkeep.check() == Health()
            self.same_in_memory("lost card", MODEL.fingerprint)
            self.store.close()
            self.other.close()
            self.lent.__exit__(None, None, None)
            self.patch.undo()

    def same(self, call: Callable[[Store], T]) -> T | None:
        """Call two stores; they must return the same, or refuse for the same reason."""
        outcomes: list[tuple[object, T | None]] = []
        for store in (self.store, self.reference):
            try:
                result = call(store)
                outcomes.append((timeless(result), result))
            except StoreError as error:
                outcomes.append((type(error), None))
        assert outcomes[0][0] == outcomes[1][0]
        return outcomes[1][1]

    @rule(target=entries, contents=st.lists(contents, min_size=1, max_size=3))
    def add_some(self, contents: list[Content]) -> object:
        return self.add(contents)

    def add(self, contents: list[Content]) -> object:
        added = self.same(lambda store: store.entries.add(contents, embeddings(*contents), "ada"))
        return multiple(*(entry.id for entry in added or []))

    @rule(
        some=st.lists(
            st.tuples(entries, contents, st.booleans(), st.booleans()), min_size=1, max_size=2
        ),
        behind=st.integers(0, 1),
    )
    def edit(self, some: list[tuple[int, Content, bool, bool]], behind: int) -> None:
        edits, vectors = list[Edit](), dict[str, Vector]()
        for entry_id, content, answers, delete in some:
            now = self.reference.entries.get([entry_id])  # nothing where it was purged
            known = now[0].content.ways_of_asking if now else ()
            edits.append(Edit(entry_id, now[0].version - behind if now else 1, content, delete))
            new = content.texts if answers else content.ways_of_asking
            vectors |= {text: vector(text) for text in new if text not in known}
        given = Embeddings(MODEL, vectors)
        self.same(lambda store: store.entries.edit(edits, given, "bo"))

    @rule(entry_id=entries, part=texts)
    def edit_a_part_of_an_answer(self, entry_id: int, part: str) -> None:
        before = self.reference.entries.get([entry_id])
        if not before:
            return
        had = before[0].content
        sentences = had.answer.split(". ")
        sentences[len(sentences) // 2] = part
        content = replace(had, answer=". ".join(sentences))
        new = {text: vector(text) for text in content.answer_texts if text not in had.texts}
        edit = Edit(entry_id, before[0].version, content)
        self.same(lambda store: store.entries.edit([edit], Embeddings(MODEL, new), "bo"))

    @rule(ids=st.lists(entries, max_size=3), deleted=st.booleans())
    def set_deleted(self, ids: list[int], deleted: bool) -> None:
        self.same(lambda store: store.entries.set_deleted(ids, deleted, "ada"))

    @rule(ids=st.lists(entries, max_size=3))
    def purge(self, ids: list[int]) -> None:
        self.same(lambda store: store.entries.purge(ids))

    @rule(kind=kinds, limit=st.integers(1, 4))
    def fill_what_is_missing_in_the_other_set(self, kind: VectorKind, limit: int) -> None:
        nothing = np.empty((0, 3), np.float32)
        self.same(lambda store: store.vectors.fill(OTHER, kind, [], nothing))
        name = OTHER.fingerprint
        missing = self.same(lambda store: store.vectors.texts(kind, limit, missing_in=name))
        vectors = np.tile(EAST, (len(missing or []), 1))
        self.same(lambda store: store.vectors.fill(OTHER, kind, missing or [], vectors))

    @rule(kind=kinds, limit=st.integers(1, 3), text=texts)
    def fill_again(self, kind: VectorKind, limit: int, text: str) -> None:
        some = self.same(lambda store: store.vectors.texts(kind, limit)) or []
        vectors = np.tile(vector(text), (len(some), 1))
        self.same(lambda store: store.vectors.fill(MODEL, kind, some, vectors))

    @rule()
    def switch_there_and_back(self) -> None:
        self.same(lambda store: store.vectors.switch(OTHER.fingerprint))
        self.same(lambda store: store.vectors.sets())
        self.same(lambda store: store.vectors.switch(MODEL.fingerprint))

    @rule()
    def drop_the_other_set(self) -> None:
        self.same(lambda store: store.vectors.drop(OTHER.fingerprint))

    @rule()
    def let_the_other_store_go_on(self) -> None:
        self.store, self.other = self.other, self.store

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = open_store(self.place, create=False)

    @rule(text=texts, k=st.integers(1, 5), where=search_filters)
    def search(self, text: str, k: int, where: SearchFilter) -> None:
        name = MODEL.fingerprint
        real = self.store.vectors.nearest(vector(text), k, where, fingerprint=name)
        expected = self.reference.vectors.nearest(vector(text), 99, where, fingerprint=name)
        # Two sums of the same products may differ in the last place, and so swap a tie.
        cosines = {one.entry_id: one.cosine for one in expected}
        assert [one.cosine for one in real] == approx([n.cosine for n in expected[:k]], abs=2e-6)
        assert [one.cosine for one in real] == approx([cosines[n.entry_id] for n in real], abs=2e-6)
        self.same(lambda s: {hit.entry_id for hit in s.words.search(text, 99, where)})

    @rule(where=entry_filters)
    def page(self, where: EntryFilter) -> None:
        self.same(lambda store: store.entries.page(where, sort="question"))

    @rule(entry_id=entries)
    def look_at_the_history(self, entry_id: int) -> None:
        self.same(lambda store: store.entries.revisions(entry_id))

    @rule(text=texts, fingerprint=st.sampled_from([MODEL.fingerprint, OTHER.fingerprint]))
    def same_in_memory(self, text: str, fingerprint: str) -> None:
        sets = [one.model.fingerprint for one in self.reference.vectors.sets()]
        fresh = open_store(self.place)
        for store in (self.store, self.other, fresh, self.reference):
            assert occurrences(store, text) == occurrences(self.reference, text)
            if fingerprint in sets:
                one = store.vectors.resident(fingerprint=fingerprint)
                assert_in_step(one)
                expected = self.reference.vectors.resident(fingerprint=fingerprint)
                assert shown(one) == shown(expected)
                self.read.append((one, shown(one)))
        fresh.close()
        for one, as_read in self.read:
            assert shown(one) == as_read

    @invariant()
    def same_state(self) -> None:
        if hasattr(self, "store"):
            self.same(lambda store: (store.info().entries, store.info().phrasings))
            self.same(lambda store: (store.state().model, store.state().changes))
            self.same(lambda store: store.entries.changes_since(0))
            self.same(lambda store: store.vectors.sets())


def timeless(value: object) -> object:
    """Return a result without times, which are never the same."""
    match value:
        case EntryPage():
            return value.total, timeless(list(value.entries))
        case Entry():
            return value.id, value.version, value.content, value.updated_by, value.deleted
        case Revision():
            return value.version, value.action, value.actor, value.content
        case list():
            return [timeless(one) for one in value]
    return value


def occurrences(store: Store, text: str) -> list[tuple[str, list[int], list[int]]]:
    [found] = store.words.occurrences([text])
    return [(one.word, one.entry_ids.tolist(), one.counts.tolist()) for one in found]


class PostgresStores(Stores):
    lend = staticmethod(database)


Stores.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
PostgresStores.TestCase.settings = settings(Stores.TestCase.settings, max_examples=10)
TestStores = Stores.TestCase
TestPostgresStores = PostgresStores.TestCase
