"""Stand-ins whose behaviour can be worked out by eye."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from embedding import Model, Runtime, TokenCount, Vector, Vectors

WORDS = ("card", "lost", "new", "plan", "price", "cancel", "refund", "login", "password", "other")
PLACES = {word: place for place, word in enumerate(WORDS)}


class WordCountEmbedder:
    """Counts words: dimension i is how often `WORDS[i]` occurs, then scaled to unit length.

    Words outside `WORDS` count as "other", and a text without any word is wholly "other". So
    "lost card" and "card lost" have cosine 1, and "lost card" and "lost login" have .5.
    """

    def __init__(self, fingerprint: str = "word-count", name: str = "tests/word-count") -> None:
        self._fingerprint = fingerprint
        self._name = name
        self.encoded: list[str] = []
        self.ready = True

    @property
    def model(self) -> Model:
        return Model(self._name, None, self._fingerprint, len(WORDS), 8)

    @property
    def runtime(self) -> Runtime:
        return Runtime("fake", "CPU (by eye)", "exact")

    def load(self) -> None:
        pass

    def encode_query(self, text: str) -> Vector:
        return self._encode(text)

    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        return self.encode_documents(texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        rows = [self._encode(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), len(WORDS))

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return [TokenCount(len(text.split()), 8, _read_characters(text, 8)) for text in texts]

    def tokenize(self, text: str) -> list[str]:
        return text.split()[:8]

    def is_word(self, text: str) -> bool:
        return text.lower() in PLACES

    def words(self) -> tuple[str, ...]:
        return WORDS

    def _encode(self, text: str) -> Vector:
        counts = [0] * len(WORDS)
        for word in re.findall(r"\w+", text.lower()) or ["other"]:
            counts[PLACES.get(word, PLACES["other"])] += 1
        vector = np.array(counts, dtype=np.float32)
        return vector / np.float32(np.linalg.norm(vector))


class Contrary(WordCountEmbedder):
    """Another model of the same dimension, to which a document says "new" where it says "lost" and
    the other way round: so a query finds what it does not say."""

    def __init__(self) -> None:
        super().__init__("contrary", name="contrary")
        self.before_a_part: Callable[[], object] = lambda: None

    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        return super().encode_documents(texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.before_a_part()
        vectors = super().encode_documents(texts)
        lost, new = WORDS.index("lost"), WORDS.index("new")
        vectors[:, [lost, new]] = vectors[:, [new, lost]]
        return np.ascontiguousarray(vectors)


def _read_characters(text: str, limit: int) -> int:
    words = list(re.finditer(r"\S+", text))
    return len(text) if len(words) <= limit else words[limit - 1].end()
