"""A small server that serves a model's folder as the Hub does, and can be told to misbehave.

As on the Hub, a large file (here: its weights) is a redirect to another machine, which serves bytes
to whoever brings no token, and whose redirect says what the file is.
"""

import hashlib
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
from huggingface_hub import constants

from tests.hub.serving import Quiet, serving

COMMIT = "c0ffee" + "0" * 34
LARGE = ".safetensors"
_BLOCK = 10_000  # bytes


class Asked(NamedTuple):
    """A request that came in; `start` is where its Range begins, 0 without one."""

    method: str
    path: str
    start: int
    authorization: str | None


@dataclass
class StandInHub:
    """What the servers share: the files, what was asked, and how to misbehave."""

    folder: Path
    name: str = "some/model"
    former_name: str = "former/name"  # leads to the present one
    commit: str = COMMIT
    url: str = ""
    elsewhere: str = ""
    asked: list[Asked] = field(default_factory=list)
    spoilt: dict[str, bytes] = field(default_factory=dict)  # other content than is announced
    cuts: dict[str, Iterator[int]] = field(default_factory=dict)  # how much the next answers bring
    refusals: Iterator[tuple[int, dict[str, str]]] = field(default_factory=lambda: iter(()))
    listed: list[str] | None = None  # other files than there are
    knows_ranges: bool = True
    says_length: bool = True
    seconds_a_block: float = 0.0

    @property
    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    def starts(self, path: str) -> list[int]:
        """Return from which byte on a file's content was asked for, each time."""
        return [a.start for a in self.asked if a.method == "GET" and a.path.endswith(path)]


def name_endpoint(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Do what HF_ENDPOINT does when the Hub's own client is imported."""
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = f"{url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


@contextmanager
def served(folder: Path, certificate: Path | None = None) -> Iterator[StandInHub]:
    """Serve a model's folder; over TLS where there is a certificate, with its key in the file."""
    hub = StandInHub(folder)
    with (
        serving(_Handler, hub, certificate) as hub.url,
        serving(_Handler, hub, certificate) as hub.elsewhere,
    ):
        yield hub


class _Handler(Quiet):
    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub: StandInHub = self.server.play
        self.path = self.path.partition("?")[0]
        start = int(re.sub(r"bytes=(\d+)-", r"\1", self.headers.get("Range", "0")))
        hub.asked.append(Asked(self.command, self.path, start, self.headers.get("Authorization")))
        if refusal := next(hub.refusals, None):
            self._send(refusal[0], refusal[1])
        elif f"/{hub.former_name}/" in self.path:
            self._send(307, {"Location": self.path.replace(hub.former_name, hub.name)})
        elif re.fullmatch(f"/api/models/{hub.name}/revision/(main|{hub.commit})", self.path):
            listed = hub.files if hub.listed is None else dict.fromkeys(hub.listed, b"")
            siblings = [_announced(path, content) for path, content in listed.items()]
            answer = {"id": hub.name, "sha": hub.commit, "siblings": siblings}
            self._send(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())
        elif self.path.startswith(f"/api/models/{hub.name}/"):
            self._send(404, {"X-Error-Code": "RevisionNotFound"})
        elif self.path.startswith(before := f"/{hub.name}/resolve/{hub.commit}/"):
            self._send_file(self.path.removeprefix(before), start)
        elif self.path.startswith("/bytes/"):
            if self.headers.get("Authorization"):
                self._send(400)  # it has other ways to know who may read
            else:
                self._send_bytes(self.path.removeprefix("/bytes/"), start, {})
        else:
            self._send(401, {"X-Error-Message": "Invalid username or password."})

    def _send_file(self, path: str, start: int) -> None:
        hub: StandInHub = self.server.play
        content = hub.files[path]
        said = {"X-Repo-Commit": hub.commit}
        if path.endswith(LARGE):
            said["X-Linked-Etag"] = f'"{hashlib.sha256(content).hexdigest()}"'
            said["X-Linked-Size"] = str(len(content))
            said["Location"] = f"{hub.elsewhere}/bytes/{path}"
            self._send(302, said)
        else:
            said["ETag"] = f'"{git_hash(content)}"'
            self._send_bytes(path, start, said)

    def _send_bytes(self, path: str, start: int, said: dict[str, str]) -> None:
        hub: StandInHub = self.server.play
        content, cut = hub.files[path], None
        if self.command == "GET":
            content = hub.spoilt.get(path, content)
            cut = next(hub.cuts.get(path, iter(())), None)
        if not start or not hub.knows_ranges:
            self._send(200, said, content, cut)
        elif start >= len(content):
            self._send(416, {"Content-Range": f"bytes */{len(content)}"})
        else:
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(206, said | {"Content-Range": place}, content[start:], cut)

    def _send(
        self,
        status: int,
        said: dict[str, str] | None = None,
        content: bytes = b"",
        cut: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (said or {}).items():
            self.send_header(name, value)
        if self.command == "HEAD" or not content or self.server.play.says_length:
            self.send_header("Content-Length", str(len(content)))
        else:  # the end of the connection is the end of the answer
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            return
        for place in range(0, len(content[:cut]), _BLOCK):
            self.wfile.write(content[:cut][place : place + _BLOCK])
            time.sleep(self.server.play.seconds_a_block)
        if cut is not None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)


def git_hash(content: bytes) -> str:
    """Return what git calls a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _announced(path: str, content: bytes) -> dict[str, object]:
    known: dict[str, object] = {"rfilename": path, "size": len(content)}
    if path.endswith(LARGE):
        digest = hashlib.sha256(content).hexdigest()
        known["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 130}
    return known | {"blobId": git_hash(content)}
