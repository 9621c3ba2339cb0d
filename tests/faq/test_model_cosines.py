"""How a model's cosines are read, with the real model and with some that can be worked out."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from embedding import Embedder, Vectors
from faq.collection import Collection
from faq.evaluation.calibration import calibrate
from faq.search.model_cosines import REWORDINGS, cosines_of, script_of
from store import Content, open_store
from tests.fakes import WordCountEmbedder

LINES = [line.split("\t") for line in REWORDINGS.read_text(encoding="utf-8").splitlines()]


class Crowded(WordCountEmbedder):
    """Gives two unrelated questions of the list the cosine .8, and two that mean the same .9."""

    def __init__(self) -> None:
        super().__init__("crowded")

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts, own=0.2**0.5)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._vectors(texts, own=0.1 / 0.2**0.5)

    def _vectors(self, texts: Sequence[str], own: float) -> Vectors:
        vectors = np.zeros((len(texts), len(LINES) + 2), dtype=np.float32)
        vectors[:, 0] = 0.8**0.5
        for row, text in enumerate(texts):
            vectors[row, 2 + next(n for n, line in enumerate(LINES) if text in line)] = own
        vectors[:, 1] = np.sqrt(np.maximum(0, 1 - (vectors**2).sum(axis=1)))
        return vectors


class Blind(WordCountEmbedder):
    """Gives every text the same vector."""

    def __init__(self) -> None:
        super().__init__("blind")

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return super().encode_documents(["other"] * len(texts))


def test_every_language_of_the_list_has_questions_about_different_things() -> None:
    for language, lines in groupby(LINES, key=lambda line: line[0]):
        texts = [text for _, *pair in lines for text in pair]
        assert len(texts) == len(set(texts)) == 12, language


def test_what_means_the_same_says_from_where_on_an_entry_answers() -> None:
    cosines = cosines_of(Crowded())
    assert cosines.answer == pytest.approx(0.9, abs=1e-3)
    assert cosines.unrelated(["anything"]) == pytest.approx(0.8, abs=1e-5)


def test_a_model_that_separates_nothing_says_nothing() -> None:
    assert cosines_of(Blind()).answer is None


def test_the_list_is_embedded_once() -> None:
    embedder = WordCountEmbedder("asked twice")
    cosines_of(embedder)
    cosines_of(embedder)
    assert len(embedder.encoded) == 2 * len(LINES)


@pytest.mark.model
def test_the_model_reads_english(real_embedder: Embedder) -> None:
    cosines = cosines_of(real_embedder)
    assert cosines.answer == pytest.approx(0.40, abs=0.03)
    assert cosines.unrelated(["Renew a book", "Medicare"]) == pytest.approx(0.04, abs=0.03)
    assert cosines.unrelated(["Продлить книгу"]) == pytest.approx(0.55, abs=0.03)
    assert cosines.unrelated(["Ανανέωση βιβλίου"]) == pytest.approx(1, abs=1e-3)  # not in the list


@pytest.mark.parametrize(
    ("texts", "script"),
    [
        (["Where is it?", "Где?"], "LATIN"),
        (["ß é ł"], "LATIN"),
        (["カード", "本の返却"], "CJK"),
        (["什么时候 OK"], "CJK"),
        (["ปิด"], "THAI"),
        (["1 + 1 = 2?"], ""),
        ([], ""),
    ],
)
def test_most_letters_say_the_script(texts: list[str], script: str) -> None:
    assert script_of(texts) == script


@pytest.mark.model
def test_a_collection_of_three_entries_knows_what_it_does_not_know(
    real_embedder: Embedder, tmp_path: Path
) -> None:
    collection = Collection(open_store(tmp_path / "faq.db"), real_embedder, "ada")
    for question in (
        "How long may I keep a book?",
        "What does a library card cost?",
        "Where do I return a film?",
    ):
        collection.add(Content(question))
    calibrate(collection)
    for query, answered in (
        ("how many weeks can I keep books", True),
        ("price of the library card", True),
        ("bringing a film back", True),
        ("how do I boil an egg", False),
        ("my printer does not print", False),
        ("is there a bus on Sunday", False),
    ):
        assert collection.search(query).answered == answered, query
    collection.store.close()
