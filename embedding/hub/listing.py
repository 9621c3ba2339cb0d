"""What the Hub tells of a model: its commit, and the files that it needs."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import quote

import httpx2
from huggingface_hub import constants

from embedding import ModelUnavailable
from embedding.hub.cache import KNOWN_BY, NEWEST
from embedding.hub.file import FOR_AN_ANSWER, HubFile, Undelivered, patiently

# Repositories also hold the same weights for other runtimes, several times the size.
_NEEDED = {".json", ".txt", ".model", ".safetensors"}
_UNNEEDED = {"onnx", "openvino"}

_DESCRIBED = {"x-linked-etag", "x-linked-size"}


def listing(client: httpx2.Client, name: str, revision: str | None) -> tuple[str, list[HubFile]]:
    """Return the commit of a revision, and the files of it that a model needs.

    Raises `ModelUnavailable` and `httpx2.HTTPError`.
    """
    wanted = quote(revision or NEWEST, safe="")
    url = f"{constants.ENDPOINT}/api/models/{name}/revision/{wanted}"
    response = _ask(client, client.build_request("GET", url))
    try:
        answer = response.json()
        commit = re.fullmatch("[0-9a-f]{40}", answer["sha"])
        paths = [str(entry["rfilename"]) for entry in answer["siblings"]]
    except (ValueError, KeyError, TypeError):
        commit = None
    if commit is None:
        raise _no_hub(url)
    needed = _needed(paths)
    if KNOWN_BY not in needed:
        raise ModelUnavailable(
            f"The model {name} is none of sentence-transformers: it has no {KNOWN_BY}. Name "
            f"another in FAQ_MODEL."
        )
    return commit[0], [announced(client, name, commit[0], path) for path in needed]


def _needed(paths: Iterable[str]) -> list[str]:
    """Return the files to bring: pickled weights only where their folder has no others."""
    useful = [path for path in map(PurePosixPath, paths) if not _UNNEEDED & {*path.parts[:1]}]
    safe = {path.parent for path in useful if path.suffix == ".safetensors"}
    needed = [
        path
        for path in useful
        if path.suffix in _NEEDED or (path.match("pytorch_model*.bin") and path.parent not in safe)
    ]
    for path in needed:
        if path.is_absolute() or ".." in path.parts or re.search(r"[\\:]", str(path)):
            raise ModelUnavailable(
                f"The Hub lists a file that lies outside of its model: {path}. Name another model "
                f"in FAQ_MODEL."
            )
    return [str(path) for path in needed]


def announced(client: httpx2.Client, name: str, commit: str, path: str) -> HubFile:
    """Return what the Hub says of a file of a model, or of a dataset, which is then named
    `datasets/owner/name`. Raises `ModelUnavailable` and `httpx2.HTTPError`."""
    url = f"{constants.ENDPOINT}/{name}/resolve/{commit}/{quote(path)}"
    response = _ask(client, client.build_request("HEAD", url), follow=False)
    # A large file lies on another machine, which knows bytes alone: what they are stands on the
    # redirect to it. Other redirects say nothing, and are followed.
    for _ in range(client.max_redirects):
        if response.next_request is None or response.headers.keys() >= _DESCRIBED:
            break
        response = _ask(client, response.next_request, follow=False)
    said = response.headers
    digest = said.get("X-Linked-Etag") or said.get("ETag") or ""
    size = said.get("X-Linked-Size") or said.get("Content-Length") or ""
    if not digest or not size.isdecimal():
        raise _no_hub(url)
    return HubFile(path, url, int(size), digest.removeprefix("W/").strip('"'))


def _ask(client: httpx2.Client, request: httpx2.Request, *, follow: bool = True) -> httpx2.Response:
    """Return the answer; it is a redirect only where those are not to be followed.

    Raises `httpx2.HTTPError`.
    """

    def asked() -> httpx2.Response:
        response = client.send(request, follow_redirects=follow)
        return response if response.next_request else response.raise_for_status()

    return patiently(asked, FOR_AN_ANSWER)


def _no_hub(url: str) -> ModelUnavailable:
    return Undelivered(
        f"{url} does not answer as the Hub does. A proxy or a firewall may have put its own page "
        f"there: open the address in a browser. HF_ENDPOINT names another Hub."
    )
