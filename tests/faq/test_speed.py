"""Figures of speed that add up, whatever the machine."""

from collections.abc import Sequence
from time import sleep

import pytest

from embedding import Vector, Vectors
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
    trial = measure(SleepyEmbedder(), rounds=3)
    assert (trial.engine, trial.precision, trial.device) == ("fake", "exact", "CPU")
    assert trial.hardware == "CPU (by eye)"
    assert 1 <= trial.single_p50_ms <= trial.single_p95_ms <= trial.single_total_ms
    assert trial.single_total_ms >= 100
    assert trial.batch_total_ms < trial.single_total_ms
    assert trial.batch_per_text_ms == pytest.approx(trial.batch_total_ms / 100)
    assert trial.batch_gain == pytest.approx(trial.single_total_ms / trial.batch_total_ms)


def test_tokens_that_the_model_does_not_read_are_not_counted() -> None:
    trial = measure(WordCountEmbedder(), ["one two three", "word " * 50])
    assert trial.tokens == 3 + 8  # the second text is cut at the limit
    assert trial.tokens_per_second == pytest.approx(trial.tokens / (trial.batch_total_ms / 1000))


@pytest.mark.parametrize(
    ("trial", "name"),
    [
        (Trial("openvino", "fast"), "OpenVINO, fast"),
        (Trial("torch", "exact", "GPU"), "PyTorch, exact, on GPU"),
        (Trial("onnx", "int8"), "onnx, int8"),
    ],
)
def test_an_engine_has_the_name_that_people_call_it(trial: Trial, name: str) -> None:
    assert trial.name == name
    assert trial.batch_gain == 0  # without figures


def test_percentiles_are_those_of_the_times() -> None:
    assert percentiles(range(101)) == pytest.approx((50, 95))
    assert percentiles([3]) == (3, 3)
