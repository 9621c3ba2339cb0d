"""A file on the Hub, and whether what came is that file."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub import Undelivered

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

    from hub.client import Hub


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file as the Hub announces it: its path inside the repository, its size in bytes, and the
    digest of its content: a SHA-256 or, of small files, git's SHA-1 of a blob."""

    path: str
    size: int
    digest: str

    @classmethod
    def of(cls, file: "RepoSibling") -> "HubFile":
        if file.lfs:
            return cls(file.rfilename, file.lfs.size, file.lfs.sha256)
        if file.size is None or file.blob_id is None:
            raise TypeError("there are no sizes and hashes")
        return cls(file.rfilename, file.size, file.blob_id)

    def is_whole(self, local: Path) -> bool:
        """Return whether `local` has this content and no other."""
        return local.is_file() and (local.stat().st_size, self._digest(local)) == (
            self.size,
            self.digest,
        )

    def fetch(
        self, hub: "Hub", commit: str, on_bytes: Callable[[int], None], folder: Path | None = None
    ) -> Path:
        """Bring the file into a folder, or else into the Hub's cache, and return its place there.
        `on_bytes` gets the number of its bytes that are here.

        What came is checked; where it is another file, it is deleted, and `Undelivered` raised.
        Raises `HubError`.
        """
        bar = _Bar(self, on_bytes)

        def bring() -> str:
            bar.done = 0
            shown: Any = lambda **_: bar  # noqa: E731 - all that it does with the class is call it
            try:
                return hub.api.hf_hub_download(
                    hub.name,
                    self.path,
                    repo_type=hub.kind,
                    revision=commit,
                    tqdm_class=shown,
                    local_dir=folder,
                )
            except OSError as error:
                if type(error) is OSError and error.errno is None:  # it compares the sizes
                    raise self.unlike(f"{bar.done:,} bytes") from None
                raise

        local = Path(hub.ask(bring))
        if not self.is_whole(local):
            got = f"{local.stat().st_size:,} bytes with digest {self._digest(local)}"
            remove(local)
            raise self.unlike(got)
        return local

    def unlike(self, got: str) -> Undelivered:
        """Return the error for another content than the announced one."""
        return Undelivered(
            f"{self.path} is not the file that the Hub announces: got {got}, expected "
            f"{self.size:,} bytes with digest {self.digest}. It was deleted. Try again; if that "
            "happens again, something on the way changes files."
        )

    def _digest(self, local: Path) -> str:
        with local.open("rb") as file:
            if len(self.digest) == 64:
                return hashlib.file_digest(file, "sha256").hexdigest()
            start = b"blob %d\0" % local.stat().st_size
            return hashlib.file_digest(file, lambda: hashlib.sha1(start)).hexdigest()


def remove(local: Path) -> None:
    """Delete a file and, where it is a link into the Hub's cache, the content there."""
    local.resolve().unlink(missing_ok=True)
    local.unlink(missing_ok=True)


class _Bar(AbstractContextManager[Any]):
    """What huggingface_hub takes for a progress bar of one file."""

    def __init__(self, file: HubFile, on_bytes: Callable[[int], None]) -> None:
        self.done = 0
        self._file = file
        self._on_bytes = on_bytes

    def update(self, n: float | None = 1) -> None:
        self.done += int(n or 0)
        if self.done > self._file.size:
            raise self._file.unlike(f"more than {self._file.size:,} bytes")
        self._on_bytes(self.done)

    def __exit__(self, *error: object) -> None:
        """There is nothing to close."""
