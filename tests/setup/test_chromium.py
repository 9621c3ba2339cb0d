"""Which Chromium the browser tests take, and where one comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from setup import chromium
from tests.setup.conftest import Commands

PYTHON = Path("/venv/bin/python")


@pytest.fixture(autouse=True)
def on_path(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names on PATH: nothing but apt-get, unless a test adds to them."""
    names = {"apt-get"}

    def which(name: str) -> str | None:
        return name if name.startswith("/") else f"/usr/bin/{name}" if name in names else None

    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setattr("shutil.which", which)
    monkeypatch.setattr(chromium, "is_root", lambda: True)
    return names


def test_the_one_that_the_user_names_comes_first(
    commands: Commands, on_path: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path.add("chromium")
    monkeypatch.setenv(chromium.VARIABLE, "/opt/mine")
    assert chromium.find(PYTHON) == "/opt/mine"
    commands.fails = ("--version",)
    with pytest.raises(SystemExit, match="ASKWELL_CHROMIUM is '/opt/mine', which does not"):
        chromium.find(PYTHON)


def test_of_those_on_path_the_first_that_starts(
    on_path: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path |= {"chromium-browser", "google-chrome"}
    monkeypatch.setattr(chromium, "works", lambda path: not path.endswith("-browser"))
    assert chromium.find(PYTHON) == "/usr/bin/google-chrome"


def test_then_the_one_that_playwright_has(commands: Commands) -> None:
    commands.prints = {"sync_playwright": "/fetched/chrome"}
    assert chromium.find(PYTHON) == "/fetched/chrome"


def test_a_path_without_a_program_does_not_start() -> None:
    assert not chromium.works("missing")


def test_playwright_then_debian_then_a_sentence(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.fails = ("install chromium", "update")
    with pytest.raises(SystemExit, match="No Chromium for the browser tests"):
        chromium.ensure(PYTHON)
    assert [line for line in commands.asked if "import" not in line] == [
        "playwright install chromium",
        "update -q",  # failed here, so nothing is installed from a stale list
    ]
    said = capsys.readouterr().out
    assert "about 0.3 GB" in said and "about 0.1 GB" in said
    commands.fails = ()
    with pytest.raises(SystemExit):
        chromium.ensure(PYTHON)
    assert "install -q -y --no-install-recommends chromium" in commands.asked


def test_only_root_uses_apt(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "is_root", lambda: False)
    with pytest.raises(SystemExit):
        chromium.ensure(PYTHON)
    assert "update -q" not in commands.asked


def test_an_installed_one_is_taken(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([None, "/fetched/chrome", "/fetched/chrome"])
    monkeypatch.setattr(chromium, "find", lambda python: next(found))
    assert chromium.ensure(PYTHON) == "/fetched/chrome"
    assert commands.asked == ["playwright install chromium"]
