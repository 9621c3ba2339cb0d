"""Arithmetic with words: king - man + woman, and whether it leads to queen."""

from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from embedding import Embedder, Vectors
from embedding.similarity import cosine_similarity

NOUNS = tuple(Path(__file__).with_name("nouns.txt").read_text(encoding="utf-8").split())
"""Common nouns, some countries and their capitals: among these the nearest words are found."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`a - b + c`, and the word that it should lead to."""

    a: str
    b: str
    c: str
    expected: str


@dataclass(frozen=True, slots=True)
class NearWord:
    """A word and its cosine similarity to a result; `given` where it is `a`, `b` or `c`."""

    word: str
    cosine: float
    given: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """How near `a - b + c` comes to the expected word.

    `cosine` is the similarity of the result to it, `baseline` that of `a` alone: the arithmetic
    helps only where the first is higher. `nearest` are the words nearest to the result, best first,
    with those that went into it: the usual way, without them, flatters.
    """

    cosine: float
    baseline: float
    nearest: tuple[NearWord, ...]

    @property
    def helps(self) -> bool:
        return self.cosine > self.baseline


def solve(embedder: Embedder, problem: Problem, nouns: Vectors, k: int = 8) -> Solution:
    """Solve a problem; row i of `nouns` is the vector of `NOUNS[i]`, shape
    `(len(NOUNS), dimension)`."""
    words: tuple[str, ...] = astuple(problem)
    own = embedder.encode_documents(words)
    a, b, c, expected = own
    result = a - b + c
    cosines = cosine_similarity(result, np.concatenate([own, nouns])).tolist()
    given = {word.casefold() for word in words[:3]}
    near: dict[str, NearWord] = {}
    for word, cosine in zip((*words, *NOUNS), cosines, strict=True):
        near.setdefault(word.casefold(), NearWord(word, cosine, word.casefold() in given))
    return Solution(
        cosine=cosine_similarity(result, expected),
        baseline=cosine_similarity(a, expected),
        nearest=tuple(sorted(near.values(), key=lambda word: -word.cosine)[:k]),
    )
