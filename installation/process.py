"""A child process: its output told compactly, its end awaited even when its parent is stopped."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TAIL = 15  # lines of output that a failure shows
GRACE = 10.0  # seconds a stopped child has for its own clean-up


class InstallationError(Exception):
    """A step could not be done; the message says what happened and what to do."""


@dataclass(frozen=True)
class Outcome:
    """How a child process ended."""

    code: int
    tail: str

    @property
    def ok(self) -> bool:
        """Whether it did what it was asked."""
        return self.code == 0


def run(
    command: Sequence[str | Path],
    *,
    directory: Path,
    each_line: Callable[[str], None] = lambda line: None,
    environment: Mapping[str, str] | None = None,
    hold: int | None = None,
) -> Outcome:
    """Run a command to its end and hand every line it prints to `each_line`.

    `hold` is an open file that the child keeps open too: a lock held on it lasts until the child
    has ended, even where this process is killed.
    """
    try:
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            pass_fds=() if hold is None or os.name == "nt" else (hold,),
        )
    except OSError as error:
        return Outcome(127, f"{command[0]} can't be started: {error.strerror}")
    tail: deque[str] = deque(maxlen=TAIL)
    try:
        assert child.stdout is not None  # a pipe was asked for above
        with child.stdout:
            for line in child.stdout:
                tail.append(line.rstrip())
                each_line(line.rstrip())
        return Outcome(child.wait(), "\n".join(tail))
    finally:
        if child.poll() is None:
            _stop(child)


def _stop(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
