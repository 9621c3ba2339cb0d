"""A project's folder in which a stand-in runs every command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from setup import chromium, environment, nginx, packages


class Commands:
    """Stands in for `environment.run`: notes every command, and answers as a test wants it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.variables: list[dict[str, str]] = []
        self.fails: tuple[str, ...] = ()  # words of commands that fail
        self.prints: dict[str, str] = {}  # by a word of the command
        self.stopped_at: str | None = None  # a word of the command during which Ctrl-C comes

    def __call__(
        self,
        *command: str | Path,
        quiet: bool = False,
        variables: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> str | None:
        line = " ".join(str(word) for word in command[1:]).removeprefix("-m ")
        self.asked.append(line)
        self.variables.append(dict(variables or {}))
        if line.startswith("venv"):
            environment.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            environment.PYTHON.touch()
            environment.CHANGING.unlink(missing_ok=True)  # as `venv --clear` does
        if self.stopped_at and self.stopped_at in line:
            raise KeyboardInterrupt
        if any(word in line for word in self.fails):
            return None
        return next((text for word, text in self.prints.items() if word in line), "")

    def adding(self) -> list[str]:
        """The commands that install packages, without what sets up the tools."""
        return [line for line in self.asked if "pip install" in line and packages.UV not in line]


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    for name in (environment.APP, environment.WEIGHTS, environment.DEV, environment.POSTGRES):
        (tmp_path / name).write_text(f"torch==2.13.0\n{name}-package==1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.chdir", lambda folder: None)
    commands = Commands()
    for module in (chromium, environment, nginx, packages):
        monkeypatch.setattr(module, "run", commands)
    return commands
