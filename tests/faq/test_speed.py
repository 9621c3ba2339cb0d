"""Figures of speed that add up, whatever the machine."""

from collections.abc import Sequence
from time import sleep

import pytest

from embedding import Vector, Vectors
from faq.speed import trial
from faq.speed.trial import FIXED, TEXTS, Trial, measure, percentiles
from tests.fakes import WordCountEmbedder


class SleepyEmbedder(WordCountEmbedder):
    """A call costs a millisecond, however many texts it brings."""

    def encode_query(self, text: str) -> Vector:
        sleep(0.001)
        return super().encode_query(text)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        sleep(0.001)
        return super().encode_documents(texts)


def test_there_are_enough_different_texts_for_the_largest_experiment() -> None:
    assert (len(TEXTS), len(FIXED), len(set(FIXED))) == (100, 500, 500)
    assert all(text.endswith("?") for text in FIXED)


def test_a_batch_beats_single_calls_where_calls_cost() -> None:
    measured = measure(SleepyEmbedder(), rounds=3)
    assert (measured.engine, measured.precision, measured.device) == ("fake", "exact", "CPU")
    assert measured.hardware == "CPU (by eye)"
    assert 1 <= measured.single_p50_ms <= measured.single_p95_ms <= measured.single_total_ms
    assert measured.single_total_ms >= 100
    assert measured.batch_total_ms < measured.single_total_ms
    assert measured.batch_per_text_ms == pytest.approx(measured.batch_total_ms / 100)
    assert measured.batch_gain == pytest.approx(measured.single_total_ms / measured.batch_total_ms)


def test_texts_after_a_pause_are_measured_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "PAUSE_SECONDS", 0)
    measured = measure(SleepyEmbedder(), pauses=3)
    assert measured.after_pause_ms >= 1
    assert measure(SleepyEmbedder()).after_pause_ms == 0


def test_tokens_that_the_model_does_not_read_are_not_counted() -> None:
    measured = measure(WordCountEmbedder(), ["one two three", "word " * 50])
    assert measured.tokens == 3 + 8  # the second text is cut at the limit
    seconds = measured.batch_total_ms / 1000
    assert measured.tokens_per_second == pytest.approx(measured.tokens / seconds)


@pytest.mark.parametrize(
    ("one", "name"),
    [
        (Trial("openvino", "fast"), "OpenVINO, fast"),
        (Trial("torch", "exact", "GPU"), "PyTorch, exact, on GPU"),
        (Trial("onnx", "int8"), "onnx, int8"),
    ],
)
def test_an_engine_has_the_name_that_people_call_it(one: Trial, name: str) -> None:
    assert one.name == name
    assert one.batch_gain == 0  # without figures


def test_percentiles_are_those_of_the_times() -> None:
    assert percentiles(range(101)) == pytest.approx((50, 95))
    assert percentiles([3]) == (3, 3)
