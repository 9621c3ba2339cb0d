"""Sentences side by side."""

import numpy as np
import pytest

from embedding import Embedder
from faq.explore.sentences import most_similar, similarities
from tests.fakes import WordCountEmbedder


@pytest.mark.model
@pytest.mark.parametrize(
    ("first", "second", "published"),
    [
        ("i love puppies", "i love dogs", 0.789),
        ("I love puppies!", "I dislike cats!", 0.505),
    ],
)
def test_published_similarities_come_back(
    real_embedder: Embedder, first: str, second: str, published: float
) -> None:
    cosine = similarities(real_embedder, [first, second])[0, 1]
    assert cosine == pytest.approx(published, abs=1e-3)


def test_each_sentence_is_compared_with_each(embedder: WordCountEmbedder) -> None:
    table = similarities(embedder, ["lost card", "refund", "lost card now", "card lost"])
    np.testing.assert_allclose(np.diag(table), 1, atol=1e-6)
    np.testing.assert_array_equal(table, table.T)
    assert table[0, 1] == 0
    assert most_similar(table) == (0, 3)


def test_the_first_of_equally_similar_pairs_is_named(embedder: WordCountEmbedder) -> None:
    assert most_similar(similarities(embedder, ["card", "plan", "login"])) == (0, 1)
