"""The nginx of the tests: this machine's, or one that is fetched."""

from __future__ import annotations

import pytest

from setup import nginx
from tests.setup.conftest import Commands


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The commands that this machine has."""
    known: set[str] = set()
    monkeypatch.setattr(
        "shutil.which", lambda name, path="": f"/usr/bin/{name}" if name in known else None
    )
    return known


def test_the_machine_s_own_is_used(commands: Commands, on_path: set[str]) -> None:
    on_path |= {"nginx", "apt-get", "dpkg-deb"}
    assert nginx.ensure() == "/usr/bin/nginx"
    assert commands.asked == []


def test_else_debian_s_package_is_unpacked(
    commands: Commands, on_path: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path |= {"apt-get", "dpkg-deb"}
    nginx.UNPACKED.mkdir(parents=True)
    (nginx.UNPACKED / "nginx_1.deb").touch()
    found = iter([None, "/unpacked/nginx"])
    monkeypatch.setattr(nginx, "find", lambda: next(found))
    assert nginx.ensure() == "/unpacked/nginx"
    assert commands.asked == [
        "download nginx",
        "--extract .venv/nginx/nginx_1.deb .venv/nginx",
    ]


def test_without_either_there_is_none(commands: Commands, on_path: set[str]) -> None:
    assert nginx.ensure() is None
    on_path |= {"apt-get", "dpkg-deb"}
    commands.fails = ("download",)
    assert nginx.ensure() is None
