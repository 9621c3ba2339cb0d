"""Vectors for store tests: the word counts of `tests.fakes`."""

from collections.abc import Iterable

from store import Content, Embeddings
from store.records import Vector
from tests.fakes import WORDS, WordCountEmbedder

DIMENSION = len(WORDS)
_embedder = WordCountEmbedder()


def vector(text: str) -> Vector:
    return _embedder.encode_query(text)


def embeddings(*contents: Content, fingerprint: str = "fingerprint-1") -> Embeddings:
    """The vectors of everything that these contents say."""
    texts: Iterable[str] = (text for content in contents for text in content.texts)
    return Embeddings(fingerprint, {text: vector(text) for text in texts})
