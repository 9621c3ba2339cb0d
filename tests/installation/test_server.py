"""Where the server may listen and under which names, and how it starts and stops."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from installation import server

ROOT = Path(__file__).parents[2]
ACCEPTED = {"FAQ_ACCEPT_OPEN_NETWORK": "yes"}
OWN = ["Desk", "desk.example.org", "192.168.1.5"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "localhost", "LOCALHOST"])
def test_this_machine_needs_no_consent(address: str) -> None:
    assert server.refusal(address, {}) is None


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "desk.example.org", "127.1"])
def test_the_network_needs_consent(address: str) -> None:
    told = str(server.refusal(address, {}))
    assert f"ADDRESS={address} opens Askwell to the network" in told
    assert "everyone who reaches this machine can read and change the collection" in told
    assert "there is no sign-in yet" in told
    assert "Set FAQ_ACCEPT_OPEN_NETWORK=yes to accept" in told
    assert server.refusal(address, {"FAQ_ACCEPT_OPEN_NETWORK": "1"}) == told
    assert server.refusal(address, ACCEPTED) is None


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
    line = server.command(Path("python"), "127.0.0.1", 8501, ["localhost", "127.0.0.1"])
    assert " ".join(line) == (
        "python -m streamlit run streamlit_app.py --server.address 127.0.0.1 --server.port 8501 "
        "--server.allowedHosts localhost --server.allowedHosts 127.0.0.1"
    )


def test_an_open_server_shows_a_name_of_its_own() -> None:
    line = server.command(Path("python"), "0.0.0.0", 8501, ["localhost", "127.0.0.1", "desk"])
    assert line[-2:] == ["--browser.serverAddress", "desk"]


def test_ports_and_names_as_users_write_them() -> None:
    assert server.port_number("8600") == 8600
    for wrong in ("", "0", "65536", "http", "-1"):
        with pytest.raises(argparse.ArgumentTypeError, match="a port is a number from 1 to 65535"):
            server.port_number(wrong)
    assert server.names(" a, b,,") == ["a", "b"]
    assert server.names("") == []


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
    assert "no sign-in yet" in ran.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither exec nor SIGTERM")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_server_itself(sent: signal.Signals) -> None:
    line = [sys.executable, "-c", "import os; print(os.getpid(), flush=True); input()"]
    # A shell that runs the tests in the background has told them to ignore Ctrl-C.
    listen = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
    become = f"{listen}; from installation.server import start; start({line!r})"
    with subprocess.Popen(
        [sys.executable, "-c", become], cwd=ROOT, stdin=-1, stdout=-1, stderr=-1, text=True
    ) as started:
        assert started.stdout is not None
        assert int(started.stdout.readline()) == started.pid
        started.send_signal(sent)
        assert started.wait(10) != 0
