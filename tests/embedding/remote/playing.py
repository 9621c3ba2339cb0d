"""What the tests of the remote engine share: settings, time that is pushed on, a model to serve."""

from collections.abc import Sequence
from typing import Any

import pytest

from embedding import Embedder, EmbeddingError, Network
from hub.retry import Clock
from tests.embedding.remote.stand_in_service import Answer, StandInService
from tests.fakes import WordCountEmbedder

TOKEN = "hf_TOKENthatNobodyMaySee0123456789"
INFO = {
    "model_id": "org/counting",
    "model_sha": "b" * 40,
    "model_dtype": "float16",
    "model_type": {"embedding": {"pooling": "mean"}},
    "max_input_length": 12,
    "max_client_batch_size": 8,
}
LOADING = Answer(503, {"error": "Model org/counting is currently loading", "estimated_time": 7.5})
BUSY = Answer(429, {"error": "Model is overloaded"}, {"Retry-After": "3"})


class FakeTime:
    """Time that passes only while somebody sleeps; chance is always the same."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []
        self.clock = Clock(now=lambda: self.passed, sleep=self._sleep, chance=lambda: 0.5)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds


def counted(texts: Sequence[str]) -> list[list[float]]:
    """Return what the fake model makes of texts, twice as long as it should be."""
    vectors: list[list[float]] = (WordCountEmbedder().encode_documents(texts) * 2).tolist()
    return vectors


def tokens_of(text: str) -> list[dict[str, Any]]:
    """Return a token a word, between two special ones; places count bytes, as the real one does."""
    tokens: list[dict[str, Any]] = [{"id": 1, "text": "[CLS]", "special": True}]
    stop = 0
    for word in text.split():
        start = text.encode().index(word.encode(), stop)
        stop = start + len(word.encode())
        tokens.append({"id": 2, "text": word, "special": False, "start": start, "stop": stop})
    tokens.append({"id": 3, "text": "[SEP]", "special": True})
    return [{"start": None, "stop": None} | token for token in tokens]


def network(service: StandInService, **settings: Any) -> Network:
    return Network(**{"endpoint": service.address, "token": TOKEN} | settings)


def sentence(embedder: Embedder, text: str = "lost card") -> str:
    """Return the sentence with which a question fails."""
    with pytest.raises(EmbeddingError) as failure:
        embedder.encode_query(text)
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None  # which would lead a traceback to what was received
    return str(failure.value)
