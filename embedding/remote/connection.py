"""A connection to one service: requests, patience, and every failure as a sentence."""

import json
import weakref
from typing import Any
from urllib.parse import urlsplit

import httpx2

from embedding import ModelUnavailable, Network
from hub import HubError
from hub.network import CONNECTING, distrusted
from hub.retry import LONGEST_SECONDS, Busy, Clock, Effort, asked_for, retry

# A batch on a slow processor takes some seconds; a service that is silent for a minute is stuck.
ANSWER_SECONDS = 60.0
_SHORTEST_SECONDS = 0.1  # for a last try

_PASSING = (httpx2.NetworkError, httpx2.RemoteProtocolError)
_TOKEN_REFUSED = {401, 403}
_TOO_MUCH = {413, 422}
_BUSY = {
    429: "has too much to do (429)",
    502: "cannot be reached through its gateway (502)",
    503: "is not ready, most likely because it is still loading the model (503)",
    504: "did not answer its gateway in time (504)",
}


class TooMuch(Exception):
    """The service does not take these texts: too many, too long, or one that it cannot read."""


class Refused(ModelUnavailable):
    """The service answered with a status that no other error stands for."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Connection:
    """The way to the service at one address. Safe to share between threads.

    The service alone gets the token, which goes into a header of each request and nowhere else: not
    into a message, even where the service sends it back. No redirect is followed that would bring
    texts to where no setting says.
    """

    def __init__(self, address: str, network: Network, remedy: str, clock: Clock) -> None:
        """`remedy` says, in a sentence, what to do where there is no such service or model. Raises
        `ModelUnavailable` where the settings allow no request."""
        self.address = _checked(address)
        self.host = urlsplit(self.address).netloc
        self.remedy = remedy
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

    def send(self, url: str, effort: Effort, body: Any = None) -> bytes:
        """Return the answer to `body`, as JSON, or to a mere request where there is none.

        Asks again while the service is busy. Raises `TooMuch`, and `ModelUnavailable` where no
        answer comes: `Refused` where it was refused for a reason unknown here.
        """
        try:
            return retry(lambda seconds: self._try(url, seconds, body), effort, self._clock)
        except Busy as busy:
            said = str(busy)
        raise ModelUnavailable(
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
        raise failure  # here, and not above: what led to it may hold the token

    def _unanswered(self, error: httpx2.HTTPError) -> Exception:
        if isinstance(error, httpx2.TimeoutException):
            return Busy("did not answer in time")
        reason = f"could not be asked: {self._network.reason(error)}"
        if isinstance(error, _PASSING) and not distrusted(error):
            return Busy(reason.rstrip("."))
        return ModelUnavailable(f"{self.host} {reason}")

    def _refusal(self, response: httpx2.Response) -> Exception:
        status, said = response.status_code, self._quoted(response)
        if status in _TOKEN_REFUSED:
            return ModelUnavailable(self._token_refused(status))
        if status in _TOO_MUCH:
            return TooMuch(f"({status}){said}")
        if status in _BUSY:
            return _busy(response)
        if response.has_redirect_location:
            request = response.next_request
            target = (
                self._network.without_token(request.url.netloc.decode()) if request else "elsewhere"
            )
            return ModelUnavailable(
                f"{self.host} sends on to {target}, but texts go only where a setting says. "
                f"{self.remedy}"
            )
        what = "has nothing there" if status == httpx2.codes.NOT_FOUND else "refused"
        return Refused(status, f"{self.host} {what} ({status}){said}. {self.remedy}")

    def _token_refused(self, status: int) -> str:
        if "Authorization" not in self._headers:
            return f"{self.host} wants a token ({status}), and none is set. Put one into FAQ_TOKEN."
        return (
            f"{self.host} does not accept the token ({status}). Put one that is valid, and may use "
            f"this service, into FAQ_TOKEN."
        )

    def _quoted(self, response: httpx2.Response) -> str:
        """Return the service's own words, to follow a sentence; empty where it said nothing."""
        said = parsed(response.content)
        if said is None and "html" not in response.headers.get("Content-Type", ""):
            said = response.text
        if isinstance(said, dict):
            said = said.get("error", said.get("message"))
        return self._network.quoted(said)


def parsed(content: bytes | None) -> Any:
    """Return what JSON says; None where there is none."""
    try:
        return json.loads(content or b"null")
    except (ValueError, RecursionError):
        return None


def _busy(response: httpx2.Response) -> Busy:
    what, asked = _BUSY[response.status_code], asked_for(response.headers)
    if asked:
        return Busy(f"{what}, and wants to be asked again in {asked:.0f} seconds", asked)
    return Busy(what, _estimate(response))


def _estimate(response: httpx2.Response) -> float | None:
    """Return the seconds that loading the model will take, as Hugging Face guesses; None where
    nobody guesses. However long, it is asked again before."""
    said = parsed(response.content)
    guess = said.get("estimated_time") if isinstance(said, dict) else None
    if not isinstance(guess, int | float) or not guess > 0:
        return None
    return float(min(guess, LONGEST_SECONDS))


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
