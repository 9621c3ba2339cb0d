"""Files on their way into a dataset repository: one commit, or nothing."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from repository import RepositoryError
from repository.hub import Hub, State

# What the Hub itself puts into every new dataset.
_FROM_THE_START = frozenset({".gitattributes"})
_LARGE = ".parquet"  # the Hub keeps such files outside of git, in every dataset
_LFS = {"Accept": "application/vnd.git-lfs+json", "Content-Type": "application/vnd.git-lfs+json"}
_BRANCH = "main"


def begun(hub: Hub, known_by: str, *, private: bool) -> State:
    """Return the repository to publish into, made where there is none; nothing of the collection
    has left the machine then.

    Who can read a repository is never changed. Raises `RepositoryError` where others can read the
    one that stands there than are meant to, or where it holds something else, as far as the file
    `known_by` tells.
    """
    state = hub.state()
    if state is None:
        owner, _, name = hub.name.partition("/")
        visibility = "private" if private else "public"
        wanted = {"name": name, "organization": owner, "type": "dataset", "visibility": visibility}
        try:
            hub.post("/api/repos/create", wanted)
        except RepositoryError:
            state = hub.state()  # it may have been made all the same, by us or somebody else
            if state is None:
                raise
        state = state or hub.state()
    if state is None:
        raise RepositoryError(f"{hub.host} made no dataset {hub.name}. Try again later.")
    if private and not state.private:
        raise RepositoryError(
            f"{hub.page} is public: everybody could read what is published there. Say that it may "
            "be public, make it private there, or choose another name."
        )
    if state.private and not private:
        raise RepositoryError(
            f"{hub.page} is private. Publish it as private, and make it public there once you have "
            "looked at it."
        )
    if known_by not in state.files and not state.files <= _FROM_THE_START:
        raise RepositoryError(
            f"{hub.page} holds something else, which would be mixed with the collection. Choose "
            "another name."
        )
    return state


def publish(
    hub: Hub, state: State, files: Mapping[str, Path], on_bytes: Callable[[int, int], None]
) -> str:
    """Put files into a repository as it stood, over those of the same paths, in one commit; return
    that. `on_bytes` hears how many bytes of how many are sent.

    Raises `RepositoryError` where somebody else was faster, or the Hub refuses.
    """
    lines: list[dict[str, Any]] = [
        _line("header", summary="Publish the collection", description="", parentCommit=state.commit)
    ]
    for path, file in files.items():
        if file.suffix == _LARGE:
            size = file.stat().st_size
            digest = _stored(hub, file, size, on_bytes)
            lines.append(_line("lfsFile", path=path, algo="sha256", oid=digest, size=size))
        else:
            content = base64.b64encode(file.read_bytes()).decode()
            lines.append(_line("file", path=path, encoding="base64", content=content))
    answer = hub.post(
        f"/api/datasets/{hub.name}/commit/{_BRANCH}",
        b"".join(json.dumps(line).encode() + b"\n" for line in lines),
        {"Content-Type": "application/x-ndjson"},
        again=False,
    )
    return str(answer.get("commitOid", "")) if isinstance(answer, dict) else ""


def _line(key: str, **value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def _stored(hub: Hub, file: Path, size: int, on_bytes: Callable[[int, int], None]) -> str:
    """Put a large file where the Hub keeps such; return its SHA-256. Nobody can see it before a
    commit names it (Git LFS, "Batch API", the basic transfer)."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    known = {"oid": digest, "size": size}
    answer = hub.post(
        f"/datasets/{hub.name}.git/info/lfs/objects/batch",
        {
            "operation": "upload",
            "transfers": ["basic"],
            "objects": [known],
            "hash_algo": "sha256",
            "ref": {"name": _BRANCH},
        },
        _LFS,
    )
    try:
        [wanted] = answer["objects"]
        if error := wanted.get("error"):
            raise RepositoryError(f"{hub.host} does not take the file: {error['message']}")
        actions = wanted.get("actions") or {}
        if upload := actions.get("upload"):  # else the Hub has it already
            hub.put(
                upload["href"],
                upload.get("header") or {},
                file,
                lambda done: on_bytes(done, size),
            )
        if verify := actions.get("verify"):
            if not verify["href"].startswith(f"{hub.address}/"):
                raise RepositoryError(
                    f"{hub.host} wants to be asked at {urlsplit(verify['href']).netloc}, which "
                    "nobody has named. HF_ENDPOINT names another Hub."
                )
            hub.post(verify["href"].removeprefix(hub.address), known)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise RepositoryError(
            f"{hub.host} does not say where the file is to go. HF_ENDPOINT names another Hub."
        ) from None
    return digest
