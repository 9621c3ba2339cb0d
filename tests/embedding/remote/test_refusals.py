"""What a service does not take: tokens, paths, redirects, too many texts, a text."""

import numpy as np
import pytest

from embedding import EmbeddingError
from embedding.remote import RemoteEmbedder
from tests.embedding.remote.playing import TOKEN, FakeTime, network, sentence
from tests.embedding.remote.stand_in_service import Answer, StandInService
from tests.fakes import WORDS, WordCountEmbedder


@pytest.fixture(params=["hugging face", "openai"])
def api(request: pytest.FixtureRequest) -> str:
    spoken: str = request.param
    return spoken


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_stops_at_once(
    embedder: RemoteEmbedder, service: StandInService, time: FakeTime, status: int
) -> None:
    service.next_answers.append(Answer(status, {"error": f"Invalid credentials: {TOKEN}"}))
    said = sentence(embedder)
    assert f"does not accept the token ({status})" in said
    assert "FAQ_TOKEN" in said
    assert len(service.asked) == 1
    assert time.slept == []
    assert not embedder.ready


def test_a_missing_token_is_said_to_be_missing(service: StandInService) -> None:
    service.paths["/info"] = Answer(401)
    said = sentence(RemoteEmbedder(None, network(service, token=" ")))
    assert "wants a token (401), and none is set. Put one into FAQ_TOKEN." in said


def test_nothing_there_names_the_settings(
    embedder: RemoteEmbedder, service: StandInService, time: FakeTime
) -> None:
    service.next_answers.append(Answer(404, {"error": "Model not found."}))
    said = sentence(embedder)
    assert "has nothing there (404): Model not found." in said
    assert "FAQ_ENDPOINT" in said
    assert "FAQ_MODEL" in said
    assert time.slept == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "Out of credits."}, ": Out of credits."),
        ({"message": "Out of\n credits"}, ": Out of credits."),
        (b"Out of credits", ": Out of credits."),
        ({"error": "x" * 999}, ": " + "x" * 200 + "…."),
        ({"error": ["a"]}, "."),
        ([], "."),
        (b"", "."),
    ],
)
def test_other_refusals_quote_the_service(
    loaded: RemoteEmbedder, service: StandInService, body: object, words: str
) -> None:
    service.next_answers.append(Answer(402, body))
    assert f"refused (402){words} Correct FAQ_ENDPOINT" in sentence(loaded)


def test_a_page_for_people_is_not_quoted(loaded: RemoteEmbedder, service: StandInService) -> None:
    page = Answer(500, b"<html>Oh no</html>", {"Content-Type": "text/html"})
    service.next_answers.append(page)
    assert "refused (500). " in sentence(loaded)


def test_a_redirect_of_texts_is_not_followed(
    loaded: RemoteEmbedder, service: StandInService, elsewhere: StandInService
) -> None:
    service.next_answers.append(Answer(307, None, {"Location": f"{elsewhere.address}/{TOKEN}"}))
    said = sentence(loaded)
    assert f"sends on to {elsewhere.address.removeprefix('http://')}" in said
    assert elsewhere.requests == []


def test_the_token_does_not_follow_a_redirect(
    embedder: RemoteEmbedder, service: StandInService, elsewhere: StandInService
) -> None:
    service.paths["/info"] = Answer(302, None, {"Location": f"{elsewhere.address}/info"})
    embedder.load()
    [request] = elsewhere.requests
    assert TOKEN not in repr(request)


def test_texts_are_sent_in_halves_where_they_are_too_many(
    loaded: RemoteEmbedder, service: StandInService
) -> None:
    service.most = 3
    texts = [f"{word} {'card ' * i}" for i, word in enumerate(WORDS * 3)]
    vectors = loaded.encode_documents(texts)
    np.testing.assert_allclose(vectors, WordCountEmbedder().encode_documents(texts), atol=1e-6)
    service.requests.clear()
    loaded.encode_documents(texts)
    assert max(len(request.texts) for request in service.asked) <= 3  # once is enough


@pytest.mark.parametrize("status", [413, 422])
def test_a_text_that_is_not_taken_is_a_sentence(
    loaded: RemoteEmbedder, service: StandInService, status: int
) -> None:
    class Picky(dict[str, Answer]):
        def __contains__(self, path: object) -> bool:
            return "bad text" in service.requests[-1].texts

        def __getitem__(self, path: str) -> Answer:
            return Answer(status, {"error": "Tokenization error"})

    service.paths = Picky()
    texts = [f"card {i}" for i in range(20)]
    with pytest.raises(EmbeddingError) as refusal:
        loaded.encode_documents([*texts, "bad text", *texts])
    assert "does not take this text" in str(refusal.value)
    assert f"({status}): Tokenization error" in str(refusal.value)
    assert "'bad text'" in str(refusal.value)
    service.paths = {}
    service.requests.clear()
    loaded.encode_documents(texts)
    assert max(len(request.texts) for request in service.asked) >= 8  # one text was the reason
