"""Labelled queries put to a collection: what is read, asked and counted."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from faq.collection import Collection
from faq.evaluation.asking import evaluate, leave_one_out
from faq.evaluation.figures import NONE, Evaluation
from faq.evaluation.queries import LabelledQuery, labelled
from faq.search.ranking import BALANCED, COSINE, RANKINGS, Ranking
from faq.transfer.files import read_table
from faq.transfer.table import UnreadableFile
from store import Content, Status
from tests.fakes import WORDS, WordCountEmbedder


@pytest.fixture
def cards(collection: Collection) -> Collection:
    for content in (
        Content("lost card", key="lost"),
        Content("Price plan", phrasings=("plan",)),
        Content("login", key="in"),
    ):
        collection.add(content)
    return collection


def read(collection: Collection, text: str) -> list[LabelledQuery]:
    return labelled(read_table(BytesIO(text.encode())).named("query"), collection.store)


def test_queries_name_entries_by_key_or_question_or_none(cards: Collection) -> None:
    table = "query,expected\nmy card is gone,lost\nhow much, price  PLAN \n,lost\npizza,\n"
    assert read(cards, table) == [
        LabelledQuery("my card is gone", 1),
        LabelledQuery("how much", 2),
        LabelledQuery("pizza", None),
    ]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("query\nlost\n", "no column 'expected'"),
        ("query,expected\n,\n", "has no query"),
        ("query,expected\n", "has no query"),
        ("query,expected\na,lost\nb,gone\n", "Row 3 expects 'gone', which is neither"),
        ("query,expected,note\na,b,c,d\n", "Row 2: The row has 4 cells"),
        ("question,expected\na,lost\n", "no column 'query'"),
    ],
)
def test_a_file_that_says_no_such_thing_is_refused(
    cards: Collection, table: str, says: str
) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(cards, table)


def asked(collection: Collection, queries: Sequence[LabelledQuery], ranking: Ranking) -> Evaluation:
    [evaluation] = evaluate(collection, queries, [ranking])
    return evaluation


QUERIES = [
    LabelledQuery("card lost", 1),  # right, 1.0
    LabelledQuery("plan plan lost", 2),  # right
    LabelledQuery("login price plan", 3),  # second
    LabelledQuery("other", None),  # nothing is similar
    LabelledQuery("lost card new", None),  # but something is
]


def test_an_evaluation_counts_what_a_reader_would_see(cards: Collection) -> None:
    found = asked(cards, QUERIES, replace(COSINE, threshold=0.6))
    assert found.ranks.tolist() == [1, 1, 2, np.inf, np.inf]
    assert found.best.tolist()[:3] == [1, 2, 2]
    assert found.right.tolist() == [1, 2, 3, NONE, NONE]
    assert found.hits.tolist() == [True, True, False, False, False]
    assert found.in_scope.tolist() == [True, True, True, False, False]
    figures = found.figures()
    assert figures.hit_at_1 == pytest.approx(2 / 3)
    assert figures.hit_at_5 == 1
    assert figures.mrr_at_10 == pytest.approx((1 + 1 + 1 / 2) / 3)
    assert figures.auroc == pytest.approx(5.5 / 6)  # "lost card new" is as similar as the third
    assert figures.accuracy == pytest.approx(3 / 5)
    assert cards.store.log.page(9).queries == ()  # nothing is logged


def test_the_best_in_hindsight_is_at_least_as_good_as_any(cards: Collection) -> None:
    found = asked(cards, QUERIES, COSINE)
    threshold, best = found.in_hindsight()
    for tried in (-1.0, 0.2, 0.5, 0.7, 0.9, 1.1):
        assert asked(cards, QUERIES, replace(COSINE, threshold=tried)).figures().mcc <= best
    again = asked(cards, QUERIES, replace(COSINE, threshold=threshold))
    assert again.figures().mcc == pytest.approx(best)


def test_queries_of_one_sort_have_no_figures_of_the_other(cards: Collection) -> None:
    inside = asked(cards, QUERIES[:2], COSINE).figures()
    assert (inside.hit_at_1, inside.auroc) == (1.0, None)
    outside = asked(cards, QUERIES[3:], COSINE).figures()
    assert (outside.hit_at_1, outside.ndcg_at_10, outside.auroc) == (None, None, None)
    assert outside.accuracy == 0.5
    assert asked(cards, [], COSINE).texts.tolist() == []


def test_an_interval_holds_its_figure(cards: Collection) -> None:
    found = asked(cards, QUERIES * 8, COSINE)
    measured = found.measured()
    assert set(measured) >= {"hit_at_1", "auroc", "mcc"}
    for name, figure in measured.items():
        assert figure.low is not None and figure.high is not None
        assert figure.low <= figure.value == getattr(found.figures(), name) <= figure.high
    assert measured["hit_at_1"].low != measured["hit_at_1"].high


def test_an_empty_collection_answers_nothing_rightly(collection: Collection) -> None:
    found = asked(collection, [LabelledQuery("pizza", None)], collection.ranking())
    assert (found.best.tolist(), found.figures().accuracy) == ([NONE], 1.0)


@pytest.mark.parametrize("ranking", RANKINGS.values(), ids=RANKINGS)
def test_an_evaluation_is_what_searching_finds(
    ranking: Ranking, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faq.evaluation.asking.QUERIES_AT_ONCE", 33)
    for place, first in enumerate(WORDS):
        second, third = WORDS[(place + 1) % 10], WORDS[(place + 3) % 10]
        phrasings = (f"{first} {third}", f"{second} {third} {first}")[: place % 3]
        collection.add(Content(f"{first} {second}", f"{third}." * (place % 2), phrasings=phrasings))
    collection.add(Content("lost card", status=Status.DRAFT))
    queries = [
        LabelledQuery(f"{a} {b}", (place + other) % 11 + 1 if other % 3 else None)
        for place, a in enumerate(WORDS)
        for other, b in enumerate(WORDS)
    ]
    found = asked(collection, queries, ranking)
    results = collection.search_many([q.text for q in queries], k=10, ranking=ranking)
    for number, (query, result) in enumerate(zip(queries, results, strict=True)):
        ids = [match.entry.id for match in result.matches]
        assert found.best[number] == ids[0]
        assert found.scores[number] == pytest.approx(result.matches[0].score, abs=2e-6)
        rank = ids.index(query.entry_id) + 1 if query.entry_id in ids else np.inf
        assert found.ranks[number] == rank


# Leave-one-out


def test_a_phrasing_is_compared_with_its_own_entrys_others_and_the_best_other_entry(
    collection: Collection,
) -> None:
    collection.add(Content("lost card", phrasings=("lost", "lost card card")))
    collection.add(Content("lost login"))
    collection.add(Content("lost card", status=Status.DRAFT))  # no reader finds it
    [found] = leave_one_out(collection, [COSINE])
    assert found.texts.tolist() == ["lost card", "lost", "lost card card", "lost login"]
    assert found.right.tolist() == [1, 1, 1, 2]
    assert found.other_entry.tolist() == [2, 2, 2, 1]
    half, third = 1 / np.sqrt(2), 1 / np.sqrt(10)
    np.testing.assert_allclose(found.other, [0.5, half, third, half], atol=1e-6)
    np.testing.assert_allclose(
        found.own, [3 / np.sqrt(10), half, 3 / np.sqrt(10), -np.inf], atol=1e-6
    )
    assert found.ranks.tolist() == [1, 1, 1, 2]  # a tie goes to the older entry


def test_a_model_with_a_prompt_for_queries_is_asked_with_that(
    collection: Collection,
) -> None:
    class Prompting(WordCountEmbedder):
        def encode_query(self, text: str) -> np.ndarray:
            return super().encode_query("query " + text)

        def encode_queries(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
            return np.stack([self.encode_query(text) for text in texts])

    collection.add(Content("card lost", phrasings=("card",)))
    prompting = Collection(collection.store, Prompting(), "ada")
    [found] = leave_one_out(prompting, [COSINE])
    assert found.own.tolist() == pytest.approx([1 / np.sqrt(3), 0.5])


def test_a_phrasing_does_not_find_itself(collection: Collection) -> None:
    a = collection.add(Content("lost card", phrasings=("new plan",)))
    b = collection.add(Content("price price plan", phrasings=("price price",)))
    collection.add(Content("login"))  # has nothing to leave out
    [shown] = leave_one_out(collection, [COSINE])
    found = shown.with_strays()
    inside = found.in_scope
    assert found.texts[inside].tolist() == [
        "lost card",
        "new plan",
        "price price plan",
        "price price",
    ]
    assert found.right[inside].tolist() == [a.id, a.id, b.id, b.id]
    assert found.best[inside].tolist()[1:] == [b.id, b.id, b.id]  # "plan" is in the other alone
    assert found.ranks[inside].tolist()[2:] == [1, 1]


def test_a_query_that_no_entry_answers_does_not_find_its_own(collection: Collection) -> None:
    for word in WORDS[:5]:
        collection.add(Content(word, phrasings=(f"{word} {word}",)))
    [shown] = leave_one_out(collection, [BALANCED])
    found = shown.with_strays()
    outside = ~found.in_scope
    assert outside.sum() == 2
    assert found.scores[outside].max() < 0.1


def test_the_only_entry_has_no_other(collection: Collection) -> None:
    collection.add(Content("lost card", phrasings=("card",)))
    [shown] = leave_one_out(collection, [COSINE])
    assert (shown.other_entry.tolist(), shown.other.tolist()) == ([NONE, NONE], [-1, -1])
    assert shown.with_strays().hits.tolist() == [True, True]
