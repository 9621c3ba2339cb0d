"""How similarity is worded and drawn."""

import pytest

from ui.similarity import word


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
