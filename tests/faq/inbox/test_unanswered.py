"""What people asked in vain, those who meant the same together."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from faq.collection import Collection
from faq.inbox.suggestions import learn
from faq.inbox.unanswered import Cluster, grouped, unanswered
from store import Content
from tests.fakes import WordCountEmbedder

SAME = 0.75


def ask(collection: Collection, *texts: str) -> None:
    for text in texts:
        collection.log(collection.search(text))


def summary(clusters: list[Cluster]) -> list[tuple[int, tuple[str, ...]]]:
    return [(cluster.count, cluster.texts) for cluster in clusters]


def look(collection: Collection, *dismissed: str) -> list[tuple[int, tuple[str, ...]]]:
    return summary(unanswered(collection, frozenset(dismissed)))


def test_the_same_question_is_one_item_headed_by_its_commonest_wording(
    collection: Collection,
) -> None:
    collection.add(Content("lost card"))
    ask(collection, "plan price", "price plan", "Price  plan?", "price plan", "refund", "lost card")
    # "price plan" counts twice, "Price plan?" and "plan price" once each: all of cosine 1.
    assert look(collection) == [
        (4, ("price plan", "plan price", "Price  plan?")),
        (1, ("refund",)),
    ]


def test_what_would_be_answered_by_now_leaves_the_list(collection: Collection) -> None:
    entry = collection.add(Content("lost card"))
    ask(collection, "price plan", "refund", "login")
    collection.add(Content("refund"))
    assert look(collection) == [(1, ("login",)), (1, ("price plan",))]
    learn(collection, entry.id, ["price plan"])
    assert look(collection) == [(1, ("login",))]
    collection.remove([entry.id])
    assert len(look(collection)) == 2


def now_answered(collection: Collection, *dismissed: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return by which entry wordings are answered now that were asked in vain."""
    found = unanswered(collection, frozenset(dismissed))
    return [(c.answered_by, c.texts) for c in found if c.answered_by is not None]


def test_what_an_entry_answers_by_now_waits_until_somebody_confirms_it(
    collection: Collection,
) -> None:
    ask(collection, "price plan plan", "price plan price", "refund", "price plan plan")
    assert now_answered(collection) == []
    entry = collection.add(Content("price plan"))
    assert now_answered(collection) == [(entry.id, ("price plan plan", "price plan price"))]
    [cluster] = [c for c in unanswered(collection, frozenset()) if c.answered_by]
    assert (cluster.question, cluster.count) == ("price plan plan", 3)
    assert look(collection, *cluster.keys) == [(1, ("refund",))]
    assert cluster.keys != cluster.denied_keys
    # Another entry in its place is another answer.
    collection.remove([entry.id])
    other = collection.add(Content("plan price"))
    assert now_answered(collection, *cluster.keys) == [(other.id, cluster.texts)]


def test_what_somebody_denied_is_unanswered_until_another_entry_answers(
    collection: Collection,
) -> None:
    ask(collection, "price plan plan")
    entry = collection.add(Content("price plan"))
    [cluster] = unanswered(collection, frozenset())
    [denied] = unanswered(collection, frozenset(cluster.denied_keys))
    assert (denied.answered_by, denied.not_by, denied.texts) == (None, entry.id, cluster.texts)
    assert look(collection, *cluster.denied_keys, *denied.keys) == []
    other = collection.add(Content("price plan plan plan", phrasings=("plan price plan new",)))
    assert now_answered(collection, *cluster.denied_keys) == [(other.id, cluster.texts)]
    collection.remove([other.id])
    learn(collection, entry.id, ["price plan plan"])  # so it is this entry after all
    assert look(collection, *cluster.denied_keys) == []


def test_what_was_taught_or_dismissed_needs_no_confirmation(collection: Collection) -> None:
    ask(collection, "price plan plan", "refund refund new")
    before = unanswered(collection, frozenset())
    entry = collection.add(Content("lost card"))
    learn(collection, entry.id, ["Price  plan plan"])
    collection.add(Content("refund new"))
    assert [texts for _, texts in now_answered(collection)] == [("refund refund new",)]
    refund = next(c for c in before if c.question == "refund refund new")
    assert look(collection, *refund.keys) == []


def test_what_was_dismissed_stays_away_with_all_that_means_the_same(
    collection: Collection,
) -> None:
    ask(collection, "price plan", "price plan", "refund")
    [cluster, _] = unanswered(collection, frozenset())
    ask(collection, "plan price", "plan price", "plan price")
    assert look(collection, *cluster.keys) == [(1, ("refund",))]


def test_an_empty_log_or_collection_is_no_trouble(collection: Collection) -> None:
    assert look(collection) == []
    ask(collection, "refund")
    assert look(collection) == [(1, ("refund",))]


def test_a_key_says_nothing_of_the_words(collection: Collection) -> None:
    ask(collection, "refund")
    [cluster] = unanswered(collection, frozenset())
    assert cluster.keys[0].startswith("unanswered:")
    assert "refund" not in cluster.keys[0]


@given(st.lists(st.sampled_from(["lost card", "card lost", "new", "new plan", "plan", "price"])))
def test_everybody_is_in_one_group_similar_to_its_leader_which_no_earlier_one_could_be(
    texts: list[str],
) -> None:
    vectors = WordCountEmbedder().encode_queries(texts)
    groups = grouped(vectors, SAME)
    assert sorted(place for group in groups for place in group) == list(range(len(texts)))
    leaders = [group[0] for group in groups]
    assert leaders == sorted(leaders)
    for group in groups:
        assert all(vectors[group[0]] @ vectors[place] >= SAME - 1e-6 for place in group)
    apart = vectors[leaders] @ vectors[leaders].T - np.eye(len(leaders)) * 2
    assert not len(leaders) or apart.max() < SAME
