"""Any sequence of changes leaves SQLite in step with the plain reference."""

import tempfile
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from pytest import approx

from store import (
    Content,
    Embeddings,
    EntryFilter,
    KeyTaken,
    ModelMismatch,
    ModelRecord,
    SearchFilter,
    SetIncomplete,
    Snapshot,
    StaleEdit,
    Status,
    Store,
    UnknownEntry,
    VectorKind,
    open_store,
)
from tests.fakes import WORDS
from tests.store.conftest import MODEL
from tests.store.reference import ReferenceStore
from tests.store.vectors import embeddings, vector

OTHER = ModelRecord("fingerprint-2", "tests/other", None, 3, 16)
SOMEWHERE = np.eye(3, dtype=np.float32)[0]

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
contents = st.builds(
    lambda question, phrasings, **rest: Content(
        question, phrasings=tuple(p for p in phrasings if p != question), **rest
    ),
    question=texts,
    phrasings=st.lists(texts, max_size=3, unique=True),
    answer=texts | st.just(""),
    key=st.none() | st.sampled_from("abc"),
    category=st.sampled_from(["", "Cards", "Money"]),
    tags=st.lists(st.sampled_from(["x", "y"]), unique=True).map(tuple),
    status=st.sampled_from(Status),
    must_find=st.lists(texts, max_size=2, unique=True).map(tuple),
    must_not_find=st.lists(texts, max_size=2, unique=True).map(tuple),
)
filters = st.builds(
    SearchFilter,
    category=st.none() | st.sampled_from(["Cards", "Money"]),
    unpublished=st.booleans(),
)


class TwoStores(RuleBasedStateMachine):
    entries = Bundle("entries")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "faq.db"
        self.sqlite = open_store(self.path)
        self.reference: Store = ReferenceStore()
        for store in (self.sqlite, self.reference):
            store.use_model(MODEL)

    def teardown(self) -> None:
        if hasattr(self, "sqlite"):
            assert self.sqlite.check() == []
            self.sqlite.close()
            self.folder.cleanup()

    def both(self, method: str, *arguments: object) -> object:
        """Call both stores; they must give the same, or refuse for the same reason."""
        outcomes = []
        for store in (self.sqlite, self.reference):
            try:
                outcomes.append(getattr(store, method)(*arguments))
            except (KeyTaken, ModelMismatch, SetIncomplete, StaleEdit, UnknownEntry) as error:
                outcomes.append(type(error))
        real, expected = outcomes
        if method in ("add", "edit") and not isinstance(expected, type):
            real = [real] if method == "edit" else real
            expected = [expected] if method == "edit" else expected
            said = [[(e.id, e.version, e.content) for e in side] for side in (real, expected)]
            assert said[0] == said[1]
            return [e.id for e in expected]
        assert real == expected
        return []

    @rule(target=entries, contents=st.lists(contents, min_size=1, max_size=3))
    def add(self, contents: list[Content]) -> object:
        return multiple(*self.both("add", contents, embeddings(*contents), "ada"))

    @rule(entry_id=entries, behind=st.integers(0, 1), content=contents, answers=st.booleans())
    def edit(self, entry_id: int, behind: int, content: Content, answers: bool) -> None:
        standing = self.reference.get([entry_id])  # nothing where it was purged
        asked = standing[0].content.ways_of_asking if standing else ()
        old = asked + (() if answers else content.answer_texts)
        version = standing[0].version if standing else 1
        given = embeddings(content).vectors.items()
        new = Embeddings("fingerprint-1", {text: v for text, v in given if text not in old})
        self.both("edit", entry_id, version - behind, content, new, "bo")

    @rule(ids=st.lists(entries, max_size=3))
    def remove(self, ids: list[int]) -> None:
        self.both("remove", ids, "ada")

    @rule(ids=st.lists(entries, max_size=3))
    def restore(self, ids: list[int]) -> None:
        self.both("restore", ids, "ada")

    @rule(ids=st.lists(entries, max_size=3))
    def purge(self, ids: list[int]) -> None:
        self.both("purge", ids)

    @rule(entry_id=entries)
    def look_at_its_history(self, entry_id: int) -> None:
        told = [
            [(r.version, r.action, r.actor, r.content) for r in store.revisions(entry_id)]
            for store in self.pair
        ]
        assert told[0] == told[1]

    @rule(kind=st.sampled_from(["phrasing", "answer"]), limit=st.integers(1, 4))
    def fill_other_set(self, kind: VectorKind, limit: int) -> None:
        for store in self.pair:
            store.begin_set(OTHER)
            lacking = store.texts(kind, limit, lacking=OTHER.fingerprint)
            vectors = np.tile(SOMEWHERE, (len(lacking), 1))
            store.fill(OTHER.fingerprint, kind, lacking, vectors)
        self.both("texts", kind, 3)

    @rule()
    def switch_there_and_back(self) -> None:
        self.both("switch_set", OTHER.fingerprint)
        self.both("vector_sets")
        self.both("switch_set", MODEL.fingerprint)

    @rule()
    def drop_other_set(self) -> None:
        self.both("drop_set", OTHER.fingerprint)

    @rule()
    def reopen(self) -> None:
        self.sqlite.close()
        self.sqlite = open_store(self.path, create=False)

    @rule(text=texts, k=st.integers(1, 5), where=filters)
    def search(self, text: str, k: int, where: SearchFilter) -> None:
        real = self.sqlite.nearest(vector(text), k, where, fingerprint=MODEL.fingerprint)
        expected = self.reference.nearest(vector(text), 99, where, fingerprint=MODEL.fingerprint)
        # Two sums of the same products may differ in the last place, and so swap a tie.
        cosines = {n.entry_id: n.cosine for n in expected}
        assert [n.cosine for n in real] == approx([n.cosine for n in expected[:k]], abs=2e-6)
        assert [n.cosine for n in real] == approx([cosines[n.entry_id] for n in real], abs=2e-6)
        [batch] = self.sqlite.nearest_many(
            vector(text)[None], k, where, fingerprint=MODEL.fingerprint
        )
        assert [n.cosine for n in batch] == approx([n.cosine for n in real], abs=2e-6)
        hits = [{h.entry_id for h in s.keyword(text, 99, where)} for s in self.pair]
        assert hits[0] == hits[1]

    @rule(
        where=st.builds(
            EntryFilter,
            text=texts | st.just(""),
            tag=st.none() | st.sampled_from(["x", "y"]),
            actor=st.none() | st.sampled_from(["ada", "bo"]),
            deleted=st.booleans(),
        )
    )
    def page(self, where: EntryFilter) -> None:
        pages = [store.page(where, sort="question") for store in self.pair]
        shown = [(p.total, [(e.id, e.content) for e in p.entries]) for p in pages]
        assert shown[0] == shown[1]

    @property
    def pair(self) -> tuple[Store, Store]:
        return self.sqlite, self.reference

    @invariant()
    def same_counts(self) -> None:
        if hasattr(self, "sqlite"):
            counted = [(s.info().entries, s.info().phrasings) for s in self.pair]
            assert counted[0] == counted[1]
            assert self.sqlite.changes_since(0) == self.reference.changes_since(0)
            assert self.sqlite.vector_sets() == self.reference.vector_sets()
            assert self.sqlite.entry_tests() == self.reference.entry_tests()

    @rule(text=texts, fingerprint=st.sampled_from([MODEL.fingerprint, OTHER.fingerprint]))
    def look_at_everything(self, text: str, fingerprint: str) -> None:
        held = {one.model.fingerprint for one in self.reference.vector_sets()}
        if fingerprint in held:
            real, expected = (store.snapshot(fingerprint=fingerprint) for store in self.pair)
            for field in Snapshot.__slots__:
                np.testing.assert_array_equal(getattr(real, field), getattr(expected, field))
        places = [
            [(o.word, o.entry_ids.tolist(), o.counts.tolist()) for o in found]
            for store in self.pair
            for found in store.occurrences([text])
        ]
        assert places[0] == places[1]


TwoStores.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestTwoStores = TwoStores.TestCase
