"""Figures of speed that add up, whatever the machine."""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import sleep

import pytest

from embedding import Runtime, Vector, Vectors
from faq.speed.comparison import TEXTS, compare, live
from store import LoggedQuery
from tests.fakes import WordCountEmbedder


class SleepyEmbedder(WordCountEmbedder):
    """A call costs a millisecond, however many texts it brings."""

    def encode_query(self, text: str) -> Vector:
        sleep(0.001)
        return super().encode_query(text)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        sleep(0.001)
        return super().encode_documents(texts)


def test_the_experiment_asks_a_hundred_different_questions() -> None:
    assert len(TEXTS) == len(set(TEXTS)) == 100
    assert all(text.endswith("?") for text in TEXTS)


def test_a_batch_beats_single_calls_where_calls_cost() -> None:
    report = compare(SleepyEmbedder())
    assert (report.single.n, report.batch.n) == (100, 100)
    assert report.runtime == Runtime("fake", "CPU (by eye)", "exact")
    assert 1 <= report.single.p50_ms <= report.single.p95_ms
    assert report.single.total_ms >= 100
    assert report.batch.total_ms < report.single.total_ms
    assert report.batch.per_text_ms == pytest.approx(report.batch.total_ms / 100)


def test_tokens_that_the_model_does_not_read_are_not_counted() -> None:
    report = compare(WordCountEmbedder(), ["one two three", "word " * 50])
    tokens = 3 + 8  # the second text is cut at the limit
    assert report.tokens_per_second == pytest.approx(tokens / (report.batch.total_ms / 1000))


def query(total: float) -> LoggedQuery:
    return LoggedQuery(
        text="lost card",
        ranking="cosine",
        answered=True,
        entry_id=1,
        score=1.0,
        embed_seconds=total * 0.75,
        search_seconds=total * 0.25,
        total_seconds=total,
        at=datetime.now(UTC),
    )


def test_live_figures_are_milliseconds_of_the_log() -> None:
    figures = live([query(milliseconds / 1000) for milliseconds in range(101)])
    assert figures is not None
    assert figures.queries == 101
    assert (figures.total_p50, figures.total_p95) == pytest.approx((50, 95))
    assert (figures.embed_p50, figures.embed_p95) == pytest.approx((37.5, 71.25))
    assert (figures.search_p50, figures.search_p95) == pytest.approx((12.5, 23.75))


def test_without_queries_there_are_no_figures() -> None:
    assert live([]) is None
