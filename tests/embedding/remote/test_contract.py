"""What every engine promises, of the remote one: a service here computes with the real model."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from embedding import Embedder, Network, open_embedder
from embedding.fingerprint import tokenizer_file
from embedding.remote import tokens as service_tokens
from embedding.tokens import encodable, open_tokenizer
from embedding.weights import DEFAULT_REVISION, Weights
from hub.retry import Effort
from tests.embedding import test_engines as engines
from tests.embedding.remote.stand_in_service import StandInService, running

pytestmark = pytest.mark.model

# The rest of that suite is about files and prompts, which a service keeps to itself.
test_published_similarities_come_back = engines.test_published_similarities_come_back
test_vectors_are_as_the_contract_says = engines.test_vectors_are_as_the_contract_says
test_no_texts_give_no_rows = engines.test_no_texts_give_no_rows
test_the_same_text_gives_the_same_vector = engines.test_the_same_text_gives_the_same_vector
test_alone_or_in_a_batch = engines.test_alone_or_in_a_batch_a_text_gives_the_same_vector
test_threads_do_not_disturb_each_other = engines.test_threads_do_not_disturb_each_other
test_a_question_waits_for_one_batch = engines.test_a_question_waits_for_one_batch_of_a_long_job
test_a_megabyte_of_text = engines.test_a_megabyte_of_text_is_read_as_far_as_the_model_reads
test_tokens_are_counted = engines.test_tokens_are_counted_past_the_files_own_truncation
test_tokens_are_shown = engines.test_tokens_are_shown_as_the_model_reads_them


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a machine with more to do than this test the time that it needs."""
    monkeypatch.setattr(service_tokens, "BRIEF", Effort(seconds=60, tries=2))


@pytest.fixture(scope="module")
def service(real_embedder: Embedder) -> Iterator[StandInService]:
    """A service with the limits that text-embeddings-inference has by itself."""
    tokenizer = open_tokenizer(tokenizer_file(Weights(network=Network(offline=True)).files().path))

    def embed(texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = real_embedder.encode_documents(texts).tolist()
        return vectors

    def tokens(text: str) -> list[dict[str, Any]]:
        found = tokenizer.encode(text)
        each = zip(found.ids, found.tokens, found.special_tokens_mask, found.offsets, strict=True)
        return [
            {"id": id, "text": token, "special": bool(special)}
            | ({"start": None, "stop": None} if special else {"start": start, "stop": stop})
            for id, token, special, (start, stop) in each
        ]

    info = {
        "model_id": "sentence-transformers/all-MiniLM-L6-v2",
        "model_sha": DEFAULT_REVISION,
        "model_dtype": "float32",
        "model_type": {"embedding": {"pooling": "mean"}},
        "max_input_length": 256,
        "max_client_batch_size": 32,
    }
    with running(StandInService(embed, info, tokens, most=32)) as service:
        yield service


@pytest.fixture(scope="module")
def embedder(service: StandInService) -> Embedder:
    opened = open_embedder(engine="remote", network=Network(endpoint=service.address))
    opened.load()
    return opened


def test_its_vectors_are_those_of_the_model_behind_it(
    embedder: Embedder, real_embedder: Embedder
) -> None:
    wanted = [encodable(text) for text in engines.TEXTS]
    np.testing.assert_allclose(
        embedder.encode_documents(engines.TEXTS), real_embedder.encode_documents(wanted), atol=1e-5
    )


def test_where_a_text_ends_is_given_in_its_own_characters(
    embedder: Embedder, real_embedder: Embedder
) -> None:
    texts = ["Größe und Maß " * 80, "\N{GRINNING FACE} smile " * 200, "plain words " * 200]
    assert embedder.count_tokens(texts) == real_embedder.count_tokens(texts)
