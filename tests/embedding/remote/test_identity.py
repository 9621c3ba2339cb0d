"""What is known of a model that a service has, and of how it reads."""

import subprocess
import sys
from typing import Any

import pytest

from embedding import (
    EmbeddingError,
    Model,
    ModelUnavailable,
    Network,
    Runtime,
    TokenCount,
    open_embedder,
)
from embedding.remote import RemoteEmbedder
from tests.embedding.remote.playing import INFO, FakeTime, network, sentence
from tests.embedding.remote.stand_in_service import Answer, StandInService
from tests.fakes import WORDS


def model_of(service: StandInService, **told: Any) -> Model:
    service.info = dict(INFO) | told
    return RemoteEmbedder(None, network(service)).model


def test_the_service_says_which_model_it_is(loaded: RemoteEmbedder) -> None:
    model = loaded.model
    assert (model.name, model.revision) == ("org/counting", "b" * 40)
    assert (model.dimension, model.max_tokens) == (len(WORDS), 12)


def test_the_runtime_is_for_people_to_read(loaded: RemoteEmbedder, service: StandInService) -> None:
    host = service.address.removeprefix("http://")
    assert loaded.runtime == Runtime("remote", host, "float16")


def test_the_fingerprint_is_the_same_in_every_process(
    loaded: RemoteEmbedder, service: StandInService
) -> None:
    program = (
        "import sys\n"
        "from embedding import Network, open_embedder\n"
        "network = Network(endpoint=sys.argv[1])\n"
        "print(open_embedder('any', network=network, engine='remote').model.fingerprint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, service.address], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == loaded.model.fingerprint == "remote-f89d4344ae34c2ec"


def test_the_same_model_elsewhere_keeps_its_fingerprint(
    service: StandInService, elsewhere: StandInService
) -> None:
    assert model_of(service, model_dtype="float32") == model_of(elsewhere)


@pytest.mark.parametrize(
    "told",
    [
        {"model_id": "org/other"},
        {"model_sha": "c" * 40},
        {"model_sha": None},
        {"model_type": {"embedding": {"pooling": "cls"}}},
        {"max_input_length": 13},
    ],
)
def test_another_model_has_another_fingerprint(
    service: StandInService, told: dict[str, Any]
) -> None:
    assert model_of(service).fingerprint != model_of(service, **told).fingerprint


def test_a_service_that_says_too_little_is_known_by_its_address(
    service: StandInService, elsewhere: StandInService
) -> None:
    mine, other = (model_of(one, model_id="/data", model_sha=None) for one in (service, elsewhere))
    assert mine.name == other.name
    assert mine.fingerprint != other.fingerprint
    assert mine == model_of(service, model_id="/data", model_sha=None)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404),
        Answer(405),
        Answer(400),
        Answer(422),
        Answer(501),
        Answer(body=b"<html>"),
        Answer(body=[]),
        Answer(body={}),
        Answer(body={"model_id": 3, "model_sha": [], "max_input_length": True}),
        Answer(body={"max_input_length": -1, "max_client_batch_size": "8"}),
    ],
)
def test_what_the_service_does_not_say_is_not_made_up(
    service: StandInService, answer: Answer
) -> None:
    service.paths["/info"] = answer
    embedder = RemoteEmbedder("some/name", network(service))
    model = embedder.model
    assert model.name == service.address.removeprefix("http://")
    assert (model.revision, model.dimension, model.max_tokens) == (None, len(WORDS), 128)
    assert embedder.runtime.precision == "unknown"


def test_a_service_that_fails_to_say_it_is_no_other_model(service: StandInService) -> None:
    service.paths["/info"] = Answer(500, {"error": "Oh no"})
    assert "refused (500): Oh no" in sentence(RemoteEmbedder(None, network(service)))


def test_no_remote_model_is_taken_for_a_local_one(service: StandInService) -> None:
    local = open_embedder(network=Network(offline=True)).model
    told = {"model_id": local.name, "model_sha": local.revision, "max_input_length": 256}
    assert model_of(service, **told).name == local.name
    assert model_of(service, **told).fingerprint != local.fingerprint


def test_the_address_may_name_the_function(service: StandInService) -> None:
    service.address += "/embed"
    embedder = RemoteEmbedder(None, network(service))
    assert embedder.model.name == "org/counting"
    embedder.encode_query("lost card")
    assert {request.path for request in service.asked} == {"/embed"}


def test_the_service_counts_tokens(loaded: RemoteEmbedder, service: StandInService) -> None:
    full, over = " ".join(["card"] * 10), " ".join(["card"] * 11)
    texts = ["", "lost card", full, over, "é " * 11]
    assert (
        loaded.count_tokens(texts * 3)
        == [
            TokenCount(2, 12, 0),
            TokenCount(4, 12, 9),
            TokenCount(12, 12, 49),
            TokenCount(13, 12, 49),
            TokenCount(13, 12, 19),
        ]
        * 3
    )
    assert len(service.requests) == 2


def test_the_service_shows_tokens_as_far_as_its_model_reads(loaded: RemoteEmbedder) -> None:
    assert loaded.tokenize("lost card") == ["[CLS]", "lost", "card", "[SEP]"]
    assert loaded.tokenize("card " * 20) == ["[CLS]", *["card"] * 10, "[SEP]"]


@pytest.mark.parametrize(
    "answer",
    [Answer(404), Answer(400), *(Answer(body=b) for b in (b"", {}, [], [3], [[3]], [[{"id": 1}]]))],
)
def test_where_the_tokens_are_unknown_that_is_said(
    loaded: RemoteEmbedder, service: StandInService, answer: Answer
) -> None:
    service.paths["/tokenize"] = answer
    with pytest.raises(ModelUnavailable, match="does not say how its model splits a text"):
        loaded.count_tokens(["lost card"])


def test_a_text_too_long_to_count_is_a_sentence(
    loaded: RemoteEmbedder, service: StandInService
) -> None:
    service.paths["/tokenize"] = Answer(413, b"length limit exceeded")
    with pytest.raises(EmbeddingError, match=r"of so much text \(413\): length limit exceeded"):
        loaded.tokenize("lost card")


def test_a_form_does_not_wait_long_for_a_count(
    loaded: RemoteEmbedder, service: StandInService, time: FakeTime
) -> None:
    service.paths["/tokenize"] = Answer(503)
    with pytest.raises(ModelUnavailable):
        loaded.count_tokens(["lost card"])
    assert time.passed <= 5
