"""The folder in which programs on this machine share what they took from the Hub.

In it, a model `org/name` has a folder `models--org--name`: `snapshots/COMMIT` holds its files at a
commit, and `refs/NAME` says which commit a branch or tag was last seen at.
"""

import os
import shutil
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

KNOWN_BY = "modules.json"  # without it, no folder is taken for a model
NEWEST = "main"

# The Hub's own client reads this when it is first imported, by whomever.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


def cached(name: str, revision: str | None) -> Path | None:
    """Return the folder of a model at a revision, None where there is none. Some of its files may
    be missing, if another program put it there."""
    repository = _repository(name)
    commit = revision or NEWEST
    with suppress(OSError, UnicodeDecodeError):  # it is a commit itself, or was never seen
        commit = (repository / "refs" / commit).read_text(encoding="utf-8").strip()
    folder = repository / "snapshots" / commit
    return folder if (folder / KNOWN_BY).is_file() else None


def cache_folder() -> Path:
    """Return where the cache lies; HF_HOME moves it."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE).expanduser().resolve()


def forbidden() -> str:
    """Return the Hub's own setting that forbids connections to it; empty where none does."""
    from huggingface_hub import constants

    return "HF_HUB_OFFLINE" if constants.is_offline_mode() else ""


def endpoint() -> str:
    """Return the Hub's address; HF_ENDPOINT names another one."""
    from huggingface_hub import constants

    return constants.ENDPOINT


class Draft:
    """A model's files at a commit while they come in; nobody takes them for a model yet.

    What was begun stays for the next call, or the next process.
    """

    def __init__(self, name: str, commit: str) -> None:
        repository = _repository(name)
        self._refs = repository / "refs"
        self._snapshot = repository / "snapshots" / commit
        self._drafts = repository / "askwell"
        self._folder = self._drafts / commit
        self.lock = cache_folder() / ".locks" / repository.name / "askwell.lock"

    def installed(self, file: str) -> Path:
        """Return where a file will lie in the end."""
        return self._snapshot / file

    def begun(self, file: str) -> Path:
        """Return where a file grows until it is whole; its folder is there."""
        path = self._folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def install(self, files: Sequence[str], revision: str | None) -> Path:
        """Move whole files to where they are found, under the name of `revision` as well.

        Killed in between, it leaves a folder that nobody takes for a model.
        """
        if KNOWN_BY in files:
            self.installed(KNOWN_BY).unlink(missing_ok=True)
        for file in sorted(files, key=lambda file: file == KNOWN_BY):
            self.installed(file).parent.mkdir(parents=True, exist_ok=True)
            self.begun(file).replace(self.installed(file))
        if (revision or NEWEST) != self._snapshot.name:
            self._refer(revision or NEWEST)
        shutil.rmtree(self._drafts, ignore_errors=True)
        return self._snapshot

    def _refer(self, revision: str) -> None:
        ref = self._refs / revision
        ref.parent.mkdir(parents=True, exist_ok=True)
        draft = ref.with_name(f"{ref.name}.{uuid.uuid4().hex}")
        draft.write_text(self._snapshot.name, encoding="utf-8")
        draft.replace(ref)


def _repository(name: str) -> Path:
    return cache_folder() / f"models--{name.replace('/', '--')}"
