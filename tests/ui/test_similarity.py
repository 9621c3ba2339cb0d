"""How similarity is worded and drawn."""

import pytest

from ui.similarity import bar, word


@pytest.mark.parametrize(
    ("cosine", "said"),
    [
        (1.0, "close"),
        (0.65, "close"),
        (0.649, "fair"),
        (0.45, "fair"),
        (0.449, "far"),
        (0.0, "far"),
        (-1.0, "far"),
    ],
)
def test_a_similarity_has_a_word(cosine: float, said: str) -> None:
    assert word(cosine) == said


@pytest.mark.parametrize(
    ("cosine", "length"), [(0.757, 0.757), (1.0000001, 1.0), (-0.2, 0.0), (0.0, 0.0)]
)
def test_a_bar_is_never_longer_than_its_frame(cosine: float, length: float) -> None:
    assert bar(cosine) == length
