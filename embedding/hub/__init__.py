"""The Hub: a model's files there, brought here whole or not at all.

The Hub's own client is not used for it: after a cut it begins anew, it compares sizes but no
hashes, and it hands large files to another transport, to which our certificates are unknown.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from huggingface_hub import constants
from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]

from embedding import Download, ModelUnavailable, Network
from embedding.hub.cache import KNOWN_BY, Draft, cache_folder
from embedding.hub.file import Undelivered
from embedding.hub.listing import listing

TELL_EVERY = 0.1  # seconds


def download(
    name: str, revision: str | None, network: Network, on_download: Callable[[Download], None]
) -> Path:
    """Return the folder, in the Hub's cache, of a model that was not whole there.

    What an earlier call or another process brought here is gone on with; of two processes, one
    waits for the other. `on_download` hears now and then how far it is, in bytes over all files.

    Raises `ModelUnavailable`; it is `Undelivered` where another way may still lead to the model.
    """
    try:
        with network.client() as client:
            # Of a compressed file the size is unknown, and a part useless.
            client.headers |= {"User-Agent": "askwell", "Accept-Encoding": "identity"}
            if network.endpoint is None:  # else the token is that service's
                client.headers |= network.authorization()
            return _bring(client, name, revision, on_download)
    except httpx2.HTTPStatusError as error:
        raise _refusal(error.response, name, revision, network) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Undelivered(
            f"The model {name} could not be downloaded. {network.reason(error)}"
        ) from error
    except OSError as error:
        raise ModelUnavailable(
            f"The model {name} could not be kept in {cache_folder()}: {error.strerror or error}. "
            f"Make room there, or name another folder in HF_HOME."
        ) from error


def _bring(
    client: httpx2.Client,
    name: str,
    revision: str | None,
    on_download: Callable[[Download], None],
) -> Path:
    commit, files = listing(client, name, revision)
    draft = Draft(name, commit)
    draft.lock.parent.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(draft.lock):
        missing = [f for f in files if not f.is_whole(draft.installed(f.path))]
        if missing:  # what a model is known by comes last, and so once more
            missing = [f for f in files if f in missing or f.path == KNOWN_BY]
        progress = _Progress(sum(f.size for f in files), sum(f.size for f in missing), on_download)
        for file in missing:
            file.fetch(client, draft.begun(file.path), progress.on_bytes)
            progress.next_file(file.size)
        return draft.install([f.path for f in missing], revision)


class _Progress:
    """Tells of a download, not too often, and never of less than before."""

    def __init__(self, total: int, missing: int, tell: Callable[[Download], None]) -> None:
        self._total = total
        self._before = total - missing  # the bytes of files that are done with
        self._done = -1
        self._tell = tell
        self._told_at = -math.inf

    def on_bytes(self, size: int) -> None:
        """Hear how much of the present file is here."""
        done = self._before + size
        now = time.monotonic()
        if done > self._done and (now - self._told_at >= TELL_EVERY or done == self._total):
            self._done, self._told_at = done, now
            self._tell(Download(done, self._total))

    def next_file(self, size: int) -> None:
        """Hear that the present file, of this size, is done with."""
        self._before += size


def _refusal(
    response: httpx2.Response, name: str, revision: str | None, network: Network
) -> ModelUnavailable:
    """Return the error for a request that the Hub refused."""
    code = response.headers.get("X-Error-Code", "")
    status = response.status_code
    if code == "GatedRepo":
        return ModelUnavailable(
            f"The model {name} is given only to whom its owners let in. Ask them at "
            f"{constants.ENDPOINT}/{name}, and name a token of that account in FAQ_TOKEN."
        )
    if code == "RevisionNotFound":
        return ModelUnavailable(
            f"The model {name} has no revision {revision}. Name another in FAQ_MODEL, or none."
        )
    if status == 401 and "Authorization" in response.request.headers:
        return ModelUnavailable(
            f"The Hub does not accept the token in FAQ_TOKEN (or HF_TOKEN), which it was given "
            f"for the model {name}. Correct it, or name none: a public model needs none."
        )
    if status in (401, 404) and "/api/models/" in response.url.path:
        return ModelUnavailable(
            f"The Hub has no public model {name}, and there is no directory of that name. Correct "
            f"FAQ_MODEL, or name a token of an account that may read it in FAQ_TOKEN."
        )
    said = network.without_token(response.headers.get("X-Error-Message", response.reason_phrase))
    return Undelivered(
        f"The model {name} could not be downloaded: {response.url.host} answered {status} {said}. "
        f"Try again later; if that does not help, ask who runs that machine or the proxy to it."
    )
