"""A service that embeds texts on another machine: requests, retries, and failures as sentences."""

import json
import weakref
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2
import numpy as np
from numpy.typing import NDArray

from embedding.protocol import EmbeddingError, ModelUnavailable, ServiceUnreachable, Vectors
from embedding.remote.apis import Api
from hub import HubError
from hub.network import CONNECTING, Network, distrusted
from hub.retry import LONGEST_SECONDS, Busy, Clock, Effort, asked_for, retry

# A batch on a slow processor takes some seconds; a service that is silent for a minute is stuck.
ANSWER_SECONDS = 60.0
_SHORTEST_SECONDS = 0.1  # for a last try
_SHOWN = 80  # characters of a text that is refused

_PASSING = (httpx2.NetworkError, httpx2.RemoteProtocolError)
_NOT_THERE = {400, 404, 405, 501}  # what services say of functions that they don't have
_TOKEN_REFUSED = {401, 403}
_TOO_MUCH = {413, 422}
_BUSY = {
    429: "has too much to do (429)",
    502: "cannot be reached through its gateway (502)",
    503: "is not ready, most likely because it is still loading the model (503)",
    504: "did not answer its gateway in time (504)",
}


class TooMuch(Exception):
    """The service does not take these texts: too many, too long, or one that it cannot read. The
    message is its status and its own words."""


class Refused(ModelUnavailable):
    """The service answered with a status that no other error stands for; `said` is the status and
    the service's own words."""

    def __init__(self, status: int, said: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class Service:
    """The service at one address. Safe to share between threads.

    `base` is its address without the name of the one function, `/embed` or `/embeddings`, that the
    address may end with: other functions are beside it.

    Each method asks again while the service is busy, within its `effort`. They raise
    `ModelUnavailable` where no answer comes or none that can be used.

    The service alone gets the token, which goes into a header of each request and nowhere else: not
    into a message, even where the service sends it back. No redirect is followed that would bring
    texts to where no setting says.
    """

    def __init__(self, address: str, network: Network, remedy: str, clock: Clock) -> None:
        """`remedy` says, in a sentence, what to do where there is no such service or model. Raises
        `ModelUnavailable` where the settings allow no request."""
        self._address = _checked(address)
        self.base = self._address.removesuffix("/embed").removesuffix("/embeddings")
        self.host = urlsplit(self._address).netloc
        self._remedy = remedy
        self._network = network
        self._clock = clock
        try:
            self._headers = {"User-Agent": "askwell", **network.authorization()}
            self._http = network.client()
        except HubError as error:
            failure = ModelUnavailable(str(error))
        else:
            weakref.finalize(self, self._http.close)
            return
        raise failure  # here, and not above: what led to it may contain the token

    @property
    def place(self) -> str:
        """Where the service is, by whatever scheme: host and path."""
        return self._address.partition("://")[2]

    @property
    def path(self) -> str:
        """The path in its address; empty where the address is a host alone."""
        return urlsplit(self._address).path

    def embed(
        self, api: Api, texts: Sequence[str], effort: Effort, *, as_queries: bool = False
    ) -> Vectors:
        """Return the vectors of texts. They have unit length here, whatever length they came in.

        Raises `TooMuch` where fewer of them, or a shorter one, may be taken, and `EmbeddingError`
        where a text is not.
        """
        answer: NDArray[np.float32] | None = None
        refusal = ""
        try:
            body = api.body(texts, as_queries=as_queries)
            answered = _parsed(self._send(self.base + api.path, effort, body))
            if answered is not None:
                with np.errstate(over="ignore"):  # what is infinite is refused below
                    answer = np.array(api.rows(answered), dtype=np.float32)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
            pass  # refused below: this error would quote the answer
        except TooMuch as refused:
            refusal = str(refused)
        except Refused as refused:
            if not (refused.status in api.refusals and api.divisible(texts)):
                raise
            refusal = refused.said
        if not refusal:
            return self._unit(answer, len(texts))
        if api.divisible(texts):
            raise TooMuch(refusal)
        raise EmbeddingError(
            f"{self.host} does not take this text {refusal}. Change or shorten it: "
            f"{texts[0][:_SHOWN]!r}"
        )

    def ask(self, path: str, effort: Effort, body: Any = None) -> Any:
        """Return the JSON at a path below the base, or that answers `body` there; None where the
        service has none. Raises `TooMuch` where it does not take the body."""
        return _parsed(self.fetch(path, effort, body))

    def fetch(self, path: str, effort: Effort, body: Any = None) -> bytes | None:
        """Return the same as `ask`, whatever it is."""
        try:
            return self._send(self.base + path, effort, body)
        except Refused as refusal:
            if refusal.status not in _NOT_THERE:
                raise
        except TooMuch:  # some answer so to whatever they don't know
            if body is not None:
                raise
        return None

    def nonsense(self, got: str) -> ModelUnavailable:
        """Return the error that says what came instead of one vector a text."""
        return ModelUnavailable(
            f"{self.host} answered with {got}; expected one vector of numbers for each text. Is it "
            f"a service that embeds sentences? {self._remedy}"
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

    def _send(self, url: str, effort: Effort, body: Any = None) -> bytes:
        """Return the answer to `body`, as JSON, or to a mere request where there is none.

        Raises `TooMuch`, and `ModelUnavailable` where no answer comes: `Refused` where it was
        refused for a reason unknown here.
        """
        try:
            return retry(lambda seconds: self._try(url, seconds, body), effort, self._clock)
        except Busy as busy:
            said = str(busy)
        raise ServiceUnreachable(
            f"{self.host} {said}. Askwell tries for {effort.seconds:.0f} seconds at most. Try "
            f"again later; if it goes on, see whether the service runs."
        )

    def _try(self, url: str, seconds: float, body: Any) -> bytes:
        limit = max(_SHORTEST_SECONDS, min(ANSWER_SECONDS, seconds))
        try:
            response = self._http.request(
                "GET" if body is None else "POST",
                url,
                json=body,
                headers=self._headers,
                timeout=httpx2.Timeout(limit, connect=min(CONNECTING, limit)),
                # To another host, the client takes the token out of the headers.
                follow_redirects=body is None,
            )
        except httpx2.HTTPError as error:
            failure = self._unanswered(error)
        else:
            if response.is_success:
                return response.content
            failure = self._refusal(response)
        raise failure  # here, and not above: what led to it may contain the token

    def _unanswered(self, error: httpx2.HTTPError) -> Exception:
        if isinstance(error, httpx2.TimeoutException):
            return Busy("did not answer in time")
        reason = f"could not be asked: {self._network.reason(error)}"
        if isinstance(error, _PASSING) and not distrusted(error):
            return Busy(reason.rstrip("."))
        return ModelUnavailable(f"{self.host} {reason}")

    def _refusal(self, response: httpx2.Response) -> Exception:
        status, said = response.status_code, self._quoted(response)
        if status in _TOKEN_REFUSED and "Authorization" not in self._headers:
            return ModelUnavailable(
                f"{self.host} wants a token ({status}), and none is set. Put one into FAQ_TOKEN."
            )
        if status in _TOKEN_REFUSED:
            return ModelUnavailable(
                f"{self.host} does not accept the token ({status}). Put one that is valid, and may "
                f"use this service, into FAQ_TOKEN."
            )
        if status in _TOO_MUCH:
            return TooMuch(f"({status}){said}")
        if status in _BUSY:
            return _busy(response)
        if response.has_redirect_location:
            following = response.next_request
            target = following.url.netloc.decode() if following else "elsewhere"
            return ModelUnavailable(
                f"{self.host} sends on to {self._network.without_token(target)}, but texts go only "
                f"where a setting says. {self._remedy}"
            )
        what = "has nothing there" if status == httpx2.codes.NOT_FOUND else "refused"
        answered = f"({status}){said}"
        return Refused(status, answered, f"{self.host} {what} {answered}. {self._remedy}")

    def _quoted(self, response: httpx2.Response) -> str:
        """Return the service's own words, to follow a sentence; empty where it said nothing."""
        said = _parsed(response.content)
        if said is None and "html" not in response.headers.get("Content-Type", ""):
            said = response.text
        if isinstance(said, dict):
            said = said.get("error", said.get("message"))
        if isinstance(said, dict):  # OpenAI's
            said = said.get("message")
        return self._network.quoted(said)


def _parsed(content: bytes | None) -> Any:
    """Return what JSON says; None where there is none."""
    try:
        return json.loads(content or b"null")
    except (ValueError, RecursionError):
        return None


def _busy(response: httpx2.Response) -> Busy:
    what, asked = _BUSY[response.status_code], asked_for(response.headers)
    if asked:
        return Busy(f"{what}, and wants to be asked again in {asked:.0f} seconds", asked)
    # How many seconds loading the model will take, as Hugging Face guesses. However long, it is
    # asked again before.
    said = _parsed(response.content)
    guess = said.get("estimated_time") if isinstance(said, dict) else None
    if isinstance(guess, int | float) and guess > 0:
        return Busy(what, float(min(guess, LONGEST_SECONDS)))
    return Busy(what)


def _checked(address: str) -> str:
    """Return the address without a slash at its end. Raises `ModelUnavailable` where it is none."""
    address = address.strip()
    try:
        url = httpx2.URL(address)
        if url.scheme in ("http", "https") and url.host and not (url.userinfo or url.query):
            return urlsplit(address)._replace(fragment="").geturl().rstrip("/")
    except (httpx2.InvalidURL, ValueError):
        pass
    got = "one with more in it" if set("@?") & set(address) else repr(address)  # it may be secret
    raise ModelUnavailable(
        f"FAQ_ENDPOINT is not the address of a service: got {got}, expected https:// or http://, a "
        f"host, and perhaps a path. Correct it; a password or key belongs into FAQ_TOKEN."
    )
