"""Figures of retrieval: by eye, against scikit-learn, and in general."""

import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy.stats import binomtest
from sklearn import metrics

from faq.evaluation.figures import (
    NONE,
    auroc,
    best_threshold,
    hit_at,
    interval,
    mcc,
    mrr_at,
    ndcg_at,
    resampled,
    sign_test,
)

RANKS = np.array([1.0, 2.0, 7.0, np.inf])


def test_figures_by_eye() -> None:
    assert hit_at(1, RANKS) == 0.25
    assert hit_at(5, RANKS) == 0.5
    assert mrr_at(10, RANKS) == pytest.approx((1 + 1 / 2 + 1 / 7) / 4)
    assert mrr_at(5, RANKS) == pytest.approx((1 + 1 / 2) / 4)
    assert ndcg_at(10, RANKS) == pytest.approx((1 + 1 / np.log2(3) + 1 / 3) / 4)
    assert auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == pytest.approx(3.5 / 4)
    right = np.array([1, 1, NONE, NONE])
    assert mcc(right, right) == 1


def test_the_best_threshold_by_eye() -> None:
    scores = np.array([0.9, 0.8, 0.4, 0.3])
    best = np.array([1, 2, 1, 2])
    assert best_threshold(scores, best, np.array([1, 2, NONE, NONE])) == (
        pytest.approx(0.6),
        pytest.approx(1.0),
    )
    low, perfect = best_threshold(scores, best, best)
    assert (low < 0.3, perfect) == (True, pytest.approx(1.0))
    assert best_threshold(scores, best, np.array([NONE] * 4))[1] == 0  # where all are of one class


answers = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-1, 3), st.integers(0, 5)), min_size=1, max_size=25
)


def as_sklearn(answered: np.ndarray, right: np.ndarray) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it minds cases of one class
        return float(metrics.matthews_corrcoef(right, answered))


@given(answers)
def test_mcc_and_its_best_threshold_are_those_of_scikit_learn(
    cases: list[tuple[int, int, int]],
) -> None:
    best, right, scores = (np.array(column) for column in zip(*cases, strict=True))
    scores = scores / 5
    at = {t: np.where(scores >= t, best, NONE) for t in [*np.unique(scores), 2.0]}
    values = {t: as_sklearn(answered, right) for t, answered in at.items()}
    threshold, value = best_threshold(scores, best, right)
    assert value == pytest.approx(max(values.values()), abs=1e-9)
    answered = np.where(scores >= threshold, best, NONE)
    assert mcc(answered, right) == pytest.approx(value, abs=1e-9)
    assert mcc(answered, right) == pytest.approx(as_sklearn(answered, right), abs=1e-9)


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_auroc_is_that_of_scikit_learn(inside: list[int], outside: list[int]) -> None:
    labels, scores = [1] * len(inside) + [0] * len(outside), [*inside, *outside]
    expected = metrics.roc_auc_score(labels, scores)
    assert auroc(np.array(inside), np.array(outside)) == pytest.approx(expected)


@given(st.lists(st.integers(1, 12).map(float) | st.just(np.inf), min_size=1))
def test_figures_of_ranks_lie_in_order(ranks: list[float]) -> None:
    some = np.array(ranks)
    hits = hit_at(1, some)
    assert 0 <= hits <= mrr_at(10, some) <= ndcg_at(10, some) <= hit_at(10, some) <= 1
    relevance = np.zeros((len(ranks), 12))
    for row, rank in zip(relevance, ranks, strict=True):
        if rank < np.inf:
            row[int(rank) - 1] = 1
    best_first = np.tile(-np.arange(12.0), (len(ranks), 1))
    found = np.isfinite(some)
    if found.any():  # scikit-learn wants something to be right
        theirs = metrics.ndcg_score(relevance[found], best_first[found], k=10)
        assert ndcg_at(10, some[found]) == pytest.approx(theirs)


def test_the_bootstrap_covers_what_it_should() -> None:
    random = np.random.default_rng(4)
    covered = 0
    for _ in range(40):
        hits = random.random(200) < 0.7
        low, high = interval([float(hits[places].mean()) for places in resampled(200, 200)])
        covered += low <= 0.7 <= high
        assert 0.05 < high - low < 0.2
    assert covered >= 33  # about 38 of 40


@pytest.mark.parametrize(
    ("won", "lost", "significant"), [(10, 0, True), (5, 0, False), (60, 40, False), (70, 40, True)]
)
def test_only_what_is_more_than_chance_is_significant(
    won: int, lost: int, significant: bool
) -> None:
    assert (sign_test(won, lost) < 0.05) == significant
    assert sign_test(lost, won) == sign_test(won, lost)
    assert sign_test(won, lost) == pytest.approx(binomtest(won, won + lost).pvalue)


def test_equal_rankings_do_not_differ() -> None:
    assert sign_test(0, 0) == 1
