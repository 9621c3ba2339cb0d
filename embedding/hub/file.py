"""One file on the Hub, brought here whole however often the connection is cut."""

import hashlib
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx2

from embedding import ModelUnavailable
from embedding.backoff import Busy, Clock, Effort, asked_for, persevere
from embedding.network import causes

FOR_AN_ANSWER = Effort(seconds=30.0, tries=6)
FOR_MORE_BYTES = Effort(seconds=120.0, tries=6)
CLOCK = Clock()

_NO_SUCH_RANGE = 416
_PASSING = {408, _NO_SUCH_RANGE, 429, 500, 502, 503, 504}

Answer = TypeVar("Answer")


class Undelivered(ModelUnavailable):
    """The Hub was not reached, or brought something else than it announced: another way may still
    lead to the model."""


def patiently(attempt: Callable[[], Answer], effort: Effort) -> Answer:
    """Return what `attempt` returns, made again while what stops it may pass. Raises its last
    `httpx2.HTTPError`."""

    def tried(_: float) -> Answer:
        try:
            return attempt()
        except httpx2.HTTPStatusError as error:
            if error.response.status_code not in _PASSING:
                raise
            raise Busy(str(error), asked_for(error.response.headers)) from error
        except (httpx2.NetworkError, httpx2.TimeoutException, httpx2.RemoteProtocolError) as error:
            if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error)):
                raise
            raise Busy(str(error)) from error

    try:
        return persevere(tried, effort, CLOCK)
    except Busy as busy:
        last = busy.__cause__ or busy
    raise last  # outside, for it would otherwise be what led to itself


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file as the Hub announces it: its path inside the model, its size in bytes, and the digest
    of its content.

    The digest is a SHA-256 or, of small files, git's SHA-1 of a blob. A mirror may announce another
    one; then the size alone is checked.
    """

    path: str
    url: str
    size: int
    digest: str

    def is_whole(self, local: Path) -> bool:
        """Return whether `local` holds this file and nothing else."""
        if not local.is_file() or local.stat().st_size != self.size:
            return False
        return self._digest(local) == self.digest

    def fetch(self, client: httpx2.Client, part: Path, on_bytes: Callable[[int], None]) -> None:
        """Bring the file to `part`, going on with what lies there; `on_bytes` hears how many bytes
        do. After an error, they stay for the next call.

        Raises `httpx2.HTTPError`, and `Undelivered` where something else came than was announced,
        which is deleted.
        """
        begun = part.exists()
        self._complete(client, part, on_bytes)
        if begun and not self.is_whole(part):  # the beginning may have been of something else
            part.unlink()
            self._complete(client, part, on_bytes)
        if not self.is_whole(part):
            size, digest = part.stat().st_size, self._digest(part)
            part.unlink()
            raise Undelivered(
                f"{self.url} brought another file than the Hub announces: got {size} bytes with "
                f"digest {digest}, expected {self.size} bytes with digest {self.digest}. It was "
                f"deleted. Try again; if that happens again, something on the way changes files."
            )

    def _complete(self, client: httpx2.Client, part: Path, on_bytes: Callable[[int], None]) -> None:
        """Add to `part` until it has the announced size, or the server has no more."""
        part.touch()
        most = part.stat().st_size

        def has_all() -> bool:
            nonlocal most
            most = max(most, part.stat().st_size)
            try:
                return self._go_on(client, part, on_bytes)
            except httpx2.HTTPError:
                if part.stat().st_size <= most:
                    raise
                return False

        while part.stat().st_size < self.size and not patiently(has_all, FOR_MORE_BYTES):
            pass
        on_bytes(part.stat().st_size)

    def _go_on(self, client: httpx2.Client, part: Path, on_bytes: Callable[[int], None]) -> bool:
        """Add to `part` what one answer brings; return whether the server has no more."""
        there = part.stat().st_size
        wanted = {"Range": f"bytes={there}-"} if there else {}
        with client.stream("GET", self.url, headers=wanted) as response:
            if response.status_code == _NO_SUCH_RANGE:  # what is here is no beginning of it
                part.write_bytes(b"")
            response.raise_for_status()
            if response.status_code != httpx2.codes.PARTIAL_CONTENT:
                there = 0
            with part.open("r+b") as file:
                file.seek(there)
                file.truncate()
                for chunk in response.iter_bytes():
                    there += file.write(chunk)
                    on_bytes(min(there, self.size))
                    if there > self.size:
                        return True
                file.flush()
                os.fsync(file.fileno())
        if there < self.size and "Content-Length" not in response.headers:
            raise httpx2.ReadError(f"{self.url} ended after {there} of {self.size} bytes.")
        return True

    def _digest(self, local: Path) -> str:
        with local.open("rb") as file:
            if len(self.digest) == 64:
                return hashlib.file_digest(file, "sha256").hexdigest()
            if len(self.digest) == 40:
                start = b"blob %d\0" % local.stat().st_size
                return hashlib.file_digest(file, lambda: hashlib.sha1(start)).hexdigest()
        return self.digest
