"""The virtual environment's states, with a pip that only writes down what it was asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from installation import plan, process
from installation.environment import Environment
from installation.lock import exclusive
from installation.process import InstallationError, Outcome

STEPS = plan.app_steps(None, "torch==2.13.0")


class FakeProcesses:
    """Stands in for process.run: makes a venv of two files, and answers pip as it was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, list[str]]] = {}  # by requirements file
        self.killed_at: str | None = None

    def __call__(
        self,
        command: Sequence[str | Path],
        *,
        directory: Path,
        each_line: Callable[[str], None] = lambda line: None,
        environment: Mapping[str, str] | None = None,
        hold: int | None = None,
    ) -> Outcome:
        words = [str(part) for part in command]
        if "venv" in words:
            self.asked.append("venv")
            (self.folder / "bin").mkdir()
            (self.folder / "bin" / "python").touch()
            version = ".".join(str(number) for number in sys.version_info[:3])
            (self.folder / "pyvenv.cfg").write_text(f"version = {version}\n")
            return Outcome(0, "")
        file = next(word for word in words if word.startswith("requirements"))
        self.asked.append(file)
        code, lines = self.answers.get(file, (0, ["Installing collected packages: a, b"]))
        for line in lines:
            each_line(line)
        if self.killed_at == file:
            raise KeyboardInterrupt
        return Outcome(code, "\n".join(lines))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def environment(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setattr("os.name", "posix")
    for name in (plan.APP, plan.WEIGHTS, plan.DEV):
        (tmp_path / name).write_text(f"{name}-package==1\n")
    return Environment(tmp_path, said.append)


@pytest.fixture
def pip(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> FakeProcesses:
    fake = FakeProcesses(environment.folder)
    monkeypatch.setattr(process, "run", fake)
    return fake


def test_an_installed_tree_asks_no_one(environment: Environment, pip: FakeProcesses) -> None:
    environment.install("app", lambda: STEPS)
    assert pip.asked == ["venv", plan.APP, plan.WEIGHTS]
    assert environment.ready("app")

    def never() -> list[plan.Step]:
        raise AssertionError("an installed tree was planned again")

    environment.install("app", never)
    assert len(pip.asked) == 3


def test_changed_pins_are_installed_on_top(environment: Environment, pip: FakeProcesses) -> None:
    environment.install("app", lambda: STEPS)
    (environment.root / plan.APP).write_text("other==2\n")
    assert not environment.ready("app")
    environment.install("app", lambda: STEPS)
    assert pip.asked == ["venv", plan.APP, plan.WEIGHTS, plan.APP, plan.WEIGHTS]


def test_the_environment_of_another_python_is_made_anew(
    environment: Environment, pip: FakeProcesses
) -> None:
    environment.install("app", lambda: STEPS)
    (environment.folder / "pyvenv.cfg").write_text("version = 3.1.0\n")
    (environment.folder / "installed-app").unlink()
    environment.install("app", lambda: STEPS)
    assert pip.asked.count("venv") == 2


def test_a_missing_model_is_one_line_and_no_failure(
    environment: Environment, pip: FakeProcesses, said: list[str]
) -> None:
    pip.answers[plan.WEIGHTS] = (1, ["ERROR: No matching distribution"])
    environment.install("app", lambda: STEPS)
    assert environment.ready("app")
    assert sum("Hugging Face Hub" in line for line in said) == 1


def test_a_failure_shows_the_end_of_the_output_and_what_to_do(
    environment: Environment, pip: FakeProcesses
) -> None:
    pip.answers[plan.APP] = (1, ["ERROR: no route to host"])
    with pytest.raises(InstallationError, match=r"(?s)no route to host.*then run this again"):
        environment.install("app", lambda: STEPS)
    assert not environment.ready("app")
    pip.answers.clear()
    environment.install("app", lambda: STEPS)
    assert pip.asked.count("venv") == 1  # nothing had been unpacked: it went on from there
    assert environment.ready("app")


def test_what_was_cut_off_while_unpacking_starts_afresh(
    environment: Environment, pip: FakeProcesses, said: list[str]
) -> None:
    pip.killed_at = plan.APP
    with pytest.raises(KeyboardInterrupt):
        environment.install("app", lambda: STEPS)
    pip.killed_at = None
    environment.install("app", lambda: STEPS)
    assert "An earlier installation was cut off; starting it afresh." in said
    assert pip.asked.count("venv") == 2
    assert environment.ready("app")


def test_what_was_cut_off_while_downloading_keeps_the_environment(
    environment: Environment, pip: FakeProcesses
) -> None:
    environment.install("app", lambda: STEPS)
    pip.answers[plan.DEV] = (1, ["Collecting pytest"])
    with pytest.raises(InstallationError):
        environment.install("dev", plan.dev_steps)
    assert environment.ready("app")


def test_a_missing_file_is_a_sentence(environment: Environment, pip: FakeProcesses) -> None:
    (environment.root / plan.APP).unlink()
    with pytest.raises(InstallationError, match=r"requirements\.txt can't be read"):
        environment.install("app", lambda: STEPS)


def test_the_lock_is_held_by_one_until_its_children_have_ended(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    waits: list[str] = []
    with exclusive(path, lambda: None) as lock:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1, pass_fds=(lock,))

    def waiting() -> None:
        waits.append("told")
        assert child.stdin is not None
        child.stdin.close()

    with exclusive(path, waiting):
        assert child.wait(10) is not None
    assert waits == ["told"]


def test_a_child_is_stopped_with_its_parent(tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        raise KeyboardInterrupt(line)

    script = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    with pytest.raises(KeyboardInterrupt) as caught:
        process.run([sys.executable, "-c", script], directory=tmp_path, each_line=interrupt)
    alive = subprocess.run(["ps", "-p", str(caught.value)], capture_output=True).returncode == 0
    assert not alive


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    outcome = process.run([tmp_path / "nothing"], directory=tmp_path)
    assert (outcome.ok, outcome.code) == (False, 127)
    assert "can't be started: No such file or directory" in outcome.tail
