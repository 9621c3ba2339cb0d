"""The start of the server: where it listens, under which names, and the command line of run.py."""

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

from setup.environment import PYTHON
from setup.packages import finish, install_app, install_postgres

ACCEPT = "FAQ_ACCEPT_OPEN_NETWORK"
SIGN_IN = ("FAQ_OIDC_REDIRECT_URI", "FAQ_IDENTITY_HEADER")
SECRETS = Path(__file__).parents[1] / ".streamlit" / "secrets.toml"
_EVERYWHERE = ("0.0.0.0", "::")


def is_loopback(address: str) -> bool:
    """Return whether only this machine itself can reach an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:  # a name: only this one certainly means this machine
        return address.lower() == "localhost"


def refusal(address: str, environ: Mapping[str, str]) -> str | None:
    """Return why the server must not listen at an address, None if it may. Whether a sign-in is set
    up rightly is checked later, when everything is installed."""
    settings = {**environ, **_secrets()}
    signing_in = "auth" in settings or any(settings.get(name) for name in SIGN_IN)
    if is_loopback(address) or settings.get(ACCEPT) == "yes" or signing_in:
        return None
    return (
        f"ADDRESS={address} opens Askwell to the network: everyone who reaches this machine can "
        "read and change the collection, for there is no sign-in. Set one up (docs/sign-in.md), "
        f"set {ACCEPT}=yes to accept that, or leave ADDRESS out to stay on this machine."
    )


def _secrets() -> Mapping[str, object]:
    import tomllib  # a Python that is too old gets a sentence first

    try:
        return tomllib.loads(SECRETS.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        sys.exit(f"{SECRETS} cannot be read: {error}.")


def allowed_hosts(address: str, named: Sequence[str], own: Iterable[str]) -> list[str]:
    """Return the host names that a browser may use; the server refuses any other.

    `named` by the user replace `own`, the machine's names and addresses.
    """
    hosts = ["localhost", "127.0.0.1"]
    if address not in _EVERYWHERE:
        hosts.append(address)
    hosts += named or ([] if is_loopback(address) else own)
    return list(dict.fromkeys(host.lower() for host in hosts))


def own_names() -> list[str]:
    """Return this machine's names and addresses, as far as it knows them; sends nothing."""
    names = [socket.gethostname(), socket.getfqdn()]
    for family, anywhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((anywhere, 9))  # UDP: this looks up the route and sends nothing
                names.append(str(probe.getsockname()[0]))
        except OSError:  # no such network
            continue
    return [name for name in names if name]


def command(address: str, port: int, hosts: Sequence[str]) -> list[str]:
    """Return the server's command line. It always names the address, so that no STREAMLIT_
    variable can open the server."""
    line = [str(PYTHON.absolute()), "-m", "streamlit", "run", "asgi.py"]
    line += ["--server.address", address, "--server.port", str(port)]
    for host in hosts:
        line += ["--server.allowedHosts", host]
    if address in _EVERYWHERE:
        # Without a name to show, Streamlit asks a service outside for this machine's address.
        shown = next((host for host in hosts if not is_loopback(host)), "localhost")
        line += ["--browser.serverAddress", shown]
    return line


def taken(address: str, port: int) -> bool:
    """Return whether something listens at this address and port already."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


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


def arguments(words: Sequence[str], environ: Mapping[str, str]) -> tuple[str, int, list[str]]:
    """Return address, port and host names from the command line, or else from the environment."""
    parser = argparse.ArgumentParser(
        prog="run.py", description="Starts Askwell in the browser, and installs it if needed."
    )
    parser.add_argument("--port", default=environ.get("PORT") or "8501")
    parser.add_argument("--address", default=environ.get("ADDRESS") or "127.0.0.1")
    parser.add_argument("--hosts", default=environ.get("HOSTS", ""), help="its names, a,b")
    given = parser.parse_args(words)
    if not (given.port.isdecimal() and 1 <= int(given.port) <= 65535):
        parser.error(f"PORT is {given.port!r}; a port is a number from 1 to 65535")
    hosts = [name.strip() for name in given.hosts.split(",") if name.strip()]
    return given.address, int(given.port), hosts


def main() -> int:
    """Install the app if needed, then become its server."""
    address, port, named = arguments(sys.argv[1:], os.environ)
    if problem := refusal(address, os.environ):
        sys.exit(problem)
    database = os.environ.get("FAQ_DATABASE", "")
    on_postgres = database.startswith(("postgres:", "postgresql:"))
    finish(install_postgres if on_postgres else install_app)
    if taken(address, port):
        sys.exit(
            f"Port {port} is taken, perhaps by an Askwell that runs already: look at "
            f"http://{address}:{port}, or choose another, such as PORT={port + 1}."
        )
    hosts = allowed_hosts(address, named, [] if is_loopback(address) else own_names())
    # A reverse proxy is seen at its own address: whom it speaks for, FAQ_IDENTITY_HEADER says.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    return start(command(address, port, hosts))
