"""The virtual environment .venv: made, filled, mended, and left alone where nothing changed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from installation import plan, process
from installation.lock import exclusive
from installation.process import InstallationError

# Settings of the user's that are right elsewhere and wrong in a virtual environment.
_PIP = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@dataclass(frozen=True)
class Environment:
    """The .venv of the project in `root`; `say` tells the user how it goes."""

    root: Path
    say: Callable[[str], None]

    @property
    def folder(self) -> Path:
        """Where the environment is."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's own Python."""
        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return self.folder / inside

    def ready(self, part: str) -> bool:
        """Whether a part is installed as the requirements files of today say; asks no one."""
        try:
            known = self._stamp(part).read_text(encoding="utf-8")
        except OSError:
            return False
        return known == self._expected(part) and self.python.exists()

    def install(self, part: str, steps: Callable[[], list[plan.Step]]) -> None:
        """Install a part where it isn't ready; `steps` is asked only then."""
        if self.ready(part):
            return
        with exclusive(self.folder / ".lock", self._tell_waiting) as lock:
            if self.ready(part):  # someone else has just done it
                return
            self._prepare(lock)
            self._stamp(part).unlink(missing_ok=True)
            for step in steps():
                self._pip(step, lock)
            # By a rename, so that a stamp is there in full or not at all.
            fresh = self._stamp(part).with_suffix(".new")
            fresh.write_text(self._expected(part), encoding="utf-8")
            fresh.replace(self._stamp(part))

    def _tell_waiting(self) -> None:
        self.say("Another installation is at work in .venv; waiting until it is done.")

    def _stamp(self, part: str) -> Path:
        return self.folder / f"installed-{part}"

    @property
    def _changing(self) -> Path:
        """There while pip may be changing the environment; left behind only by a kill."""
        return self.folder / "changing"

    def _expected(self, part: str) -> str:
        files = {name: self.read(name) for name in plan.PARTS[part]}
        return plan.stamp(part, sys.version_info[:2], files)

    def read(self, name: str) -> str:
        """The text of a file of the project."""
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except OSError as error:
            raise InstallationError(
                f"{name} can't be read ({error.strerror}): get a complete copy of Askwell."
            ) from error

    def _prepare(self, lock: int) -> None:
        if self._changing.exists():
            self.say("An earlier installation was cut off; starting it afresh.")
        elif self.python.exists() and self._fits():
            return
        # A half-written package can look installed to pip, so nothing of it is kept.
        for child in self.folder.iterdir():
            if child.name == ".lock":
                continue
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child)
            else:
                child.unlink()
        # The Python underneath: the one running now may stand in the folder just emptied.
        python: str = getattr(sys, "_base_executable", None) or sys.executable
        made = process.run([python, "-m", "venv", self.folder], directory=self.root, hold=lock)
        if not made.ok:
            raise InstallationError(
                f"{made.tail}\nPython could not make the virtual environment .venv. On Debian and "
                "Ubuntu, `apt-get install python3-venv` brings what it needs; then run this again."
            )

    def _fits(self) -> bool:
        """Whether the environment was made by a Python of this version."""
        wanted = f"{sys.version_info[0]}.{sys.version_info[1]}."
        try:
            lines = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return any(
            key.strip() == "version" and value.strip().startswith(wanted)
            for key, _, value in (line.partition("=") for line in lines)
        )

    def _pip(self, step: plan.Step, lock: int) -> None:
        self.say(f"{step.says}:")
        unpacking = False

        def each_line(line: str) -> None:
            nonlocal unpacking
            unpacking = unpacking or plan.unpacks(line)
            if words := plan.progress(line):
                self.say(f"  {words}")

        self._changing.touch()
        command: list[str | Path] = [
            self.python,
            "-m",
            "pip",
            *step.arguments,
            "--progress-bar",
            "off",
        ]
        ended = False
        try:
            outcome = process.run(
                command, directory=self.root, each_line=each_line, environment=_PIP, hold=lock
            )
            ended = outcome.ok
        finally:
            # Stopped while it was still downloading, pip has changed nothing.
            if ended or not unpacking:
                self._changing.unlink(missing_ok=True)
        if outcome.ok:
            self.say("  done")
        elif step.instead and not unpacking:
            self.say(f"  {step.instead}")
        else:
            raise InstallationError(
                f"{outcome.tail}\n{step.says} could not be installed: pip's last lines are above. "
                "Check the network, the proxy (pip reads HTTPS_PROXY, PIP_CERT and "
                "PIP_INDEX_URL) and the free disk space, then run this again; it goes on from here."
            )
