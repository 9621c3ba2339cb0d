"""The token is sent to the service and told to nobody, whatever the service does with it."""

import logging
import traceback

import pytest

from embedding import EmbeddingError
from embedding.remote import RemoteEmbedder
from tests.embedding.remote.playing import TOKEN
from tests.embedding.remote.stand_in_service import DROPPED, Answer, StandInService

ECHOES = [
    Answer(401, {"error": f"no such token: {TOKEN}"}),
    Answer(403, TOKEN.encode()),
    Answer(404, {"error": TOKEN}),
    Answer(402, {"message": f"x{TOKEN}x"}),
    Answer(413, {"error": TOKEN}),
    Answer(400, {"error": {"message": TOKEN}}),
    Answer(500, {"error": {"message": [TOKEN]}}),
    Answer(429, {"error": TOKEN}, {"Retry-After": "900"}),
    Answer(503, {"error": TOKEN}),
    Answer(200, {"error": TOKEN}),
    Answer(200, f"{TOKEN} is no JSON".encode()),
    Answer(200, [[TOKEN]]),
    Answer(200, TOKEN.encode(), {"Content-Encoding": "gzip"}),
    DROPPED,
]
# What is logged in full by the HTTP library, where somebody asks for every detail, are the headers
# that a service sends.
ECHOES_IN_HEADERS = [
    Answer(307, None, {"Location": f"http://127.0.0.1:1/{TOKEN}"}),
    Answer(307, None, {"Location": f"http://{TOKEN}@127.0.0.1:1/"}),
    Answer(307, None, {"Location": f"http://[{TOKEN}"}),
    Answer(503, None, {"Retry-After": TOKEN}),
]


@pytest.fixture(params=["hugging face", "openai"])
def api(request: pytest.FixtureRequest) -> str:
    spoken: str = request.param
    return spoken


@pytest.mark.parametrize(
    ("level", "answer"),
    [(logging.DEBUG, answer) for answer in ECHOES]
    + [(logging.INFO, answer) for answer in ECHOES_IN_HEADERS],
    ids=range(len(ECHOES + ECHOES_IN_HEADERS)),
)
def test_the_token_is_in_no_message_record_or_representation(
    loaded: RemoteEmbedder,
    service: StandInService,
    level: int,
    answer: Answer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(level)
    service.next_answers.extend([answer] * 20)
    with pytest.raises(EmbeddingError) as failure:
        loaded.encode_query("lost card")
    try:
        raise failure.value
    except EmbeddingError:
        logging.getLogger("test").exception("It failed")
    assert "It failed" in caplog.text
    context = failure.value.__context__  # hidden from tracebacks, but there
    assert context is None or context.__context__ is None
    told = [caplog.text, *capfd.readouterr(), *traceback.format_exception(failure.value)]
    told += map(repr, [failure.value, context, loaded, loaded.model, loaded.runtime])
    assert [text for text in told if TOKEN in text] == []
