"""What the Hub is asked about a dataset repository, and every refusal as a sentence.

The Hub's own client is not used, as for models: it hands large files to another transport, to which
our certificates are unknown, and where it is given no token it goes looking for one.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from embedding import ModelUnavailable, Network
from embedding.hub.cache import endpoint, forbidden
from embedding.hub.file import FOR_AN_ANSWER, patiently
from embedding.hub.listing import announced
from embedding.network import CONNECTING
from repository import RepositoryError

ANSWER_SECONDS = 60.0  # the Hub takes its time over a commit
_LONGEST_QUOTE = 200  # characters of the Hub's own words
_NOT_TAKEN = {429, 503}  # the Hub did nothing with what it was sent


@dataclass(frozen=True, slots=True)
class State:
    """A repository as it stands: its newest commit, who may read it, and its files."""

    commit: str
    private: bool
    files: frozenset[str]


class Hub:
    """The way to one dataset repository.

    The token goes to the Hub's own address alone: not to where it keeps large files, not into a
    message, and nowhere where FAQ_ENDPOINT names another service, whose token it is then.
    """

    def __init__(self, name: str, network: Network, client: httpx2.Client) -> None:
        self.name = name
        self.address = endpoint()
        self.host = urlsplit(self.address).netloc.rpartition("@")[2]
        self._network = network
        self._client = client

    @property
    def page(self) -> str:
        """Where people see the dataset."""
        return f"{self.address}/datasets/{self.name}"

    @property
    def knows_us(self) -> bool:
        """Whether a token goes with every request."""
        return "Authorization" in self._client.headers

    def state(self) -> State | None:
        """Return what stands there; None where there is nothing that we may see."""
        url = f"{self.address}/api/datasets/{self.name}"
        hidden = {404} if self.knows_us else {401, 404}

        def ask() -> httpx2.Response:
            response = self._client.get(url)
            return response if response.status_code in hidden else response.raise_for_status()

        with self._sentences():
            response = patiently(ask, FOR_AN_ANSWER)
        if response.status_code in hidden:
            return None
        answer = self._answer(response)
        try:
            if str(answer["id"]).lower() != self.name.lower():
                raise RepositoryError(
                    f"The dataset {self.name} is called {str(answer['id'])[:100]} by now. Name "
                    "that one."
                )
            files = frozenset(str(one["rfilename"]) for one in answer["siblings"])
            return State(str(answer["sha"]), answer["private"] is True, files)
        except (KeyError, TypeError):
            raise self._no_hub(url) from None

    def post(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None, *, again: bool = True
    ) -> Any:
        """Return the JSON that answers a body, given as bytes or as what JSON holds.

        With `again`, it is sent again while that may help; without, only where the Hub certainly
        did nothing with it.
        """
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = self._client.build_request(
            "POST",
            f"{self.address}{path}",
            content=content,
            headers={"Content-Type": "application/json"} | dict(headers or {}),
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECTING),
        )

        def send() -> httpx2.Response:
            # What a redirect leads to, nobody has named.
            return self._client.send(request, follow_redirects=False).raise_for_status()

        def send_once() -> httpx2.Response:
            try:
                return send()
            except httpx2.HTTPStatusError as error:
                if error.response.status_code in _NOT_TAKEN or not error.response.is_server_error:
                    raise
                said = f"answered {error.response.status_code}"
            except httpx2.ConnectError:
                raise
            except httpx2.TransportError:
                said = "was cut off before it answered"
            raise RepositoryError(
                f"{self.host} {said}, so whether it has arrived is not known. Look at {self.page}; "
                "publishing again does no harm."
            )

        with self._sentences():
            return self._answer(patiently(send if again else send_once, FOR_AN_ANSWER))

    def fetch(self, path: str, commit: str, to: Path, on_bytes: Callable[[int], None]) -> None:
        """Bring a file, as it stood at a commit, to `to`."""
        with self._sentences():
            file = announced(self._client, f"datasets/{self.name}", commit, path)
            file.fetch(self._client, to, on_bytes)

    def put(
        self, url: str, headers: Mapping[str, str], file: Path, on_bytes: Callable[[int], None]
    ) -> None:
        """Send a file to where the Hub wants it kept. The token does not go there."""
        if urlsplit(self.address).scheme == "https" and urlsplit(url).scheme != "https":
            raise RepositoryError(
                f"{self.host} wants the file sent where everybody can read along."
            )
        size = file.stat().st_size

        def content() -> Iterator[bytes]:
            done = 0
            with file.open("rb") as opened:
                while chunk := opened.read(1 << 16):
                    yield chunk
                    done += len(chunk)
                    on_bytes(done)

        with self._sentences(), self._network.client() as storage:
            storage.follow_redirects = False
            storage.timeout = httpx2.Timeout(ANSWER_SECONDS, connect=CONNECTING)
            sent = dict(headers) | {"Content-Length": str(size)}
            patiently(
                lambda: storage.put(url, content=content(), headers=sent).raise_for_status(),
                FOR_AN_ANSWER,
            )

    def _answer(self, response: httpx2.Response) -> Any:
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise self._no_hub(str(response.url)) from None

    def _no_hub(self, url: str) -> RepositoryError:
        return RepositoryError(
            f"{url} does not answer as the Hub does. A proxy or a firewall may have put its own "
            "page there: open the address in a browser. HF_ENDPOINT names another Hub."
        )

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Turn what goes wrong on the way into a `RepositoryError`."""
        try:
            yield
        except httpx2.HTTPStatusError as error:
            failure = self._refusal(error.response)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            reason = self._network.without_token(self._network.reason(error))
            failure = RepositoryError(f"{self.host} could not be asked: {reason}")
        except ModelUnavailable as error:
            failure = RepositoryError(str(error))
        else:
            return
        raise failure  # here, and not above: what led to it may hold the token

    def _refusal(self, response: httpx2.Response) -> RepositoryError:
        status = response.status_code
        if response.headers.get("X-Error-Code") == "GatedRepo":
            return RepositoryError(
                f"The dataset {self.name} is given only to whom its owners let in. Ask them at "
                f"{self.page}, and name a token of that account in FAQ_TOKEN."
            )
        if status == 401 and self.knows_us:
            return RepositoryError(
                "The Hub does not accept the token in FAQ_TOKEN (or HF_TOKEN). Copy it again, or "
                "make a new one."
            )
        if status == 403:
            return RepositoryError(
                f"The token in FAQ_TOKEN (or HF_TOKEN) does not allow that for {self.name}"
                f"{self._quoted(response)}. Take one that may write there, or another name."
            )
        if status == 409:
            return RepositoryError(
                f"{self.host} has something at {self.name} already, which this token may not see"
                f"{self._quoted(response)}. Choose another name, or take another token."
            )
        if status == 412:
            return RepositoryError(
                f"Somebody else changed {self.name} meanwhile; nothing of theirs was overwritten. "
                "Look at it, and publish again."
            )
        if status == 429:
            return RepositoryError(f"{self.host} has too much to do (429). Try again later.")
        if response.is_redirect:
            return RepositoryError(
                f"{self.host} sends on to somewhere else ({status}), but text goes only where it "
                f"was meant to go. See on {self.page} whether the dataset was renamed."
            )
        return RepositoryError(
            f"{response.url.host} refused ({status}){self._quoted(response)}. Try again later; if "
            "that does not help, ask who runs that machine or the proxy to it."
        )

    def _quoted(self, response: httpx2.Response) -> str:
        """Return the Hub's own words, to follow a sentence; empty where it said nothing."""
        said: Any = response.headers.get("X-Error-Message")
        if not said:
            try:
                said = response.json().get("error")
            except (ValueError, AttributeError, RecursionError, httpx2.ResponseNotRead):
                said = None
        words = " ".join(self._network.without_token(said if isinstance(said, str) else "").split())
        return f": {words[:_LONGEST_QUOTE].rstrip('.')}" if words else ""


@contextmanager
def reached(name: str, network: Network) -> Iterator[Hub]:
    """Give the way to a dataset repository. Raises `RepositoryError`; where the settings forbid
    connections, none is opened."""
    if refused := forbidden():
        raise RepositoryError(f"{refused} forbids to open a connection. Take it back first.")
    try:
        client = network.client()
        headers = {} if network.endpoint else network.authorization()
    except ModelUnavailable as error:
        raise RepositoryError(str(error)) from None
    with client:
        # Of a compressed file the size is unknown, and a part useless.
        client.headers |= {"User-Agent": "askwell", "Accept-Encoding": "identity", **headers}
        yield Hub(name, network, client)
