"""Arithmetic with words: the figures, and that nothing is left out to flatter them."""

import pytest

from embedding import Embedder
from faq.explore.word_arithmetic import NOUNS, Problem, solve
from tests.fakes import WordCountEmbedder


def test_figures_are_those_of_the_result_and_of_the_first_word_alone(
    embedder: WordCountEmbedder,
) -> None:
    nouns = embedder.encode_documents(NOUNS)
    gained = solve(embedder, Problem("lost card", "lost", "new", "new card"), nouns)
    # In card, lost and new: (h, h, 0) - (0, 1, 0) + (0, 0, 1), against (h, 0, h).
    h = 0.5**0.5
    length = (h**2 + (1 - h) ** 2 + 1) ** 0.5
    assert gained.cosine == pytest.approx((h**2 + h) / length)
    assert gained.baseline == pytest.approx(0.5)
    assert gained.helps
    lost = solve(embedder, Problem("card", "card", "login", "card"), nouns)
    assert (lost.cosine, lost.baseline) == (pytest.approx(0), pytest.approx(1))
    assert not lost.helps


def test_the_words_that_went_in_are_among_the_nearest(embedder: WordCountEmbedder) -> None:
    nouns = embedder.encode_documents(NOUNS)
    solution = solve(embedder, Problem("card", "plan", "login", "refund"), nouns, k=300)
    assert [(near.word, near.given) for near in solution.nearest[:2]] == [
        ("card", True),
        ("login", True),
    ]
    assert ("refund", False) in [(near.word, near.given) for near in solution.nearest]
    cosines = [near.cosine for near in solution.nearest]
    assert cosines == sorted(cosines, reverse=True)


def test_a_word_of_ours_that_somebody_types_is_listed_once_as_typed(
    embedder: WordCountEmbedder,
) -> None:
    assert "price" in NOUNS
    nouns = embedder.encode_documents(NOUNS)
    solution = solve(embedder, Problem("Price", "plan", "price", "PRICE"), nouns, k=1000)
    same = [near for near in solution.nearest if near.word.casefold() == "price"]
    assert [(near.word, near.given) for near in same] == [("Price", True)]


@pytest.mark.model
def test_king_and_queen_come_out_as_they_are_known_to(real_embedder: Embedder) -> None:
    nouns = real_embedder.encode_documents(NOUNS)
    solution = solve(real_embedder, Problem("king", "man", "woman", "queen"), nouns)
    assert solution.cosine == pytest.approx(0.579, abs=1e-3)
    assert solution.baseline == pytest.approx(0.681, abs=1e-3)
    assert not solution.helps
    assert (solution.nearest[0].word, solution.nearest[0].given) == ("king", True)
    found = next(near for near in solution.nearest if not near.given)
    assert found.word == "queen"


def test_the_words_are_words() -> None:
    assert len(NOUNS) == len({word.casefold() for word in NOUNS}) > 200
    assert all(word.isalpha() for word in NOUNS)
