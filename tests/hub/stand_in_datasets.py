"""A small server that keeps datasets as the Hub does, and can be told to misbehave.

As on the Hub, large files lie on another machine, which takes and gives them by addresses that are
good by themselves, and refuses whoever shows it a token.
"""

import base64
import hashlib
import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.hub.serving import Quiet, serving
from tests.hub.stand_in_models import git_hash

TOKEN = "hf_secret"
LIMITED = "hf_reads_only"


class Asked(NamedTuple):
    """A request that came in, and where: at the Hub itself, or at the other machine."""

    method: str
    path: str
    at_hub: bool
    authorization: str | None
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Repository:
    """A dataset; each commit holds all of its files, large ones by their hash."""

    visibility: str
    commits: list[dict[str, bytes | str]] = field(default_factory=lambda: [{".gitattributes": b""}])

    @property
    def sha(self) -> str:
        return f"{len(self.commits):040x}"


@dataclass
class StandInDatasets:
    """What the servers share: the datasets, what was asked, and how to misbehave."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    # By a part of the path: what the next answers there are instead, status and body.
    refusals: dict[str, Iterator[tuple[int, dict[str, Any]]]] = field(default_factory=dict)
    # By a part of the path: whether the next connections there are cut, before it is done or after.
    cuts: dict[str, Iterator[str]] = field(default_factory=dict)
    refusal_headers: dict[str, str] = field(default_factory=dict)
    verify: str = ""  # another address for it than the Hub's own
    makes: str = ""  # another visibility than was asked for
    redirects: dict[str, str] = field(default_factory=dict)
    url: str = ""
    elsewhere: str = ""

    def files(self, name: str) -> dict[str, bytes]:
        """Return the files of a dataset as they stand now."""
        files = self.repositories[name].commits[-1]
        return {p: self.large[c] if isinstance(c, str) else c for p, c in files.items()}

    def paths(self, method: str) -> list[str]:
        return [asked.path for asked in self.asked if asked.method == method]


@contextmanager
def served(certificate: Path | None = None) -> Iterator[StandInDatasets]:
    """Serve datasets, none at first; over TLS where there is a certificate, with its key."""
    hub = StandInDatasets()
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

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub: StandInDatasets = self.server.play
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        at_hub = hub.url.endswith(f":{self.server.server_port}")
        asked = Asked(self.command, self.path, at_hub, self.headers.get("Authorization"), body)
        hub.asked.append(asked)
        cut = next((next(when, "") for part, when in hub.cuts.items() if part in self.path), "")
        if cut == "before":
            return self._hang_up()
        for part, refusals in hub.refusals.items():
            if part in self.path and (refusal := next(refusals, None)):
                return self._send(*refusal, hub.refusal_headers)
        status, answer, headers = self._done(asked) if at_hub else self._stored(asked)
        if cut == "after":
            return self._hang_up()
        return self._send(status, answer, headers)

    def _done(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        """Do what is asked of the Hub; return status, answer and headers."""
        hub, path = self.server.play, self.path.partition("?")[0]
        for former, present in hub.redirects.items():
            if path.startswith(former):
                return 307, None, {"Location": present + path.removeprefix(former)}
        if asked.authorization not in (None, f"Bearer {TOKEN}", f"Bearer {LIMITED}"):
            return 401, {"error": f"Invalid token {asked.authorization}"}, {}
        found = re.match(
            r"/(?:api/)?datasets/([^/]+/[^/]+?)(?:\.git)?(?:/(info|commit|preupload|resolve|"
            r"revision)\b(.*))?$",
            path,
        )
        if path == "/api/repos/create":
            return self._create(asked)
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}, {}
        if path == "/verify":
            known = hub.large.get(asked.json["oid"])
            fits = known is not None and len(known) == asked.json["size"]
            return (200, {}, {}) if fits and asked.authorization else (404, {}, {})
        if not found:
            return 404, {"error": "Not found"}, {}
        name, what, rest = found.groups()
        repository = hub.repositories.get(name)
        hidden = repository is None or (
            repository.visibility == "private" and not asked.authorization
        )
        if hidden or repository is None:
            return (404 if asked.authorization else 401), {}, {"X-Error-Code": "RepoNotFound"}
        if asked.method == "POST" and asked.authorization != f"Bearer {TOKEN}":
            return 403, {"error": "You don't have the rights to write there."}, {}
        if what == "info":
            return (
                200,
                {"transfer": "basic", "objects": [self._wanted(asked.json["objects"][0])]},
                {},
            )
        if what == "preupload":
            modes = [
                {"path": one["path"], "shouldIgnore": False, "uploadMode": _mode(one["path"])}
                for one in asked.json["files"]
            ]
            return 200, {"files": modes}, {}
        if what == "commit":
            return self._commit(name, repository, asked.body)
        if what == "resolve":
            return self._file(repository, rest)
        files = [self._announced(*one) for one in repository.commits[-1].items()]
        private = repository.visibility == "private"
        return 200, {"id": name, "sha": repository.sha, "private": private, "siblings": files}, {}

    def _announced(self, path: str, content: bytes | str) -> dict[str, Any]:
        if isinstance(content, bytes):
            return {"rfilename": path, "size": len(content), "blobId": git_hash(content)}
        size = len(self.server.play.large[content])
        lfs = {"sha256": content, "size": size, "pointerSize": 130}
        return {"rfilename": path, "size": size, "blobId": git_hash(b"pointer"), "lfs": lfs}

    def _create(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        hub, wanted = self.server.play, asked.json
        name = f"{wanted['organization']}/{wanted['name']}"
        if asked.authorization is None:
            return 401, {}, {}
        if asked.authorization != f"Bearer {TOKEN}" or wanted["organization"] != "ada":
            return 403, {"error": "You don't have the rights to create that."}, {}
        if name in hub.repositories:
            return 409, {"error": "You already created this dataset repo"}, {}
        hub.repositories[name] = Repository(hub.makes or wanted.get("visibility", "public"))
        return 200, {"url": f"{hub.url}/datasets/{name}", "name": name}, {}

    def _wanted(self, known: dict[str, Any]) -> dict[str, Any]:
        hub: StandInDatasets = self.server.play
        if known["oid"] in hub.large:
            return known
        upload = {"href": f"{hub.elsewhere}/{known['oid']}?signature=x", "header": {"X-Kept": "y"}}
        return known | {
            "actions": {"upload": upload, "verify": {"href": hub.verify or f"{hub.url}/verify"}}
        }

    def _commit(
        self, name: str, repository: Repository, body: bytes
    ) -> tuple[int, Any, dict[str, str]]:
        hub: StandInDatasets = self.server.play
        lines = [json.loads(line) for line in body.splitlines()]
        assert lines[0]["key"] == "header"
        if lines[0]["value"].get("parentCommit") not in (None, repository.sha):
            return 412, {"error": "The parent commit is not the newest."}, {}
        files = dict(repository.commits[-1])
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "lfsFile":
                if len(hub.large.get(value["oid"], b"")) != value["size"]:
                    return 400, {"error": "The file was not uploaded."}, {}
                files[value["path"]] = value["oid"]
            else:
                files[value["path"]] = base64.b64decode(value["content"])
        repository.commits.append(files)
        page = f"{hub.url}/datasets/{name}/commit/{repository.sha}"
        return 200, {"success": True, "commitOid": repository.sha, "commitUrl": page}, {}

    def _file(self, repository: Repository, rest: str) -> tuple[int, Any, dict[str, str]]:
        hub: StandInDatasets = self.server.play
        commit, _, path = rest.strip("/").partition("/")
        number = len(repository.commits) if commit == "main" else int(commit, 16)
        content = repository.commits[number - 1].get(path)
        said = {"X-Repo-Commit": f"{number:040x}"}
        if content is None:
            return 404, {}, {"X-Error-Code": "EntryNotFound"}
        if isinstance(content, str):
            said |= {"X-Linked-Etag": f'"{content}"', "X-Linked-Size": str(len(hub.large[content]))}
            return 302, None, said | {"Location": f"{hub.elsewhere}/{content}"}
        return 200, content, said | {"ETag": f'"{git_hash(content)}"'}

    def _stored(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:
        """Take or give a large file."""
        large, name = self.server.play.large, self.path.strip("/").partition("?")[0]
        if asked.authorization:
            return 400, None, {}  # the address says enough
        if asked.method != "PUT":
            return (200, large[name], {}) if name in large else (404, None, {})
        if hashlib.sha256(asked.body).hexdigest() != name:
            return 400, None, {}
        large[name] = asked.body
        return 200, None, {}

    def _send(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _mode(path: str) -> str:
    return "lfs" if path.endswith(".parquet") else "regular"
