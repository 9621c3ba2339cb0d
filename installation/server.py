"""The start of the server: where it listens, who may reach it, and its command line."""

from __future__ import annotations

import argparse
import errno
import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from installation.environment import Environment
from installation.setup import ROOT, ended, install_app, say

ACCEPT = "FAQ_ACCEPT_OPEN_NETWORK"
ADDRESS, PORT = "127.0.0.1", 8501
_EVERYWHERE = ("0.0.0.0", "::")


def is_loopback(address: str) -> bool:
    """Whether only this machine itself can reach an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:  # a name: only this one is known to stay at home
        return address.lower() == "localhost"


def refusal(address: str, environ: Mapping[str, str]) -> str | None:
    """Why the server must not listen at an address, None where it may."""
    if is_loopback(address) or environ.get(ACCEPT) == "yes":
        return None
    return (
        f"ADDRESS={address} opens Askwell to the network: everyone who reaches this machine can "
        "read and change the collection, for there is no sign-in yet. "
        f"Set {ACCEPT}=yes to accept that, or leave ADDRESS out to stay on this machine."
    )


def allowed_hosts(address: str, named: Sequence[str], own: Iterable[str]) -> list[str]:
    """The host names that a browser may have used to get here; any other is turned away.

    `named` are the user's, and take the place of `own`, the machine's names and addresses.
    """
    hosts = ["localhost", "127.0.0.1"]
    if address not in _EVERYWHERE:
        hosts.append(address)
    hosts += named or ([] if is_loopback(address) else own)
    return list(dict.fromkeys(host.lower() for host in hosts))


def own_names() -> list[str]:
    """This machine's names and addresses, as far as it knows them; sends nothing to anyone."""
    names = [socket.gethostname(), socket.getfqdn()]
    for family, anywhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((anywhere, 9))  # only asks for the way there: UDP sends no greeting
                names.append(str(probe.getsockname()[0]))
        except OSError:  # no such network
            continue
    return [name for name in names if name]


def command(python: Path, address: str, port: int, hosts: Sequence[str]) -> list[str]:
    """The server's command line.

    The address is always said, so that no STREAMLIT_ variable of the user's can open the server.
    """
    line = [str(python), "-m", "streamlit", "run", "streamlit_app.py"]
    line += ["--server.address", address, "--server.port", str(port)]
    for host in hosts:
        line += ["--server.allowedHosts", host]
    if address in _EVERYWHERE:
        # Without a name to show, Streamlit asks a service outside for this machine's address.
        names = [host for host in hosts if not is_loopback(host)]
        line += ["--browser.serverAddress", names[0] if names else "localhost"]
    return line


def taken(address: str, port: int) -> bool:
    """Whether something listens at this address and port already."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # as the server does: a port that was just left counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def port_number(text: str) -> int:
    """A port as the user wrote it."""
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"PORT is {text!r}; a port is a number from 1 to 65535")


def names(text: str) -> list[str]:
    """Host names as the user wrote them, `a,b`."""
    return [name.strip() for name in text.split(",") if name.strip()]


def start(line: Sequence[str]) -> int:
    """Become the server, so that Ctrl-C and SIGTERM reach it and nothing is left behind."""
    if os.name != "nt":
        os.execv(line[0], list(line))
    # Windows has no exec: wait beside the server, to which the console sends Ctrl-C as well.
    with subprocess.Popen(line) as server:
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                continue


def main(arguments: Sequence[str]) -> int:
    """`python3 run.py [--port N] [--address A] [--hosts a,b]`, or the same by environment."""
    environ = os.environ
    parser = argparse.ArgumentParser(
        prog="run.py", description="Starts Askwell in the browser, and installs it where needed."
    )
    option = parser.add_argument
    option("--port", type=port_number, default=environ.get("PORT") or str(PORT))
    option("--address", default=environ.get("ADDRESS") or ADDRESS)
    option("--hosts", type=names, default=environ.get("HOSTS", ""), help="its names, a,b")
    chosen = parser.parse_args(arguments)
    address: str = chosen.address
    port: int = chosen.port
    if problem := refusal(address, environ):
        print(problem, file=sys.stderr)
        return 1
    environment = Environment(ROOT, say)
    if status := ended(lambda: install_app(environment)):
        return status
    if taken(address, port):
        print(
            f"Port {port} is taken, perhaps by an Askwell that runs already: look at "
            f"http://{address}:{port}, or choose another, such as PORT={port + 1}.",
            file=sys.stderr,
        )
        return 1
    own = [] if is_loopback(address) else own_names()
    hosts = allowed_hosts(address, chosen.hosts, own)
    os.chdir(ROOT)
    return start(command(environment.python, address, port, hosts))
