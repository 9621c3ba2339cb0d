"""One repository on the Hub: `huggingface_hub` over our own connections, its errors as sentences.

Imported only where a download or a publication runs.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from json import JSONDecodeError
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

import httpx2
from huggingface_hub import HfApi, constants, set_client_factory
from huggingface_hub.errors import FileMetadataError, HfHubHTTPError, LocalEntryNotFoundError

from hub import Absent, HubError, Undelivered, endpoint
from hub.files import HubFile
from hub.network import CONNECTING, SILENCE, Network, distrusted
from hub.retry import LONGEST_SECONDS, Busy, Clock, Effort, asked_for, retry

EFFORT = Effort(seconds=30.0, tries=6)
CLOCK = Clock()
ANSWER_SECONDS = 60.0  # the Hub takes its time over a commit
CHUNK = 1 << 20  # bytes, after each of which a download reports progress and can be stopped

_SENDING = {"POST", "PUT"}
_NOT_TAKEN = {429, 503}  # the Hub did nothing with what it was sent
_PASSING = _NOT_TAKEN | {408, 500, 502, 504}
_REFUSED = (HfHubHTTPError, httpx2.HTTPStatusError)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class State:
    """A repository at one commit: what it is called now, who may read it, and its files."""

    name: str
    commit: str
    private: bool
    files: dict[str, HubFile]


class Hub:
    """The way to one repository.

    The token goes to the Hub's own address alone: not to where it keeps large files, not into a
    message, and nowhere where FAQ_ENDPOINT names another service, whose token it is then. Raises
    `HubError` where the settings forbid connections, before any is opened.
    """

    def __init__(self, kind: Literal["model", "dataset"], name: str, network: Network) -> None:
        if setting := network.hub_forbidden_by():
            raise HubError(f"{setting} forbids to open a connection. Set it to no first.")
        self.kind = kind
        self.name = name
        self.address = endpoint()
        self.host = urlsplit(self.address).netloc.rpartition("@")[2]
        self._network = network
        token = "" if network.endpoint else network.checked_token()
        self._has_token = bool(token)
        # False: it shall not look for one on this machine.
        self.api = HfApi(self.address, token or False, headers={"user-agent": "askwell"})
        _use(network)

    @property
    def page(self) -> str:
        """Where people see the repository."""
        return f"{self.address}/{'datasets/' if self.kind == 'dataset' else ''}{self.name}"

    def ask(self, work: Callable[[], Answer]) -> Answer:
        """Return what `work` gets from the Hub, done again while what stops it may pass.

        Raises `HubError`; the error that led to it is dropped, for it may contain the token.
        """

        def attempt(_: float) -> Answer:
            try:
                return work()
            except Exception as error:
                failed = _unwrapped(error)
                if not _passes(failed):
                    raise
                headers = failed.response.headers if isinstance(failed, _REFUSED) else {}
                raise Busy("", asked_for(headers)) from failed

        try:
            return retry(attempt, EFFORT, CLOCK)
        except Busy as busy:
            failed: BaseException = busy.__cause__ or busy
        except Exception as error:
            failed = _unwrapped(error)
        raise self._described(failed)

    def state(self, revision: str | None = None) -> State:
        """Return the repository at a revision, None for the newest. Raises `Absent`."""

        def look() -> State:
            # Without a time limit, this waits for ever.
            ask = self.api.model_info if self.kind == "model" else self.api.dataset_info
            info = ask(self.name, revision=revision, files_metadata=True, timeout=SILENCE)
            if not constants.REGEX_COMMIT_OID.fullmatch(info.sha or ""):
                raise TypeError("there is no commit")
            files = {file.rfilename: HubFile.of(file) for file in info.siblings or ()}
            return State(info.id, info.sha or "", info.private is True, files)

        return self.ask(look)

    def _described(self, error: BaseException) -> BaseException:
        """Return what to raise for an error: a sentence, or the error where it is not the Hub's."""
        if isinstance(error, _REFUSED):
            return self._refusal(error.response)
        if isinstance(error, httpx2.HTTPError | httpx2.InvalidURL):
            if _of_commit(error) and not isinstance(error, httpx2.ConnectError):
                return self._unknown("was cut off before it answered")
            reason = self._network.reason(error)
            return Undelivered(f"{self.host} could not be asked for the {self._what}. {reason}")
        if isinstance(error, JSONDecodeError | FileMetadataError | TypeError | KeyError):
            return Undelivered(
                f"{self.host} does not answer as the Hub does. A proxy or a firewall may have put "
                f"its own page there: open {self.page} in a browser. HF_ENDPOINT names another Hub."
            )
        if isinstance(error, ValueError):
            return HubError(
                f"{self.host} does not take this for the {self._what}"
                f"{self._network.quoted(str(error))}. If it is no Hub: HF_ENDPOINT names another "
                "Hub."
            )
        if isinstance(error, OSError):
            return HubError(
                f"The {self._what} could not be kept in {error.filename or constants.HF_HUB_CACHE}:"
                f" {error.strerror or error}. Make room there, or name another folder in HF_HOME."
            )
        return error

    @property
    def _what(self) -> str:
        return f"{self.kind} {self.name}"

    def _unknown(self, what: str) -> HubError:
        return HubError(
            f"{self.host} {what}, so whether it has arrived is not known. Look at {self.page}; "
            "publishing again does no harm."
        )

    def _refusal(self, response: httpx2.Response) -> HubError:
        """Return the error for a request that the Hub refused."""
        status, code = response.status_code, response.headers.get("X-Error-Code", "")
        said = self._network.quoted(_message(response))
        if code == "GatedRepo":
            return HubError(
                f"The {self._what} is only for people whom its owners let in. Ask them at "
                f"{self.page}, and put a token of that account into FAQ_TOKEN."
            )
        if code == "RevisionNotFound":
            revision = unquote(response.url.path.rpartition("/revision/")[2])
            return HubError(
                f"The {self._what} has no revision {revision}. Name another one, or none."
            )
        if status == 401 and self._has_token:
            return HubError(
                "The Hub does not accept the token in FAQ_TOKEN (or HF_TOKEN). Copy it again, or "
                "make a new one; without one, everything public can be read."
            )
        if status in (401, 404) and "/api/" in response.url.path:
            return Absent(
                f"The Hub has no public {self._what}. Correct the name, or put a token of an "
                "account that may read it into FAQ_TOKEN."
            )
        if status == 403 and self._has_token:
            return HubError(
                f"The token in FAQ_TOKEN (or HF_TOKEN) does not allow that for {self.name}{said}. "
                "Take one that may do it, or another name."
            )
        if status == 409:
            return HubError(
                f"{self.host} has something at {self.name} already, which this token may not see"
                f"{said}. Choose another name, or take another token."
            )
        if status == 412:
            return HubError(
                f"Somebody else changed {self.name} at the same time; nothing of theirs was "
                "overwritten. Look at it, and publish again."
            )
        if status == 429:
            return Undelivered(f"{self.host} has too much to do (429). Try again later.")
        if response.is_redirect:
            return HubError(
                f"{self.host} sends on to somewhere else ({status}), but text goes only where a "
                f"setting says. See on {self.page} whether it was renamed."
            )
        if status >= 500 and status not in _NOT_TAKEN and "/commit/" in response.url.path:
            return self._unknown(f"answered {status}")
        return Undelivered(
            f"{response.url.host} refused the {self._what} ({status}){said}. Try again later; if "
            "that does not help, ask who runs that machine or the proxy to it."
        )


_using = threading.Lock()
_used: Network | None = None


def _use(network: Network) -> None:
    """Let huggingface_hub, which has one connection for the whole process, reach out so."""
    global _used
    with _using:
        if network != _used:
            # What it warns of, our errors say.
            logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
            constants.DOWNLOAD_CHUNK_SIZE = CHUNK
            set_client_factory(partial(_client, network))
            _used = network


def _client(network: Network) -> httpx2.Client:
    client = network.client()
    client.timeout = httpx2.Timeout(ANSWER_SECONDS, connect=CONNECTING)
    client.event_hooks = {"request": [_guard], "response": [_limit]}
    return client


def _guard(request: httpx2.Request) -> None:
    """Keep the token for the Hub, and texts for it and for where it keeps files."""
    home, url = httpx2.URL(endpoint()), request.url
    if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
        request.headers.pop("Authorization", None)
        if request.method == "POST":
            raise HubError(
                f"{home.host} wants {url.host} to be asked, which no setting names. HF_ENDPOINT "
                "names another Hub."
            )
    if request.method in _SENDING and home.scheme == "https" != url.scheme:
        raise HubError(f"{home.host} wants the file sent where everybody can read along.")


def _limit(response: httpx2.Response) -> None:
    """Refuse to follow with texts, or to wait for longer than anybody would."""
    wait = asked_for(response.headers) or 0.0
    response.headers.pop("ratelimit", None)  # a wait of up to five minutes
    if wait > LONGEST_SECONDS or (response.is_redirect and response.request.method in _SENDING):
        response.raise_for_status()


def _unwrapped(error: BaseException) -> BaseException:
    """Return the error inside those in which huggingface_hub wraps what went wrong on the way."""
    wrapped = isinstance(error, LocalEntryNotFoundError | RuntimeError)
    return error.__cause__ if wrapped and error.__cause__ else error


def _passes(error: BaseException) -> bool:
    """Return whether the same may work later, and does no harm if it has worked already."""
    if isinstance(error, _REFUSED):
        passing = _NOT_TAKEN if "/commit/" in error.response.url.path else _PASSING
        return error.response.status_code in passing
    if isinstance(error, httpx2.ConnectError):
        return distrusted(error) is None
    transient = httpx2.NetworkError | httpx2.TimeoutException | httpx2.RemoteProtocolError
    return isinstance(error, transient) and not _of_commit(error)


def _of_commit(error: Any) -> bool:
    try:
        return "/commit/" in error.request.url.path
    except (AttributeError, RuntimeError):  # there was no request yet
        return False


def _message(response: httpx2.Response) -> object:
    """Return what the Hub says of a refusal, as far as it says anything."""
    try:
        return response.headers.get("X-Error-Message") or response.json().get("error")
    except (ValueError, AttributeError, RecursionError, httpx2.ResponseNotRead):
        return None
