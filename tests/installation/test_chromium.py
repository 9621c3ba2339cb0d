"""Which Chromium the browser tests take, and where one comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation import chromium, process
from installation.process import InstallationError, Outcome

PYTHON = Path("/venv/bin/python")


def nowhere(name: str) -> str | None:
    return None


def test_the_one_that_the_user_names_comes_first() -> None:
    environ = {chromium.VARIABLE: "/opt/mine"}
    assert chromium.on_this_machine(environ, lambda name: name, lambda path: True) == "/opt/mine"
    with pytest.raises(InstallationError, match="ASKWELL_CHROMIUM is '/opt/mine', which does not"):
        chromium.on_this_machine(environ, lambda name: name, lambda path: False)


def test_of_those_on_path_the_first_that_starts() -> None:
    def which(name: str) -> str | None:
        return f"/usr/bin/{name}" if name in {"chromium-browser", "google-chrome"} else None

    found = chromium.on_this_machine({}, which, lambda path: not path.endswith("-browser"))
    assert found == "/usr/bin/google-chrome"
    assert chromium.on_this_machine({}, nowhere, lambda path: True) is None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine without a browser, where every command fails; what it was asked."""
    asked: list[str] = []

    def run(command: list[str | Path], *, directory: Path) -> Outcome:
        asked.append(" ".join(str(part) for part in command[1:]))
        return Outcome(1, "no route to host")

    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setattr(process, "run", run)
    monkeypatch.setattr(
        "shutil.which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )
    return asked


def test_playwright_then_debian_then_a_sentence(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(chromium, "is_root", lambda: True)
    said: list[str] = []
    with pytest.raises(InstallationError, match="No Chromium for the browser tests"):
        chromium.ensure(PYTHON, tmp_path, said.append)
    assert said.count("no route to host") == 2  # why each attempt failed
    assert [words for words in asked if "import" not in words] == [
        "-m playwright install chromium",
        "update",  # failed here, so nothing is installed from a stale list
    ]


def test_who_is_not_root_is_not_sent_to_apt(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(chromium, "is_root", lambda: False)
    with pytest.raises(InstallationError):
        chromium.ensure(PYTHON, tmp_path, lambda words: None)
    assert "update" not in asked


def test_one_that_was_fetched_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: list[str]
) -> None:
    found = iter([None, "/fetched/chrome"])
    monkeypatch.setattr(chromium, "find", lambda python: next(found))
    monkeypatch.setattr(process, "run", lambda command, *, directory: Outcome(0, ""))
    said: list[str] = []
    assert chromium.ensure(PYTHON, tmp_path, said.append) == "/fetched/chrome"
    assert said == ["Chromium for the browser tests, Playwright's, about 0.3 GB:", "  done"]
