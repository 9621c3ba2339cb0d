"""A real server in a process of its own, watched from outside."""

import ipaddress
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).parents[2]
PATIENCE = 60
# CI hides what libraries do on a user's machine; the others would change the app or its home.
LEFT_OUT = ("CI", "FAQ_", "STREAMLIT_", "XDG_", "HF_", "TORCH_", "TRANSFORMERS_")
# A page that goes away while Streamlit reads from it: Streamlit closes the socket a second time.
CLOSED_TWICE = re.compile(
    r".*Exception in ASGI application.*"
    r"starlette\.websockets\.WebSocketDisconnected: Cannot call \"send\".*"
)


@dataclass
class Server:
    """The app as a user starts it: `folder` holds its home, its database and its log, `cache` what
    was made of the model. In `settings`, `{url}` is its address: it keeps its port then. `hosts`
    are names that it is reached by, beside those of this machine."""

    folder: Path
    cache: Path
    port: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    hosts: Sequence[str] = ()
    project: Path = ROOT
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "faq.db"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text(errors="replace")

    @property
    def failed(self) -> bool:
        """Whether anything in the log is an error that was not expected."""
        return "Traceback" in CLOSED_TWICE.sub("", self.log)

    @property
    def asked_for(self) -> list[str]:
        """Every host that the process connected to or asked the address of."""
        lines = (self.folder / "watched.txt").read_text().splitlines()
        return [line.split(" ", 1)[1] for line in lines]

    @property
    def peers(self) -> set[str]:
        """The other ends of the process's sockets that are open now, as Linux tells them."""
        assert self.process is not None
        folder = Path(f"/proc/{self.process.pid}")
        own = set()
        for number in (folder / "fd").iterdir():
            with suppress(OSError):  # closed in the meantime
                own.add(str(number.readlink()))
        found = set()
        for kind in ("tcp", "tcp6", "udp", "udp6"):
            for line in (folder / "net" / kind).read_text().splitlines()[1:]:
                cells = line.split()
                if f"socket:[{cells[9]}]" in own:
                    found.add(_address(cells[2].partition(":")[0]))
        return found

    def start(self) -> None:
        """Start the process and wait until it answers."""
        self.home.mkdir(exist_ok=True)
        if not (self.port and self.settings):
            self.port = free_port()
        environ = {k: v for k, v in os.environ.items() if not k.startswith(LEFT_OUT)}
        environ |= {
            "HOME": str(self.home),
            "FAQ_DATABASE": str(self.database),
            "FAQ_DATA_DIR": str(self.cache),
            "FAQ_ACTOR": "ada",
            "PYTHONPATH": str(Path(__file__).parent / "watched"),
            "ASKWELL_WATCHED": str(self.folder / "watched.txt"),
            **{name: value.format(url=self.url) for name, value in self.settings.items()},
        }
        command = [sys.executable, "-m", "streamlit", "run", "asgi.py"]
        command += ["--server.port", str(self.port), "--server.headless", "true"]
        for host in ("localhost", "127.0.0.1", *self.hosts):
            command += ["--server.allowedHosts", host]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.project,
                env=environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, self.log
            assert monotonic() < deadline, self.log
            sleep(0.05)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Stop it as a service manager does, or with another signal, and see that it leaves no
        process behind."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(by)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)
            raise
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        raise AssertionError("The server left a process behind.")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            return False


def _address(written: str) -> str:
    """Return an address as people write it; the kernel writes words in the machine's byte order."""
    raw = bytes.fromhex(written)
    words = [
        raw[i : i + 4][:: -1 if sys.byteorder == "little" else 1] for i in range(0, len(raw), 4)
    ]
    return str(ipaddress.ip_address(b"".join(words)))


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
