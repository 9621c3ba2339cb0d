"""The tokens of a text as the service counts them that embeds it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from embedding.protocol import EmbeddingError, ModelUnavailable, TokenCount
from embedding.remote.service import Service, TooMuch
from embedding.tokens import encodable
from hub.retry import Effort

# Tokens are counted while somebody writes an entry, who can do without.
BRIEF = Effort(seconds=5, tries=2)


class NoTokens:
    """`Tokens` of a service that has no way to ask for them: `ModelUnavailable` is raised."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def count(self, texts: Sequence[str]) -> list[TokenCount]:
        if texts:
            raise _unknown(self._service)
        return []

    def split(self, text: str) -> list[str]:
        raise _unknown(self._service)


class ServiceTokens:
    """`Tokens` by the service itself, where it offers `/tokenize` as text-embeddings-inference
    does; elsewhere they are unknown, and `ModelUnavailable` is raised."""

    def __init__(self, service: Service, limit: int, at_once: int) -> None:
        self._service = service
        self._limit = limit
        self._at_once = at_once

    def count(self, texts: Sequence[str]) -> list[TokenCount]:
        counts: list[TokenCount] = []
        for start in range(0, len(texts), self._at_once):
            some = texts[start : start + self._at_once]
            counts += map(self._count, some, self._ask(some))
        return counts

    def split(self, text: str) -> list[str]:
        return [token.text for token in self._read(self._ask([text])[0])]

    def _count(self, text: str, tokens: list["_Token"]) -> TokenCount:
        read = len(text)
        if len(tokens) > self._limit:
            read = max((t.stop for t in self._read(tokens) if not t.special), default=0)
        return TokenCount(len(tokens), self._limit, read)

    def _read(self, tokens: list["_Token"]) -> list["_Token"]:
        """Return the tokens that the model reads: its special ones always find room."""
        room = self._limit - sum(token.special for token in tokens)
        read = []
        for token in tokens:
            room -= not token.special
            if token.special or room >= 0:
                read.append(token)
        return read

    def _ask(self, texts: Sequence[str]) -> list[list["_Token"]]:
        inputs = [sendable(text) for text in texts]
        try:
            answer = self._service.ask("/tokenize", BRIEF, {"inputs": inputs})
        except TooMuch as refusal:
            raise EmbeddingError(
                f"{self._service.host} does not count the tokens of so much text {refusal}."
            ) from None
        try:
            return [_tokens(text, tokens) for text, tokens in zip(inputs, answer, strict=True)]
        except (TypeError, ValueError, LookupError):
            pass  # something else, or nothing, answers there
        raise _unknown(self._service)


def _unknown(service: Service) -> ModelUnavailable:
    return ModelUnavailable(
        f"{service.host} does not say how its model splits a text into tokens, so they cannot be "
        f"counted."
    )


class _Token(NamedTuple):
    """A token as a service gives it, with where it stops in the text, in characters; a special one
    stands for nothing there."""

    text: str
    special: bool
    stop: int


def sendable(text: str) -> str:
    """Return a text as services take it: some refuse an empty one, but not a space, in which
    models find as few tokens."""
    return encodable(text) or " "


def _tokens(text: str, answer: Any) -> list[_Token]:
    tokens = [_Token(str(t["text"]), bool(t["special"]), int(t["stop"] or 0)) for t in answer]
    if max((token.stop for token in tokens), default=0) <= len(text.rstrip()):
        return tokens
    # text-embeddings-inference counts bytes, of which some characters take several.
    data = text.encode()
    return [t._replace(stop=len(data[: t.stop].decode(errors="ignore"))) for t in tokens]
