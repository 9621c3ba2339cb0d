"""Services in the way of OpenAI: how they are found, what they are asked, what they answer."""

import base64
from typing import Any

import numpy as np
import pytest

from embedding import EmbeddingError, ModelUnavailable
from embedding.remote import RemoteEmbedder
from tests.embedding.remote.playing import INFO, TOKEN, FakeTime, counted, network, sentence
from tests.embedding.remote.stand_in_service import (
    Answer,
    Request,
    StandInService,
    openai_answer,
)
from tests.fakes import WORDS, WordCountEmbedder

E5 = "multilingual-e5-small"


@pytest.fixture
def api() -> str:
    return "openai"


def opened(service: StandInService, name: str | None = None, path: str = "") -> RemoteEmbedder:
    settings = network(service, endpoint=service.address + path)
    return RemoteEmbedder(name, settings, FakeTime().clock)


class TellingApart(StandInService):
    """Puts the prompts of its model before texts by itself, where it is told what they are."""

    def answer(self, request: Request) -> Answer:
        if request.method == "POST" and (kind := request.body.get("input_type")):
            prompt = {"query": "new", "passage": "plan"}[kind]
            request.body["input"] = [f"{prompt} {text}" for text in request.body["input"]]
        return super().answer(request)


# How a service is found


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/embeddings"])
def test_it_is_found_by_its_address_however_that_is_written(
    service: StandInService, path: str
) -> None:
    embedder = opened(service, path=path)
    texts = ["lost card", "new plan"]
    vectors = embedder.encode_documents(texts)
    np.testing.assert_allclose(vectors, WordCountEmbedder().encode_documents(texts), atol=1e-6)
    assert {request.path for request in service.asked} == {"/v1/embeddings"}
    assert embedder.model.fingerprint == opened(service).model.fingerprint


def test_a_path_of_another_name_is_asked_there(service: StandInService) -> None:
    service.paths["/openai/embeddings"] = Answer(body=openai_answer([[1.0] * len(WORDS)]))
    opened(service, "counting", "/openai/embeddings").load()
    assert service.asked[0].path == "/openai/embeddings"


def test_text_embeddings_inference_is_asked_in_its_own_way(service: StandInService) -> None:
    service.info = dict(INFO)
    embedder = opened(service)
    assert embedder.model.name == "org/counting"
    assert "/v1/embeddings" not in {request.path for request in service.asked}


def test_a_server_that_answers_200_to_anything_is_found(service: StandInService) -> None:
    service.paths["/info"] = Answer(body={"error": "Unexpected endpoint or method. (GET /info)"})
    assert opened(service).model.name == "counting"


def test_a_server_without_v1_is_found(service: StandInService) -> None:
    service.paths["/v1/models"] = Answer(404)
    service.paths["/models"] = Answer(body={"data": [{"id": "counting"}]})
    service.paths["/embeddings"] = Answer(body=openai_answer([[1.0] * len(WORDS)]))
    assert opened(service).model.name == "counting"


# Which model


def test_the_model_is_the_one_that_the_setting_names(service: StandInService) -> None:
    service.models = ["chat", "counting", "org/other:latest"]
    embedder = opened(service, "org/other:latest")
    assert embedder.model.name == "org/other:latest"
    assert {request.body["model"] for request in service.asked} == {"org/other:latest"}


def test_without_a_name_the_only_model_is_taken(service: StandInService) -> None:
    assert opened(service).model.name == "counting"


def test_several_models_are_named(service: StandInService) -> None:
    service.models = ["chat", *(f"chat-{i}" for i in range(9)), "nomic-embed-text"]
    said = sentence(opened(service))
    assert "has several models: nomic-embed-text, chat, chat-0" in said
    assert "and 3 more" in said
    assert "Name the one to embed with in FAQ_MODEL" in said
    assert service.asked == []


@pytest.mark.parametrize("listing", [Answer(404), Answer(body={"data": []}), Answer(body=[])])
def test_a_service_that_lists_none_has_to_be_told(service: StandInService, listing: Answer) -> None:
    service.paths["/v1/models"] = listing
    assert "Name the one to embed with in FAQ_MODEL" in sentence(opened(service, path="/v1"))
    assert opened(service, "counting", "/v1").encode_query("card").shape == (len(WORDS),)


def test_a_wrong_name_is_said_in_the_service_s_words(service: StandInService) -> None:
    said = sentence(opened(service, "typo", "/v1"))
    assert "has nothing there (404): The model does not exist." in said
    assert "FAQ_MODEL, which is typo" in said


def test_another_model_or_place_is_another_fingerprint(
    service: StandInService, elsewhere: StandInService
) -> None:
    service.models, elsewhere.models = ["counting", "other"], ["counting"]
    found = [opened(service, name).model.fingerprint for name in ("counting", "other")]
    found.append(opened(elsewhere).model.fingerprint)
    assert len(set(found)) == 3
    assert found[0] == opened(service, "counting").model.fingerprint
    assert all(fingerprint.startswith("remote-") for fingerprint in found)


# What is asked and answered


def test_plain_numbers_are_asked_for(loaded: RemoteEmbedder, service: StandInService) -> None:
    loaded.encode_documents(["lost card", ""])
    [request] = service.asked
    assert request.body == {
        "model": "counting",
        "input": ["lost card", " "],
        "encoding_format": "float",
    }
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


def test_base64_is_read_too(loaded: RemoteEmbedder, service: StandInService) -> None:
    texts = ["lost card", "new plan card"]
    rows = np.array(counted(texts), dtype="<f4")
    coded = [base64.b64encode(row.tobytes()).decode() for row in rows]
    service.next_answers.append(Answer(body=openai_answer(coded)))
    np.testing.assert_allclose(
        loaded.encode_documents(texts[::-1]), WordCountEmbedder().encode_documents(texts), atol=1e-6
    )


ONE = [1.0] * len(WORDS)


@pytest.mark.parametrize(
    "data",
    [
        None,
        3,
        [3],
        [{}],
        {"embedding": ONE},
        [{"index": 0}],
        [{"index": 1, "embedding": ONE}],
        [{"index": [], "embedding": ONE}],
        [{"index": 0, "embedding": "no base64"}],
        [{"index": 0, "embedding": "AAA="}],
        [{"index": 0, "embedding": {"float": ONE}}],
        [{"index": 0, "embedding": ONE}, {"index": 0, "embedding": ONE}],
    ],
)
def test_nonsense_is_refused(loaded: RemoteEmbedder, service: StandInService, data: Any) -> None:
    service.next_answers.append(Answer(body={"object": "list", "data": data}))
    assert "expected one vector of numbers for each text" in sentence(loaded)
    assert len(service.asked) == 1


def test_the_order_is_that_of_the_answer_where_it_has_no_index(
    loaded: RemoteEmbedder, service: StandInService
) -> None:
    data = [{"embedding": vector} for vector in counted(["lost lost", "card"])]
    service.next_answers.append(Answer(body={"data": data}))
    lost, card = loaded.encode_documents(["lost lost", "card"])
    assert np.argmax(lost) == WORDS.index("lost")
    assert np.argmax(card) == WORDS.index("card")


def test_the_service_s_words_are_quoted_without_the_token(
    loaded: RemoteEmbedder, service: StandInService
) -> None:
    service.next_answers.append(Answer(402, {"error": {"message": f"No money on {TOKEN}."}}))
    assert "refused (402): No money on (token). Correct FAQ_ENDPOINT" in sentence(loaded)


# Texts that are too long


@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_a_text_that_is_too_long_is_cut_and_no_other(
    loaded: RemoteEmbedder, service: StandInService, status: int
) -> None:
    class Strict(dict[str, Answer]):
        def __contains__(self, path: object) -> bool:
            return max(map(len, service.requests[-1].texts)) > 1000

        def __getitem__(self, path: str) -> Answer:
            return Answer(status, {"error": {"message": "maximum context length"}})

    service.paths, service.most = Strict(), None
    long = "lost " * 300 + "card " * 900
    texts = [f"{word} plan" for word in WORDS]
    vectors = loaded.encode_documents([*texts, long])
    np.testing.assert_allclose(vectors[:-1], WordCountEmbedder().encode_documents(texts), atol=1e-6)
    assert np.argmax(vectors[-1]) == WORDS.index("lost")
    assert max(len(text) for r in service.asked[-3:] for text in r.texts) > 700  # not in vain
    service.requests.clear()
    loaded.encode_documents(texts)
    assert len(service.asked) == 1  # one text was the reason, not their number


def test_a_refusal_of_any_text_is_said_soon(
    loaded: RemoteEmbedder, service: StandInService
) -> None:
    service.next_answers.extend([Answer(400, {"error": {"message": "Out of order"}})] * 99)
    with pytest.raises(EmbeddingError, match=r"refused \(400\): Out of order"):
        loaded.encode_documents(["lost card " * 500] * 32)
    assert len(service.asked) < 40


# The prompts of the e5 family


def test_they_are_added_where_the_service_does_not_care(service: StandInService) -> None:
    service.models = [E5]
    embedder = opened(service)
    service.requests.clear()
    embedder.load()
    service.requests.clear()
    embedder.encode_query("lost card")
    embedder.encode_queries(["new"])
    embedder.encode_documents(["lost card"])
    assert [r.texts for r in service.asked] == [
        ["query: lost card"],
        ["query: new"],
        ["passage: lost card"],
    ]
    assert not any("input_type" in request.body for request in service.asked)


def test_they_are_left_to_a_service_that_adds_them(service: StandInService) -> None:
    service.models = [E5]
    before = opened(service).model.fingerprint
    telling = TellingApart(counted, models=[E5], address=service.address)
    service.answer = telling.answer  # type: ignore[method-assign]
    embedder = opened(service)
    embedder.load()
    telling.requests.clear()
    embedder.encode_query("lost")
    embedder.encode_documents(["lost"])
    assert [r.body["input_type"] for r in telling.asked] == ["query", "passage"]
    assert [r.texts for r in telling.asked] == [["new lost"], ["plan lost"]]
    assert embedder.model.fingerprint != before


@pytest.mark.parametrize("status", [400, 422, 500])
def test_they_are_added_where_the_service_refuses_to_be_told(
    service: StandInService, status: int
) -> None:
    class Strict(dict[str, Answer]):
        def __contains__(self, path: object) -> bool:
            return "input_type" in (service.requests[-1].body or {})

        def __getitem__(self, path: str) -> Answer:
            return Answer(status, {"error": {"message": "Unrecognized argument: input_type"}})

    service.models, service.paths = [E5], Strict()
    embedder = opened(service)
    embedder.encode_query("lost card")
    assert service.asked[-1].texts == ["query: lost card"]


def test_a_service_that_is_busy_meanwhile_is_no_other_model(service: StandInService) -> None:
    service.models = [E5]
    ok = Answer(body=openai_answer([ONE]))
    service.next_answers.extend([ok, *[Answer(503)] * 99])
    embedder = opened(service)
    with pytest.raises(ModelUnavailable, match="503"):
        embedder.load()
    assert not embedder.ready


def test_text_embeddings_inference_gets_them_too(service: StandInService) -> None:
    service.info = dict(INFO) | {"model_id": "intfloat/multilingual-e5-small"}
    embedder = opened(service)
    embedder.encode_query("lost card")
    embedder.encode_documents(["lost card"])
    assert [r.texts for r in service.asked[-2:]] == [["query: lost card"], ["passage: lost card"]]


def test_tokens_are_unknown(loaded: RemoteEmbedder, service: StandInService) -> None:
    assert loaded.count_tokens([]) == []
    for ask in (lambda: loaded.count_tokens(["card"]), lambda: loaded.tokenize("card")):
        with pytest.raises(ModelUnavailable, match="does not say how its model splits a text"):
            ask()
    assert service.requests == []
