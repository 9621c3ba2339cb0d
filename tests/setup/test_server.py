"""Where the server may listen and under which names, and how it starts and stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from setup import server

ROOT = Path(__file__).parents[2]
ACCEPTED = {"FAQ_ACCEPT_OPEN_NETWORK": "yes"}
OWN = ["Desk", "desk.example.org", "192.168.1.5"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "localhost", "LOCALHOST"])
def test_this_machine_needs_no_consent(address: str) -> None:
    assert server.refusal(address, {}) is None


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "desk.example.org", "127.1"])
def test_the_network_needs_consent(address: str) -> None:
    sentence = str(server.refusal(address, {}))
    assert f"ADDRESS={address} opens Askwell to the network" in sentence
    assert "everyone who reaches this machine can read and change the collection" in sentence
    assert "there is no sign-in. Set one up (docs/sign-in.md)" in sentence
    assert "set FAQ_ACCEPT_OPEN_NETWORK=yes to accept" in sentence
    assert server.refusal(address, {"FAQ_ACCEPT_OPEN_NETWORK": "1"}) == sentence
    assert server.refusal(address, ACCEPTED) is None


def test_the_network_is_open_to_those_who_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in server.SIGN_IN:
        assert server.refusal("0.0.0.0", {name: "x"}) is None
    monkeypatch.setattr(server, "SECRETS", tmp_path / "secrets.toml")
    server.SECRETS.write_text('FAQ_OFFLINE = "yes"')
    assert "there is no sign-in" in str(server.refusal("0.0.0.0", {}))
    server.SECRETS.write_text("[auth]")
    assert server.refusal("0.0.0.0", {}) is None
    server.SECRETS.write_text("auth")
    with pytest.raises(SystemExit, match=r"secrets\.toml cannot be read"):
        server.refusal("0.0.0.0", {})


@pytest.mark.parametrize(
    ("address", "named", "hosts"),
    [
        ("127.0.0.1", [], ["localhost", "127.0.0.1"]),
        ("127.0.0.1", ["faq.example.org"], ["localhost", "127.0.0.1", "faq.example.org"]),
        ("::1", [], ["localhost", "127.0.0.1", "::1"]),
        ("0.0.0.0", [], ["localhost", "127.0.0.1", "desk", "desk.example.org", "192.168.1.5"]),
        ("0.0.0.0", ["faq.example.org"], ["localhost", "127.0.0.1", "faq.example.org"]),
        ("192.168.1.5", ["faq"], ["localhost", "127.0.0.1", "192.168.1.5", "faq"]),
    ],
)
def test_allowed_hosts(address: str, named: list[str], hosts: list[str]) -> None:
    assert server.allowed_hosts(address, named, OWN) == hosts


def test_the_command_line_is_plain_streamlit() -> None:
    line = server.command("127.0.0.1", 8501, ["localhost", "127.0.0.1"])
    assert line.pop(0) == str(server.PYTHON.absolute())
    assert " ".join(line) == (
        "-m streamlit run asgi.py --server.address 127.0.0.1 --server.port 8501 "
        "--server.allowedHosts localhost --server.allowedHosts 127.0.0.1"
    )


def test_an_open_server_shows_a_name_of_its_own() -> None:
    line = server.command("0.0.0.0", 8501, ["localhost", "127.0.0.1", "desk"])
    assert line[-2:] == ["--browser.serverAddress", "desk"]


def test_the_command_line_comes_before_the_environment() -> None:
    environ = {"PORT": "8600", "ADDRESS": "::1", "HOSTS": " a, b,,"}
    assert server.arguments([], {}) == ("127.0.0.1", 8501, [])
    assert server.arguments([], environ) == ("::1", 8600, ["a", "b"])
    words = ["--port", "8700", "--address", "localhost", "--hosts", "c"]
    assert server.arguments(words, environ) == ("localhost", 8700, ["c"])


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_is_a_number_in_range(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        server.arguments([], {"PORT": port})
    assert f"PORT is '{port}'; a port is a number from 1 to 65535" in capsys.readouterr().err


def test_a_taken_port_is_noticed() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert server.taken("127.0.0.1", other.getsockname()[1])
    assert not server.taken("127.0.0.1", other_free_port())


def other_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_refusal_comes_first_and_starts_nothing() -> None:
    environ = {**os.environ, "ADDRESS": "0.0.0.0"}
    environ.pop("FAQ_ACCEPT_OPEN_NETWORK", None)
    ran = subprocess.run(
        [sys.executable, "run.py"], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.count("\n") == 1
    assert "there is no sign-in" in ran.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither exec nor SIGTERM")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_server_itself(sent: signal.Signals) -> None:
    line = [sys.executable, "-c", "import os; print(os.getpid(), flush=True); input()"]
    # A shell that runs the tests in the background has told them to ignore Ctrl-C.
    listen = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
    become = f"{listen}; from setup.server import start; start({line!r})"
    with subprocess.Popen(
        [sys.executable, "-c", become], cwd=ROOT, stdin=-1, stdout=-1, stderr=-1, text=True
    ) as started:
        assert started.stdout is not None
        assert int(started.stdout.readline()) == started.pid
        started.send_signal(sent)
        assert started.wait(10) != 0
