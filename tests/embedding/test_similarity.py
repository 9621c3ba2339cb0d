"""Cosine similarity and dot product, by eye and by rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from embedding.similarity import cosine_similarity, dot_product

Matrix = NDArray[np.float32]


@st.composite
def matrices(draw: st.DrawFn) -> tuple[Matrix, Matrix]:
    """Two matrices `(m, d)`, `(n, d)` without zero rows, of any size of number."""
    d = draw(st.integers(1, 6))
    numbers = st.floats(-(2.0**100), 2.0**100, width=32)
    rows = arrays(np.float32, st.tuples(st.integers(1, 4), st.just(d)), elements=numbers)
    whole = rows.filter(lambda matrix: bool(matrix.any(axis=1).all()))
    return draw(whole), draw(whole)


def test_known_angles() -> None:
    east, north_east = [1.0, 0.0], [3.0, 3.0]
    assert cosine_similarity(east, east) == 1.0
    assert cosine_similarity(east, [-5.0, 0.0]) == -1.0
    assert cosine_similarity(east, [0.0, 2.0]) == 0.0
    assert cosine_similarity(east, north_east) == pytest.approx(0.5**0.5)
    assert dot_product([1.0, 2.0], north_east) == 9.0


@pytest.mark.parametrize("alike", [cosine_similarity, dot_product])
def test_shapes_follow_the_arguments(alike: object) -> None:
    assert callable(alike)
    one, few, many = (
        np.ones(3, np.float32),
        np.ones((2, 3), np.float32),
        np.ones((5, 3), np.float32),
    )
    assert isinstance(alike(one, one), float)
    assert alike(one, many).shape == (5,)
    assert alike(few, many).shape == (2, 5)
    assert alike(few, many).dtype == np.float32
    assert alike(one, np.empty((0, 3), np.float32)).shape == (0,)


@given(matrices())
def test_each_cell_is_its_pair(pair: tuple[Matrix, Matrix]) -> None:
    a, b = pair
    table = cosine_similarity(a, b)
    assert table.shape == (len(a), len(b))
    assert np.isfinite(table).all()
    assert (np.abs(table) <= 1).all()
    for i, left in enumerate(a):
        np.testing.assert_allclose(cosine_similarity(left, b), table[i], atol=1e-6)
        for j, right in enumerate(b):
            assert cosine_similarity(left, right) == pytest.approx(table[i, j], abs=1e-6)


@given(matrices(), st.floats(2.0**-20, 2.0**20, width=32))
def test_cosine_ignores_length_and_order(pair: tuple[Matrix, Matrix], factor: float) -> None:
    a, b = pair
    table = cosine_similarity(a, b)
    np.testing.assert_allclose(cosine_similarity(b, a).T, table, atol=1e-6)
    np.testing.assert_allclose(cosine_similarity(-a, b), -table, atol=1e-6)
    longer = a.astype(np.float64) * factor
    np.testing.assert_allclose(cosine_similarity(longer, b), table, atol=1e-5)
    np.testing.assert_allclose(np.diag(cosine_similarity(a, a)), 1, atol=1e-6)


@given(matrices())
def test_of_unit_vectors_the_dot_product_is_the_cosine(pair: tuple[Matrix, Matrix]) -> None:
    a, b = (
        m.astype(np.float64) / np.linalg.norm(m.astype(np.float64), axis=1)[:, None] for m in pair
    )
    np.testing.assert_allclose(dot_product(a, b), cosine_similarity(a, b), atol=1e-9)


@pytest.mark.parametrize("alike", [cosine_similarity, dot_product])
@pytest.mark.parametrize(
    ("a", "b"), [((3,), (4,)), ((2, 3), (2, 4)), ((), (3,)), ((1, 2, 3), (3,)), ((0,), (0,))]
)
def test_other_shapes_are_refused(alike: object, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    assert callable(alike)
    with pytest.raises(ValueError, match=r"got shapes .* expected \(d,\) or \(n, d\)"):
        alike(np.ones(a), np.ones(b))


def test_vectors_without_direction_are_refused() -> None:
    with pytest.raises(ValueError, match="b contains a zero vector, which has no direction"):
        cosine_similarity([1.0, 0.0], [[1.0, 0.0], [0.0, 0.0]])
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match="a contains a number that is not finite"):
            cosine_similarity([wrong, 0.0], [1.0, 0.0])
