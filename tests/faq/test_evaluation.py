"""Labelled queries put to a collection: what is read, asked and counted."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from faq.collection import Collection
from faq.evaluation import LabelledQuery, evaluate, labelled
from faq.figures import NONE
from faq.ranking import COSINE
from faq.tables import UnreadableFile, read_table
from store import Content


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
        ("query,expected\n,\n", "holds no query"),
        ("query,expected\n", "holds no query"),
        ("query,expected\na,lost\nb,gone\n", "Row 2 expects 'gone', which is neither"),
        ("query,expected\na,b,c\n", "Row 1: The row has 3 cells"),
        ("question,expected\na,lost\n", "no column 'query'"),
    ],
)
def test_a_file_that_says_no_such_thing_is_refused(
    cards: Collection, table: str, says: str
) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(cards, table)


QUERIES = [
    LabelledQuery("card lost", 1),  # right, 1.0
    LabelledQuery("plan plan lost", 2),  # right
    LabelledQuery("login price plan", 3),  # second
    LabelledQuery("other", None),  # nothing is near
    LabelledQuery("lost card new", None),  # but something is
]


def test_an_evaluation_counts_what_a_reader_would_see(cards: Collection) -> None:
    found = evaluate(cards, QUERIES, replace(COSINE, threshold=0.6))
    assert found.ranks.tolist() == [1, 1, 2, np.inf, np.inf]
    assert found.best.tolist()[:3] == [1, 2, 2]
    assert found.right.tolist() == [1, 2, 3, NONE, NONE]
    assert found.hits.tolist() == [True, True, False, False, False]
    assert found.in_scope.tolist() == [True, True, True, False, False]
    figures = found.figures()
    assert figures.hit_at_1 == pytest.approx(2 / 3)
    assert figures.hit_at_5 == 1
    assert figures.mrr_at_10 == pytest.approx((1 + 1 + 1 / 2) / 3)
    assert figures.auroc == pytest.approx(5.5 / 6)  # "lost card new" is as near as the third
    assert figures.accuracy == pytest.approx(3 / 5)
    assert cards.store.recent_queries(9) == []  # nothing is logged


def test_the_best_in_hindsight_is_at_least_as_good_as_any(cards: Collection) -> None:
    found = evaluate(cards, QUERIES, COSINE)
    threshold, best = found.in_hindsight()
    for tried in (-1.0, 0.2, 0.5, 0.7, 0.9, 1.1):
        assert evaluate(cards, QUERIES, replace(COSINE, threshold=tried)).figures().mcc <= best
    again = evaluate(cards, QUERIES, replace(COSINE, threshold=threshold))
    assert again.figures().mcc == pytest.approx(best)


def test_queries_of_one_sort_leave_out_what_cannot_be_told(cards: Collection) -> None:
    inside = evaluate(cards, QUERIES[:2], COSINE).figures()
    assert (inside.hit_at_1, inside.auroc) == (1.0, None)
    outside = evaluate(cards, QUERIES[3:], COSINE).figures()
    assert (outside.hit_at_1, outside.ndcg_at_10, outside.auroc) == (None, None, None)
    assert outside.accuracy == 0.5
    assert evaluate(cards, [], COSINE).queries == ()


def test_an_interval_holds_its_figure(cards: Collection) -> None:
    found = evaluate(cards, QUERIES * 8, COSINE)
    figures, intervals = found.figures(), found.intervals()
    assert set(intervals) >= {"hit_at_1", "auroc", "mcc"}
    for name, width in intervals.items():
        assert width.low <= getattr(figures, name) <= width.high
    assert intervals["hit_at_1"].low < intervals["hit_at_1"].high


def test_an_empty_collection_answers_nothing_rightly(collection: Collection) -> None:
    found = evaluate(collection, [LabelledQuery("pizza", None)], collection.ranking())
    assert (found.best.tolist(), found.figures().accuracy) == ([NONE], 1.0)
