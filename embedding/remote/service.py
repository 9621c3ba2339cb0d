"""A service that embeds texts on another machine."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedding import EmbeddingError, ModelUnavailable, Vectors
from embedding.remote.connection import Connection, Refused, TooMuch, parsed
from hub.retry import Effort

_SHOWN = 80  # characters of a text that is refused
_NOT_THERE = {400, 404, 405, 501}  # what services say of functions that they don't have


class Service:
    """What can be asked of a service. Safe to share between threads.

    Each method asks again while the service is busy, within its `effort`. They raise
    `ModelUnavailable` where no answer comes or none that can be used.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def host(self) -> str:
        return self._connection.host

    @property
    def place(self) -> str:
        """Where the service is, however it is spoken to: host and path."""
        return self._connection.address.partition("://")[2]

    def embed(self, texts: Sequence[str], effort: Effort) -> Vectors:
        """Return the vectors of texts, which the service cuts where its model stops reading.

        They have unit length here, whatever length they came in. Raises `TooMuch` where fewer
        texts may be taken, and `EmbeddingError` where one is not.
        """
        answer: NDArray[np.float32] | None = None
        body = {"inputs": list(texts), "truncate": True}
        try:
            answered = parsed(self._connection.send(self._connection.address, effort, body))
            if answered is not None:
                with np.errstate(over="ignore"):  # what is infinite is refused below
                    answer = np.array(answered, dtype=np.float32)
        except (ValueError, TypeError, OverflowError):
            pass  # refused below: this error would quote the answer
        except TooMuch as refusal:
            if len(texts) > 1:
                raise
            raise EmbeddingError(
                f"{self.host} does not take this text {refusal}. Change or shorten it: "
                f"{texts[0][:_SHOWN]!r}"
            ) from None
        return self._unit(answer, len(texts))

    def get(self, path: str, effort: Effort) -> Any:
        """Return the JSON at a path below the address; None where the service has none there."""
        return parsed(self.fetch(path, effort))

    def fetch(self, path: str, effort: Effort) -> bytes | None:
        """Return what lies at a path below the address; None where there is nothing."""
        try:
            return self._at(path, effort)
        except TooMuch:  # some name so whatever they don't know
            return None

    def post(self, path: str, body: Any, effort: Effort) -> Any:
        """Return the JSON that answers `body` at a path below the address; None where the service
        has none there. Raises `TooMuch`."""
        return parsed(self._at(path, effort, body))

    def nonsense(self, got: str) -> ModelUnavailable:
        """Return the error that says what came instead of one vector a text."""
        return ModelUnavailable(
            f"{self.host} answered with {got}; expected one vector of numbers for each text. Is it "
            f"a service that embeds sentences? {self._connection.remedy}"
        )

    def _unit(self, answer: NDArray[np.float32] | None, count: int) -> Vectors:
        if answer is None:
            raise self.nonsense("something else than a table of numbers")
        if answer.ndim == 3:
            raise self.nonsense("a vector for each token")
        if answer.ndim != 2 or answer.shape[0] != count or not answer.shape[1]:
            raise self.nonsense(f"numbers of shape {answer.shape} for {count} texts")
        vectors = answer.astype(np.float64)  # squares of large numbers fit
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all():
            raise self.nonsense("a number that is not finite")
        if not lengths.all():
            raise self.nonsense("a vector of zeros, which has no direction")
        unit: Vectors = np.ascontiguousarray(vectors / lengths, dtype=np.float32)
        return unit

    def _at(self, path: str, effort: Effort, body: Any = None) -> bytes | None:
        # The address may name the one function of a service that has others beside it.
        url = self._connection.address.removesuffix("/embed") + path
        try:
            return self._connection.send(url, effort, body)
        except Refused as refusal:
            if refusal.status not in _NOT_THERE:
                raise
            return None
