"""The two ways in which services take texts and give vectors."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

CAREFUL_TOKENS = 128  # as few as any usual model reads, where nobody says how many it does
# llama.cpp answers 500 to more than it can read at once, others 400.
_OPENAI_REFUSALS = frozenset({400, 500})


class Api(Protocol):
    """How a service is asked for vectors."""

    @property
    def path(self) -> str:
        """Where, below the service's address."""

    @property
    def refusals(self) -> frozenset[int]:
        """The statuses, beside 413 and 422, that may mean too many texts or one too long."""

    def body(self, texts: Sequence[str], *, as_queries: bool) -> dict[str, Any]:
        """Return what is sent, for JSON."""

    def divisible(self, texts: Sequence[str]) -> bool:
        """Return whether fewer of these texts, or a shorter one, may be taken if they are not."""

    def rows(self, answer: Any) -> Any:
        """Return the table of numbers in an answer, a row a text, in the order of the texts.

        What is no such answer gives another table, or `ValueError`, `TypeError` or `LookupError`.
        """


@dataclass(frozen=True, slots=True)
class HuggingFaceApi:
    """That of text-embeddings-inference and of Hugging Face Inference: the service cuts a text
    where its model stops reading."""

    path: str = ""
    refusals: frozenset[int] = frozenset()

    def body(self, texts: Sequence[str], *, as_queries: bool) -> dict[str, Any]:
        return {"inputs": list(texts), "truncate": True}

    def divisible(self, texts: Sequence[str]) -> bool:
        return len(texts) > 1

    def rows(self, answer: Any) -> Any:
        return answer


@dataclass(frozen=True, slots=True)
class OpenAIApi:
    """That of OpenAI, which many servers speak (OpenAI, "API reference: create embeddings").

    With `input_types`, an addition of some servers, it is said which texts are questions.
    """

    path: str
    model: str
    input_types: bool = False
    refusals: frozenset[int] = _OPENAI_REFUSALS

    def body(self, texts: Sequence[str], *, as_queries: bool) -> dict[str, Any]:
        body = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        return body | (
            {"input_type": "query" if as_queries else "passage"} if self.input_types else {}
        )

    def divisible(self, texts: Sequence[str]) -> bool:
        return len(texts) > 1 or len(texts[0]) > CAREFUL_TOKENS  # characters: no token has less

    def rows(self, answer: Any) -> Any:
        found = answer["data"]
        rows = {item.get("index", place): item["embedding"] for place, item in enumerate(found)}
        if len(rows) != len(found):
            raise ValueError("an index occurs twice")
        return [_numbers(rows[place]) for place in range(len(rows))]


def _numbers(embedding: Any) -> Any:
    """Return the numbers, which some servers send as base64 whatever was asked for."""
    if not isinstance(embedding, str):
        return embedding
    try:
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    except binascii.Error:
        raise ValueError("no base64") from None
