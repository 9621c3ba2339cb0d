"""What would change if an entry were saved, worked out without saving it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from faq.collection import Collection
from faq.content import InvalidEntry
from faq.evaluation.queries import (
    KEPT,
    LabelledQueries,
    LabelledQuery,
    keep_labelled,
    kept_labelled,
)
from faq.evaluation.replay import Changed, Rehearsal, Tried, VectorCache
from faq.search.threshold import choose
from store import Content, Status, open_store
from tests.fakes import WORDS, WordCountEmbedder


@pytest.fixture
def rehearsal() -> Rehearsal:
    return Rehearsal(VectorCache())


@pytest.fixture
def collection(collection: Collection) -> Collection:
    """A collection that ranks by the nearest way of asking, which can be seen by eye."""
    choose(collection.store, "cosine")
    return collection


def ask(collection: Collection, *queries: str) -> None:
    for query in queries:
        collection.log(collection.search(query))


def test_queries_of_the_log_that_would_be_answered_otherwise_are_found(
    collection: Collection, rehearsal: Rehearsal
) -> None:
    card = collection.add(Content("lost card"))
    plan = collection.add(Content("new plan", phrasings=("refund",)))
    ask(collection, "card lost", "refund", "login", "plan new", "refund")
    drafted = replace(card.content, phrasings=("login", "login password"))
    found = rehearsal.replay(collection, card, drafted)
    assert found.asked == 4
    assert found.changed == (Changed("login", None, card.id),)
    found = rehearsal.replay(collection, plan, replace(plan.content, phrasings=()))
    assert found.changed == (Changed("refund", plan.id, None),)
    draft = replace(card.content, status=Status.DRAFT)
    assert rehearsal.replay(collection, card, draft).changed == (
        Changed("card lost", card.id, None),
    )
    assert rehearsal.replay(collection, card, card.content).changed == ()
    assert [one.content for one in collection.all_entries()] == [card.content, plan.content]


def test_a_new_entry_may_take_questions_from_others(
    collection: Collection, rehearsal: Rehearsal
) -> None:
    card = collection.add(Content("lost card card"))
    ask(collection, "lost lost card")
    found = rehearsal.replay(collection, None, Content("card lost lost"))
    assert found.changed == (Changed("lost lost card", card.id, found.entry_id),)
    assert found.entry_id not in (one.id for one in collection.all_entries())


def test_the_first_entry_of_all_can_be_tried(collection: Collection, rehearsal: Rehearsal) -> None:
    ask(collection, "lost card")
    found = rehearsal.replay(collection, None, Content("lost card", must_find=("card",)))
    assert found.changed == (Changed("lost card", None, found.entry_id),)
    assert found.tests == (Tried("card", True, True),)


def test_the_entry_s_own_tests_pass_or_fail_with_what_is_written(
    collection: Collection, rehearsal: Rehearsal
) -> None:
    collection.add(Content("new plan"))
    card = collection.add(Content("lost card"))
    content = replace(
        card.content,
        must_find=("card lost", "plan new", "login"),
        must_not_find=("refund", "lost lost card"),
    )
    found = rehearsal.replay(collection, card, content)
    assert found.tests == (
        Tried("card lost", must_find=True, passes=True),
        Tried("plan new", must_find=True, passes=False),  # another entry answers it
        Tried("login", must_find=True, passes=False),  # none does
        Tried("refund", must_find=False, passes=True),
        Tried("lost lost card", must_find=False, passes=False),
    )
    better = rehearsal.replay(collection, card, replace(content, phrasings=("login",)))
    assert [one.passes for one in better.tests] == [True, False, True, True, False]
    hidden = replace(content, status=Status.ARCHIVED)
    assert rehearsal.replay(collection, card, hidden).tests == ()


def test_what_breaks_another_entry_s_test_comes_first(
    collection: Collection, rehearsal: Rehearsal
) -> None:
    plan = collection.add(
        Content(
            "new plan price", must_find=("new plan",), must_not_find=("refund refund price plan",)
        )
    )
    card = collection.add(Content("refund"))
    ask(collection, "plan", "new plan", "refund refund price plan")
    found = rehearsal.replay(collection, card, Content("refund", phrasings=("plan", "plan new")))
    assert found.changed == (
        Changed("new plan", plan.id, card.id, LabelledQuery("new plan", plan.id)),
        Changed("plan", plan.id, card.id),
    )
    found = rehearsal.replay(collection, card, Content("login"))
    assert found.changed == (
        Changed(
            "refund refund price plan",
            card.id,
            plan.id,
            LabelledQuery("refund refund price plan", plan.id, False),
        ),
    )


def test_labelled_queries_are_tried_too(collection: Collection, rehearsal: Rehearsal) -> None:
    plan, card = (collection.add(Content(text)) for text in ("new plan", "lost card"))
    labelled = (LabelledQuery("plan", plan.id), LabelledQuery("login", None))
    keep_labelled(collection.store, LabelledQueries("asked.csv", labelled))
    found = rehearsal.replay(collection, card, Content("plan", phrasings=("login",)))
    assert found.changed == (
        Changed("plan", plan.id, card.id, LabelledQuery("plan", plan.id)),
        Changed("login", None, card.id),
    )
    many = tuple(LabelledQuery(f"plan {n}", plan.id) for n in range(2000))
    keep_labelled(collection.store, LabelledQueries("asked.csv", many))
    assert rehearsal.replay(collection, card, card.content).asked == 500


def test_labelled_queries_of_an_older_askwell_are_read(collection: Collection) -> None:
    collection.store.settings.write({KEPT: '[["plan", 1], ["login", null]]'})
    queries = (LabelledQuery("plan", 1), LabelledQuery("login", None))
    assert kept_labelled(collection.store) == LabelledQueries("a file", queries)


def test_what_others_save_and_ask_meanwhile_counts(
    collection: Collection, rehearsal: Rehearsal
) -> None:
    card = collection.add(Content("lost card"))
    draft = replace(card.content, phrasings=("plan",))
    assert rehearsal.replay(collection, card, draft).asked == 0
    ask(collection, "plan")
    assert rehearsal.replay(collection, card, draft).changed == (Changed("plan", None, card.id),)
    plan = collection.add(Content("plan", must_find=("plan plan",)))
    found = rehearsal.replay(collection, card, replace(draft, phrasings=("plan plan",)))
    assert (found.asked, found.changed[0].before) == (2, plan.id)
    choose(collection.store, "balanced")
    collection.edit(plan, replace(plan.content, must_find=()))
    assert rehearsal.replay(collection, card, draft).asked == 1


def test_no_query_is_embedded_twice_and_of_a_draft_only_what_is_new(
    collection: Collection, rehearsal: Rehearsal, embedder: WordCountEmbedder
) -> None:
    card = collection.add(Content("lost card", "Call us."))
    collection.add(Content("new plan", must_find=("plan",)))
    ask(collection, "login", "refund")
    rehearsal.replay(collection, card, card.content)
    collection.add(Content("price"))
    embedder.encoded.clear()
    draft = replace(card.content, phrasings=("card gone",), must_find=("gone",))
    rehearsal.replay(collection, card, draft)
    assert embedder.encoded == ["gone", "card gone"]
    rehearsal.replay(collection, card, draft)
    assert embedder.encoded == ["gone", "card gone"]


def test_what_could_not_be_saved_is_not_tried(collection: Collection, rehearsal: Rehearsal) -> None:
    with pytest.raises(InvalidEntry):
        rehearsal.replay(collection, None, Content(" "))


def test_the_cache_keeps_vectors_by_model_and_kind_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("faq.evaluation.replay.MOST_KEPT", 2)
    vectors, one, other = VectorCache(), WordCountEmbedder(), WordCountEmbedder("another")
    assert vectors.queries(one, ["card", "plan", "card"]).shape == (3, 10)
    vectors.queries(other, ["card"])
    assert (one.encoded, other.encoded) == (["card", "plan"], ["card"])
    vectors.queries(one, ["card"])
    vectors.documents(one, ["card"])
    assert one.encoded == ["card", "plan", "card"]
    vectors.queries(other, ["card"])
    assert other.encoded == ["card", "card"]
    assert vectors.queries(one, []).shape == (0, 10)


texts = st.lists(st.sampled_from(WORDS[:5]), min_size=1, max_size=3).map(" ".join)
contents = st.builds(
    Content,
    question=texts,
    answer=texts | st.just(""),
    category=st.sampled_from(["", "card"]),
    tags=st.lists(st.sampled_from(["lost", "new"]), unique=True).map(tuple),
    phrasings=st.lists(texts, max_size=3).map(tuple),
    status=st.sampled_from([Status.PUBLISHED, Status.PUBLISHED, Status.DRAFT]),
    must_find=st.lists(texts, max_size=2).map(tuple),
)


def answers(collection: Collection, queries: Sequence[str]) -> list[int | None]:
    """The entry that answers each query; -1 where the last places of a number decide."""
    said: list[int | None] = []
    for query in queries:
        result = collection.search(query, k=2)
        scores = [match.score for match in result.matches] + [-1.0, -1.0]
        threshold = collection.ranking().threshold
        if scores[0] - scores[1] < 2e-6 or abs(scores[0] - threshold) < 2e-6:
            said.append(-1)
        else:
            said.append(result.matches[0].entry.id if result.answered else None)
    return said


@given(
    some=st.lists(contents, max_size=4),
    draft=contents,
    which=st.integers(0, 4),
    ranking=st.sampled_from(["cosine", "balanced"]),
    queries=st.lists(texts, min_size=1, max_size=6, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_what_is_predicted_is_what_happens(
    some: list[Content], draft: Content, which: int, ranking: str, queries: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "faq.db")
        collection = Collection(store, WordCountEmbedder(), "ada")
        entries = [collection.add(content) for content in some]
        choose(store, ranking)
        entry = entries[which] if which < len(entries) else None
        ask(collection, *queries)
        before = answers(collection, queries)
        found = Rehearsal(VectorCache()).replay(collection, entry, draft)
        saved = collection.edit(entry, draft) if entry else collection.add(draft)
        after = answers(collection, queries)
        for query, one, other in zip(queries, before, after, strict=True):
            predicted = [(c.before, c.after) for c in found.changed if c.query == query]
            if -1 not in (one, other):
                assert predicted == ([(one, other)] if one != other else [])
        tested = answers(collection, [test.query for test in found.tests])
        for test, answer in zip(found.tests, tested, strict=True):
            assert answer == -1 or test.passes == (answer == saved.id)
        store.close()
