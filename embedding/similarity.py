"""How similar vectors are: cosine similarity and dot product.

Both take one vector `(d,)` or several `(n, d)` on either side, and return `a.shape[:-1] +
b.shape[:-1]`: one pair a float, one against many `(n,)`, many against many `(m, n)`.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# The shape of the result follows the shapes of the arguments, which types can't express: hence Any,
# as with `numpy.dot`.


def cosine_similarity(a: ArrayLike, b: ArrayLike) -> Any:
    """Return `result[i, j]` = the cosine of the angle between `a[i]` and `b[j]`, from -1 to 1.

    `(d,), (d,)` give a float, `(d,), (n, d)` give `(n,)`, `(m, d), (n, d)` give `(m, n)`. Raises
    `ValueError` for other shapes, for zero vectors, which point nowhere, and for numbers that are
    not finite.
    """
    left, right = _pair(a, b)
    return _shaped(np.clip(_unit(left, "a") @ _unit(right, "b").T, -1.0, 1.0))


def dot_product(a: ArrayLike, b: ArrayLike) -> Any:
    """Return `result[i, j]` = the sum of the products of `a[i]` and `b[j]`, number by number.

    `(d,), (d,)` give a float, `(d,), (n, d)` give `(n,)`, `(m, d), (n, d)` give `(m, n)`. Of unit
    vectors it is the cosine similarity, at less cost. Raises `ValueError` for other shapes.
    """
    left, right = _pair(a, b)
    return _shaped(left @ right.T)


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    left, right = np.asarray(a), np.asarray(b)
    if not (left.ndim in (1, 2) and right.ndim in (1, 2) and left.shape[-1] == right.shape[-1] > 0):
        raise ValueError(
            f"Vectors do not fit together: got shapes {left.shape} and {right.shape}, expected "
            f"(d,) or (n, d) with the same d."
        )
    kind = np.result_type(left, right, np.float32)
    return left.astype(kind, copy=False), right.astype(kind, copy=False)


def _unit(vectors: NDArray[Any], name: str) -> NDArray[Any]:
    peak = np.abs(vectors).max(axis=-1, keepdims=True)
    if not np.isfinite(peak).all():
        raise ValueError(f"{name} contains a number that is not finite; expected finite vectors.")
    if not peak.all():
        raise ValueError(
            f"{name} contains a zero vector, which has no direction; expected a number other than "
            f"zero in each vector."
        )
    # Divided by their largest number first, so that squares neither overflow nor vanish.
    scaled = vectors / peak
    unit: NDArray[Any] = scaled / np.linalg.norm(scaled, axis=-1, keepdims=True)
    return unit


def _shaped(result: Any) -> Any:
    return result if result.ndim else float(result)
