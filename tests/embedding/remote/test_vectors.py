"""What comes back from a service, and what is refused of it."""

import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from embedding.remote import RemoteEmbedder
from tests.embedding.remote.playing import TOKEN, network, sentence
from tests.embedding.remote.stand_in_service import Answer, StandInService
from tests.fakes import WORDS, WordCountEmbedder


def test_vectors_come_back_in_order_at_unit_length(
    loaded: RemoteEmbedder, service: StandInService
) -> None:
    texts = [f"{word} {'card ' * (i % 5)}" for i, word in enumerate(WORDS * 7)]
    vectors = loaded.encode_documents(texts)
    np.testing.assert_allclose(vectors, WordCountEmbedder().encode_documents(texts), atol=1e-6)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    assert max(len(request.texts) for request in service.asked) == 8


def test_no_texts_ask_for_nothing(loaded: RemoteEmbedder, service: StandInService) -> None:
    assert loaded.encode_queries([]).shape == (0, len(WORDS))
    assert loaded.count_tokens([]) == []
    assert service.requests == []


def test_making_one_asks_for_nothing(embedder: RemoteEmbedder, service: StandInService) -> None:
    assert not embedder.ready
    assert service.requests == []
    embedder.load()
    assert embedder.ready
    asked = len(service.requests)
    embedder.load()
    assert len(service.requests) == asked


def test_threads_load_once_and_get_their_own_vectors(
    embedder: RemoteEmbedder, service: StandInService
) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(embedder.encode_query, WORDS))
    np.testing.assert_allclose(found, np.eye(len(WORDS)), atol=1e-6)
    assert sum(request.path == "/info" for request in service.requests) == 1


def test_odd_texts_arrive_as_text(loaded: RemoteEmbedder, service: StandInService) -> None:
    loaded.encode_documents(["", "a\0b", "\ud800", "\N{GRINNING FACE}"])
    [request] = service.asked
    assert sorted(request.texts) == [" ", "?", "a\0b", "\N{GRINNING FACE}"]
    assert request.body["truncate"] is True


def test_the_token_is_sent_to_the_service(loaded: RemoteEmbedder, service: StandInService) -> None:
    loaded.encode_query("lost card")
    loaded.count_tokens(["lost card"])
    assert {r.headers["authorization"] for r in service.requests} == {f"Bearer {TOKEN}"}


def test_without_a_token_none_is_looked_for(
    service: StandInService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(TOKEN)  # where `hf auth login` would leave one
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    RemoteEmbedder(None, network(service, token="")).encode_query("lost card")
    assert service.requests
    assert all("authorization" not in request.headers for request in service.requests)
    assert TOKEN not in repr(service.requests)


ONE = [1.0] * len(WORDS)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"not JSON", "something else than a table of numbers"),
        (b"", "something else than a table of numbers"),
        (b"\xff\xfe", "something else than a table of numbers"),
        (b"[" * 100_000, "something else than a table of numbers"),
        ({"embeddings": [ONE]}, "something else than a table of numbers"),
        ([ONE[1:], ONE], "something else than a table of numbers"),
        ([["lost", "card"]], "something else than a table of numbers"),
        ([[10**400] * 10], "something else than a table of numbers"),
        ([[ONE, ONE]], "a vector for each token"),
        (ONE, "numbers of shape (10,) for 1 texts"),
        (3, "numbers of shape () for 1 texts"),
        ([], "numbers of shape (0,) for 1 texts"),
        ([[]], "numbers of shape (1, 0) for 1 texts"),
        ([ONE, ONE], "numbers of shape (2, 10) for 1 texts"),
        ([ONE[1:]], "vectors of 9 numbers, where it had 10 before"),
        ([[*ONE[1:], float("nan")]], "a number that is not finite"),
        ([[*ONE[1:], None]], "a number that is not finite"),
        ([[*ONE[1:], 1e300]], "a number that is not finite"),
        ([[0.0] * 10], "a vector of zeros"),
    ],
)
def test_nonsense_is_refused_and_not_asked_for_again(
    loaded: RemoteEmbedder, service: StandInService, body: object, says: str
) -> None:
    service.next_answers.append(Answer(body=body))
    gc.disable()  # whatever else it ended deep in the nested body would have no stack left
    try:
        said = sentence(loaded)
    finally:
        gc.enable()
    assert says in said
    assert "expected one vector of numbers for each text" in said
    assert len(service.asked) == 1


def test_very_large_and_very_small_numbers_are_directions_too(
    loaded: RemoteEmbedder, service: StandInService
) -> None:
    for scale in (1e-30, 1e38):
        service.next_answers.append(Answer(body=[[scale * number for number in ONE]]))
        np.testing.assert_allclose(loaded.encode_query("x"), np.sqrt(0.1), atol=1e-6)
