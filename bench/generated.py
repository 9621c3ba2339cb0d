"""Collections of any size, made up, with vectors that cost nothing."""

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from embedding import Model, Runtime, TokenCount, Vector, Vectors
from store import Content, Embeddings, ModelRecord, Store

DIMENSION = 384
FINGERPRINT = "generated"
CATEGORIES = 10
ROWS_AT_ONCE = 1_000
MEANINGS = 16  # directions that texts of one collection differ in
SPREAD = 0.65  # how far phrasings lie from their entry's centre
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
VOCABULARY = ["".join(random.Random(i).choices(SYLLABLES, k=2 + i % 3)) for i in range(3_000)]
FREQUENCY = [1 / (rank + 10) for rank in range(len(VOCABULARY))]  # few words are most of a text


class PrecomputedEmbedder:
    """Hands out random unit vectors that were drawn before, whatever the texts.

    `seconds` is what it has taken so far, for those who measure everything else.
    """

    ready = True

    def __init__(self, dimension: int = DIMENSION) -> None:
        self._pool = unit_vectors(np.random.default_rng(1), 1_024, dimension)
        self._given = 0
        self.seconds = 0.0

    @property
    def model(self) -> Model:
        return Model("bench/precomputed", None, "precomputed", self._pool.shape[1], 256)

    @property
    def runtime(self) -> Runtime:
        return Runtime("precomputed", "memory", "exact")

    def load(self) -> None:
        pass

    def encode_query(self, text: str) -> Vector:
        vector: Vector = self.encode_documents([text])[0]
        return vector

    def encode_queries(self, texts: Sequence[str], *, waiting: bool = False) -> Vectors:
        return self.encode_documents(texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        started = perf_counter()
        rows = np.arange(self._given, self._given + len(texts)) % len(self._pool)
        self._given += len(texts)
        vectors = self._pool[rows]
        self.seconds += perf_counter() - started
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[TokenCount]:
        return [TokenCount(len(text.split()), 256, len(text)) for text in texts]

    def tokenize(self, text: str) -> list[str]:
        return text.split()

    def is_word(self, text: str) -> bool:
        return True

    def words(self) -> tuple[str, ...]:
        return ()


def unit_vectors(random_numbers: np.random.Generator, n: int, dimension: int) -> Vectors:
    """Return vectors in every direction: shape `(n, dimension)`."""
    return _of_unit_length(random_numbers.standard_normal((n, dimension), dtype=np.float32))


def near(centres: Vectors, each: int, random_numbers: np.random.Generator) -> Vectors:
    """Return `each` vectors around every centre, that overlap with those of other centres about as
    much as in BANKING77: the nearest five entries are among the nearest 70 vectors or so."""
    shape = (len(centres) * each, centres.shape[1])
    meanings = random_numbers.standard_normal((shape[0], MEANINGS), dtype=np.float32)
    noise = meanings @ _directions(shape[1]) * np.float32(SPREAD / np.sqrt(MEANINGS * shape[1]))
    return _of_unit_length(np.repeat(centres, each, axis=0) + noise)


def contents(entries: int, each: int) -> Iterator[Content]:
    """Yield entries with `each` ways of asking; no two texts are equal."""
    words = random.Random(entries)
    for number in range(entries):
        ways = [f"{_sentence(words, 9)} {number}.{way}" for way in range(each)]
        yield Content(
            question=ways[0],
            answer=_sentence(words, 40),
            key=f"entry-{number}",
            category=f"category {number % CATEGORIES}",
            tags=(f"tag {number % 50}",),
            phrasings=tuple(ways[1:]),
        )


def write_csv(path: Path, entries: int, each: int, answer: str = "") -> None:
    """Write `contents` as a file to import; `answer` stands before every answer."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("key", "question", "answer", "category", "tags", "phrasings"))
        for c in contents(entries, each):
            phrasings = "\n".join(c.phrasings)
            row = (c.key, c.question, answer + c.answer, c.category, ", ".join(c.tags), phrasings)
            writer.writerow(row)


def fill(store: Store, entries: int, each: int, dimension: int = DIMENSION) -> Vectors:
    """Add `contents` with the phrasings of an entry near each other; return one more such vector of
    every entry, to search with.

    Deliberately past `Collection`: what an import costs is another measurement.
    """
    random_numbers = np.random.default_rng(2)
    meanings = random_numbers.standard_normal((entries, MEANINGS), dtype=np.float32)
    centres = _of_unit_length(meanings @ _directions(dimension))
    model = ModelRecord(FINGERPRINT, "bench/generated", None, dimension, 256)
    part: list[Content] = []
    done = 0
    for content in contents(entries, each):
        part.append(content)
        if len(part) * each >= ROWS_AT_ONCE or done + len(part) == entries:
            vectors = near(centres[done : done + len(part)], each, random_numbers)
            texts = [text for c in part for text in c.ways_of_asking]
            embeddings = Embeddings(model, dict(zip(texts, vectors, strict=True)))
            store.entries.add(part, embeddings, "bench")
            done += len(part)
            part = []
    return near(centres, 1, random_numbers)


def _sentence(words: random.Random, length: int) -> str:
    return " ".join(words.choices(VOCABULARY, FREQUENCY, k=length))


def _directions(dimension: int) -> Vectors:
    return np.random.default_rng(4).standard_normal((MEANINGS, dimension), dtype=np.float32)


def _of_unit_length(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray(vectors / lengths, dtype=np.float32)
