"""Two dimensions: what PCA and t-SNE make of vectors, and where others are put among them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from embedding import Vectors
from embedding.projection import Neighbourhoods, PrincipalComponents


def of_length_one(rows: NDArray[Any]) -> Vectors:
    vectors: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return vectors


def unit_rows(n: int, dimension: int = 16, seed: int = 0) -> Vectors:
    return of_length_one(np.random.default_rng(seed).normal(size=(n, dimension)))


def two_crowds(each: int) -> Vectors:
    """Return vectors of which the first half are similar, and so are the second."""
    centres = np.repeat(unit_rows(2, seed=1), each, axis=0)
    return of_length_one(centres + 0.15 * unit_rows(2 * each, seed=2))


@pytest.mark.parametrize("n", [3, 10, 100])
def test_principal_components_are_those_of_scikit_learn(n: int) -> None:
    from sklearn.decomposition import PCA

    vectors = unit_rows(n)
    theirs = PCA(2).fit(vectors)
    ours = PrincipalComponents(vectors)
    positions = theirs.transform(vectors)
    signs = np.sign((positions * ours.positions).sum(axis=0))  # an axis may point either way
    np.testing.assert_allclose(ours.positions, positions * signs, atol=1e-5)
    assert ours.share == pytest.approx(theirs.explained_variance_ratio_.sum(), abs=1e-5)


@given(arrays(np.float32, (7, 5), elements=st.sampled_from([-1.0, 0.0, 0.5, 1.0])))
def test_whatever_the_vectors_every_one_has_a_place(rows: Vectors) -> None:
    plane = PrincipalComponents(rows)
    assert plane.positions.shape == (7, 2)
    assert np.isfinite(plane.positions).all()
    assert 0 <= plane.share <= 1
    for row, position in zip(rows, plane.positions, strict=True):
        np.testing.assert_allclose(plane.place(row), position, atol=1e-5)


@pytest.mark.parametrize("n", [3, 4, 30])
def test_neighbourhoods_are_worked_out_for_few_vectors_too(n: int) -> None:
    vectors = unit_rows(n)
    positions = Neighbourhoods(vectors).positions
    assert positions.shape == (n, 2)
    assert positions.dtype == np.float32
    assert np.isfinite(positions).all()
    np.testing.assert_array_equal(Neighbourhoods(vectors).positions, positions)


def test_what_is_similar_is_together() -> None:
    vectors = two_crowds(15)
    positions = Neighbourhoods(vectors).positions
    apart = np.linalg.norm(positions[:, None] - positions, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert ((apart.argmin(axis=1) < 15) == (np.arange(30) < 15)).all()


@pytest.mark.parametrize("same", [np.ones((4, 3)), np.zeros((4, 3)), np.ones((1, 3))])
def test_vectors_that_are_all_the_same_lie_in_one_place(same: Vectors) -> None:
    vectors = same.astype(np.float32)
    for plane in (PrincipalComponents(vectors), Neighbourhoods(vectors)):
        np.testing.assert_allclose(plane.positions, 0, atol=1e-6)


def test_a_vector_of_the_map_is_put_in_its_place() -> None:
    vectors = unit_rows(30)
    plane = Neighbourhoods(vectors)
    size = np.ptp(plane.positions, axis=0).max()
    for vector, position in zip(vectors, plane.positions, strict=True):
        np.testing.assert_allclose(plane.place(vector), position, atol=0.001 * size)


def test_another_vector_is_put_among_its_nearest() -> None:
    vectors = two_crowds(15)
    plane = Neighbourhoods(vectors)
    first, second = plane.positions[:15].mean(axis=0), plane.positions[15:].mean(axis=0)
    between = vectors[0] + vectors[7]
    position = plane.place(between / np.linalg.norm(between))
    assert np.linalg.norm(position - first) < np.linalg.norm(position - second)
