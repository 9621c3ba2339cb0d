"""A model's files: those in the Hub's cache on this machine, and their way into it.

The cache belongs to all programs on this machine. In it, a model `org/name` has a folder
`models--org--name`: `snapshots/COMMIT` contains its files at a commit, and `refs/NAME` the commit
at which a branch or tag was last seen.
"""

import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hub import HubError
from hub.network import Network

if TYPE_CHECKING:
    from hub.client import Hub, State
    from hub.files import HubFile

KNOWN_BY = "modules.json"  # without it, no folder is taken for a model
NEWEST = "main"

# Repositories also contain the same weights for other runtimes, several times the size.
_NEEDED = {".json", ".txt", ".model", ".safetensors"}
_OTHER_RUNTIMES = {"onnx", "openvino"}


def cached(name: str, revision: str | None) -> Path | None:
    """Return the folder of a model at a revision, None where there is none. Some of its files may
    be missing, if another program put it there."""
    repository = _repository(name)
    commit = revision or NEWEST
    with suppress(OSError, UnicodeDecodeError):  # it is a commit itself, or was never seen
        commit = (repository / "refs" / commit).read_text(encoding="utf-8").strip()
    folder = repository / "snapshots" / commit
    return folder if (folder / KNOWN_BY).is_file() else None


def download(
    name: str, revision: str | None, network: Network, on_bytes: Callable[[int, int], None]
) -> Path:
    """Return the folder, in the Hub's cache, of a model that was not whole there.

    Nothing there is taken for a model before all of it was checked. Of two processes, one waits for
    the other. `on_bytes` gets how many bytes of how many are here, over all files.

    Raises `HubError`; it is `Undelivered` where there may be another way to get the model.
    """
    from hub.client import Hub

    hub = Hub("model", name, network)
    state = hub.state(revision or NEWEST)
    files = _needed(hub, state)
    return hub.ask(lambda: _bring(hub, state.commit, files, revision or NEWEST, on_bytes))


def _bring(
    hub: "Hub",
    commit: str,
    files: list["HubFile"],
    revision: str,
    on_bytes: Callable[[int, int], None],
) -> Path:
    from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]

    from hub.files import remove

    repository = _repository(hub.name)
    folder = repository / "snapshots" / commit
    lock = repository.parent / ".locks" / repository.name / "askwell.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(lock):
        missing = [file for file in files if not file.is_whole(folder / file.path)]
        if missing:  # KNOWN_BY comes last, and so again: before, nobody takes this for a model
            missing = [file for file in files if file in missing or file.path == KNOWN_BY]
            for file in reversed(missing):
                if (folder / file.path).exists():
                    remove(folder / file.path)
        total, reported = sum(file.size for file in files), 0
        before = total - sum(file.size for file in missing)

        def report(done: int) -> None:
            nonlocal reported
            if before + done > reported:  # a file that begins anew is no progress
                reported = before + done
                on_bytes(reported, total)

        for file in missing:
            file.fetch(hub, commit, report)
            before += file.size
        if revision != commit:
            _refer(repository / "refs" / revision, commit)
    return folder


def _needed(hub: "Hub", state: "State") -> list["HubFile"]:
    """Return the files to bring, `KNOWN_BY` last: pickled weights only where their folder has no
    others."""
    if KNOWN_BY not in state.files:
        raise HubError(
            f"The model {hub.name} is none of sentence-transformers: it has no {KNOWN_BY}. Name "
            "another one."
        )
    paths = [
        path for path in map(PurePosixPath, state.files) if path.parts[0] not in _OTHER_RUNTIMES
    ]
    safe = {path.parent for path in paths if path.suffix == ".safetensors"}
    needed = [
        path
        for path in paths
        if path.suffix in _NEEDED or (path.match("pytorch_model*.bin") and path.parent not in safe)
    ]
    for path in needed:
        if path.is_absolute() or ".." in path.parts or re.search(r"[\\:]", str(path)):
            raise HubError(
                f"The Hub lists a file outside of its model: {path}. Name another model."
            )
    found = [state.files[str(path)] for path in needed]
    return sorted(found, key=lambda file: file.path == KNOWN_BY)


def _refer(ref: Path, commit: str) -> None:
    """Note at which commit a branch or tag was seen."""
    ref.parent.mkdir(parents=True, exist_ok=True)
    draft = ref.with_name(f"{ref.name}.{uuid.uuid4().hex}")
    draft.write_text(commit, encoding="utf-8")
    draft.replace(ref)


def _repository(name: str) -> Path:
    from huggingface_hub import constants

    cache = Path(constants.HF_HUB_CACHE).expanduser().resolve()
    return cache / f"models--{name.replace('/', '--')}"
