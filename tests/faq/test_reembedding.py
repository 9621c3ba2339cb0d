"""A collection goes over to another model, and never mixes two."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from embedding import ModelUnavailable, Vectors
from faq.collection import Collection, recorded
from faq.jobs import REEMBED, Cancelled, Progress
from faq.reembedding import ChangedBest, preview, reembed, switch
from faq.search.threshold import chosen_name
from store import Content, Edit, Embeddings, JobRunning, Store
from tests.fakes import Contrary, WordCountEmbedder


class Gone(WordCountEmbedder):
    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        raise ModelUnavailable("Its files are gone.")


@pytest.fixture
def cards(collection: Collection) -> Collection:
    collection.add(Content("lost card", phrasings=("card lost",)))
    collection.add(Content("new card"))
    return collection


@pytest.fixture
def progress(store: Store) -> Progress:
    job = store.jobs.start(
        REEMBED, owner="me", actor="ada", total=None, silent_after=timedelta(seconds=60)
    )
    return Progress(store, job)


def best(collection: Collection, query: str) -> str:
    return collection.search(query, k=1).matches[0].entry.content.question


def test_the_old_vectors_serve_until_the_switch_and_stay_for_the_way_back(
    cards: Collection, progress: Progress
) -> None:
    old, new = cards.embedder, Contrary()
    done = reembed(cards.store, old, new, progress.report)
    assert (done.entries, done.phrasings, done.fingerprint) == (2, 3, "contrary")
    assert best(cards, "lost card") == "lost card"
    switch(cards.store, new)
    assert best(Collection(cards.store, new, "ada"), "lost card") == "new card"
    # A session that began before the switch still compares like with like.
    assert best(cards, "lost card") == "lost card"
    switch(cards.store, old)
    assert best(cards, "lost card") == "lost card"
    assert cards.store.upkeep.check().problems == ()


def test_the_query_log_shows_what_a_switch_would_change(
    cards: Collection, progress: Progress
) -> None:
    for query in ("lost card", "card", "lost card", "new"):
        cards.log(cards.search(query))
    done = reembed(cards.store, cards.embedder, Contrary(), progress.report)
    assert (done.preview.asked, done.preview.logged, done.preview.changed) == (3, True, 2)
    assert done.preview.differences == (
        ChangedBest("new", before="new card", after="lost card"),
        ChangedBest("lost card", before="lost card", after="new card"),
    )


def test_without_a_log_the_entries_own_questions_are_asked(
    cards: Collection, progress: Progress
) -> None:
    done = reembed(cards.store, cards.embedder, Contrary(), progress.report)
    assert (done.preview.asked, done.preview.logged, done.preview.changed) == (2, False, 2)


def test_where_the_old_model_is_gone_the_preview_says_so(
    cards: Collection, progress: Progress
) -> None:
    done = reembed(cards.store, Gone(), Contrary(), progress.report)
    assert (done.preview.note, done.preview.differences) == ("Its files are gone.", ())
    switch(cards.store, Contrary())
    assert cards.store.vectors.sets()[0].model.fingerprint == "contrary"


def test_edits_made_at_the_same_time_are_embedded_too(
    cards: Collection, progress: Progress
) -> None:
    new = Contrary()
    edits = iter([Content("refund"), Content("price")])

    def edit() -> None:
        if content := next(edits, None):
            cards.add(content)

    new.before_a_part = edit
    done = reembed(cards.store, cards.embedder, new, progress.report)
    assert done.phrasings == 5
    late = cards.add(Content("login"))
    cards.edit(late, Content("password"))
    switch(cards.store, new)
    after = Collection(cards.store, new, "ada")
    for question in ("refund", "price", "password"):
        assert best(after, question) == question
    assert cards.store.upkeep.check().problems == ()


def test_a_cancel_leaves_the_old_vectors_and_goes_on_from_there(
    cards: Collection, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faq.reembedding.TEXTS_AT_ONCE", 1)
    monkeypatch.setattr("faq.jobs.BEAT_EVERY_SECONDS", 0)
    new, store = Contrary(), cards.store
    job = store.jobs.latest(REEMBED)
    assert job is not None
    new.before_a_part = lambda: new.encoded and store.jobs.cancel(job.id)
    with pytest.raises(Cancelled):
        reembed(store, cards.embedder, new, progress.report)
    assert best(cards, "lost card") == "lost card"
    assert [(one.vectors, one.missing) for one in store.vectors.sets()] == [(3, 0), (2, 1)]
    store.jobs.finish(job.id, owner="me", state="cancelled", result="")
    again = store.jobs.start(
        REEMBED, owner="you", actor="ada", total=None, silent_after=timedelta(seconds=60)
    )
    new.before_a_part = lambda: None
    new.encoded.clear()
    reembed(store, cards.embedder, new, Progress(store, again).report)
    assert new.encoded == ["new card", "lost card", "new card"]  # what was lacking; the preview
    switch(store, new)
    assert store.upkeep.check().problems == ()


def test_its_own_model_writes_over_in_place(cards: Collection, progress: Progress) -> None:
    done = reembed(cards.store, cards.embedder, cards.embedder, progress.report)
    assert (done.phrasings, done.fingerprint) == (3, "word-count")
    assert [one.vectors for one in cards.store.vectors.sets()] == [3]
    switch(cards.store, cards.embedder)
    assert best(cards, "lost card") == "lost card"


def test_answers_go_over_too_and_what_lacks_a_vector_gets_one(
    cards: Collection, progress: Progress
) -> None:
    entry = cards.get(1)
    assert entry is not None
    nothing = Embeddings(recorded(cards.embedder.model), {})  # as where no model is available
    edit = Edit(1, entry.version, replace(entry.content, answer="refund"))
    cards.store.entries.edit([edit], nothing, "bo")
    cards.add(Content("price", answer="plan"))
    [own] = cards.store.vectors.sets()
    assert (own.vectors, own.missing) == (5, 1)
    reembed(cards.store, cards.embedder, cards.embedder, progress.report)
    [own] = cards.store.vectors.sets()
    assert (own.vectors, own.missing) == (6, 0)
    new = Contrary()
    reembed(cards.store, cards.embedder, new, progress.report)
    switch(cards.store, new)
    assert [(one.vectors, one.missing) for one in cards.store.vectors.sets()] == [(6, 0), (6, 0)]
    assert len(cards.store.vectors.resident(fingerprint="contrary").answers.alive()) == 2
    assert cards.store.upkeep.check().problems == ()


def test_an_empty_collection_takes_the_model(collection: Collection, progress: Progress) -> None:
    done = reembed(collection.store, collection.embedder, Contrary(), progress.report)
    assert done.phrasings == 0
    model = collection.store.state().model
    assert model is not None and model.fingerprint == "contrary"
    assert chosen_name(collection.store.state()) == "balanced"  # it is a new one


def test_no_switch_while_an_import_writes_with_the_old_model(
    cards: Collection, progress: Progress
) -> None:
    new = Contrary()
    reembed(cards.store, cards.embedder, new, progress.report)
    cards.store.jobs.start(
        "import", owner="me", actor="ada", total=None, silent_after=timedelta(seconds=60)
    )
    with pytest.raises(JobRunning, match="An import is under way"):
        switch(cards.store, new)
    assert best(cards, "lost card") == "lost card"


def test_nothing_to_compare(collection: Collection) -> None:
    assert preview(collection.store, collection.embedder, collection.embedder).asked == 0
