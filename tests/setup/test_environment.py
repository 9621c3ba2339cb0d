"""The states of the virtual environment, with commands that are only noted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from setup import environment
from setup.environment import APP, DEV, VENV, WEIGHTS
from tests.setup.conftest import Commands

ROOT = Path(__file__).parents[2]


def install(part: str = "app") -> None:
    """Install a part as the packages do, in one step."""
    environment.install(part, lambda: fill(part))


def fill(part: str) -> None:
    if not environment.step("pip", "install", "-r", part):
        sys.exit("failed")


def venvs(commands: Commands) -> int:
    """How often a new environment was made."""
    return sum(line.startswith("venv") for line in commands.asked)


def test_an_installed_part_runs_no_command(commands: Commands) -> None:
    install()
    assert environment.ready("app")
    asked = list(commands.asked)
    install()
    assert commands.asked == asked == ["venv --clear --without-pip .venv", "pip install -r app"]


def test_pip_is_kept_from_settings_that_would_install_elsewhere(commands: Commands) -> None:
    install()
    assert commands.variables[-1]["PIP_USER"] == "0"


@pytest.mark.parametrize(
    ("file", "app", "dev"), [(APP, False, False), (WEIGHTS, False, False), (DEV, True, False)]
)
def test_changed_pins_are_installed_on_top(
    commands: Commands, file: str, app: bool, dev: bool
) -> None:
    install("app")
    install("dev")
    Path(file).write_text("other==2\n")
    assert (environment.ready("app"), environment.ready("dev")) == (app, dev)
    install("app")
    install("dev")
    assert environment.ready("app") and environment.ready("dev")
    assert venvs(commands) == 1


def test_the_environment_of_another_python_is_made_anew(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    install()
    monkeypatch.setattr(sys, "version_info", (3, 11, 99))
    assert environment.ready("app")  # another release of the same version
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert not environment.ready("app")
    install()
    assert venvs(commands) == 2


def test_the_environment_that_a_link_leads_to_is_left_alone(commands: Commands) -> None:
    other = Path("other").resolve()
    other.mkdir()
    VENV.symlink_to(other)
    install()
    assert environment.ready("app")
    assert not VENV.is_symlink()
    assert list(other.iterdir()) == []


def test_an_environment_that_python_cannot_make_is_a_sentence(commands: Commands) -> None:
    commands.fails = ("venv",)
    with pytest.raises(SystemExit, match="could not make the virtual environment"):
        install()


def test_what_failed_is_not_ready_and_can_be_tried_again(commands: Commands) -> None:
    commands.fails = ("install",)
    with pytest.raises(SystemExit, match="failed"):
        install()
    assert not environment.ready("app")
    commands.fails = ()
    install()
    assert environment.ready("app")


def test_test_tools_that_fail_leave_the_app_as_it_is(commands: Commands) -> None:
    install("app")
    commands.fails = ("install",)
    for _ in range(2):
        with pytest.raises(SystemExit):
            install("dev")
        assert environment.ready("app") and not environment.ready("dev")
    assert venvs(commands) == 1


@pytest.mark.parametrize("part", ["app", "dev"])
def test_what_was_cut_off_starts_afresh(
    commands: Commands, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if part == "dev":
        install("app")
    commands.stopped_at = f"install -r {part}"
    with pytest.raises(KeyboardInterrupt):
        install(part)
    assert not environment.ready("app")
    commands.stopped_at = None
    before = venvs(commands)
    install("app")
    assert "An earlier installation was cut off; starting afresh." in capsys.readouterr().out
    assert venvs(commands) == before + 1
    assert environment.ready("app") and not environment.ready("dev")


def test_a_missing_file_names_itself(commands: Commands) -> None:
    Path(APP).unlink()
    with pytest.raises(OSError, match=r"requirements\.txt"):
        install()


def test_the_lock_is_kept_until_child_processes_have_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with environment._lock():
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1, close_fds=False)
    assert child.stdin is not None
    stdin = child.stdin
    monkeypatch.setattr("time.sleep", lambda seconds: stdin.close())
    with environment._lock():
        assert child.wait(10) is not None
    assert capsys.readouterr().out.count("Another installation is at work") == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_a_command_is_stopped_with_this_process() -> None:
    command = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    script = (
        "import signal, sys; from setup.environment import run\n"
        # A shell that runs the tests in the background lets them ignore Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"run(sys.executable, '-c', {command!r})\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=-1, stderr=-1, text=True
    ) as stopped:
        assert stopped.stdout is not None
        pid = stopped.stdout.readline().strip()
        stopped.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in stopped.communicate(timeout=20)[1]
    for _ in range(200):  # on a busy machine it takes a moment to end
        if subprocess.run(["ps", "-p", pid], capture_output=True).returncode == 1:
            return
        time.sleep(0.05)
    raise AssertionError("The command goes on.")


def test_a_quiet_command_returns_what_it_prints() -> None:
    assert environment.run(sys.executable, "-c", "print(1)", quiet=True) == "1\n"
    assert environment.run(sys.executable, "-c", "raise SystemExit(1)", quiet=True) is None


def test_the_folder_is_the_current_one() -> None:
    assert not VENV.is_absolute()
