"""A small proxy that leads to wherever it is asked, and notes where that was."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.hub.serving import Quiet, serving


@dataclass
class StandInProxy:
    """Where the proxy listens, whom it led where, and what it asks for."""

    url: str = ""
    led_to: list[str] = field(default_factory=list)
    wants_password: bool = False


@contextmanager
def proxied(certificate: Path | None = None) -> Iterator[StandInProxy]:
    """Run a proxy for HTTPS: it connects, and passes bytes on in both directions. It is itself
    spoken to over TLS where there is a certificate, with its key in the file."""
    proxy = StandInProxy()

    class Handler(Quiet):
        protocol_version = "HTTP/1.0"

        def do_CONNECT(self) -> None:
            if proxy.wants_password and not self.headers.get("Proxy-Authorization"):
                self.send_error(407)
                return
            proxy.led_to.append(self.path)
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port))) as onward:
                self.send_response(200)
                self.end_headers()
                back = threading.Thread(target=_pass_on, args=[onward, self.connection])
                back.start()
                _pass_on(self.connection, onward)
                back.join()
            self.close_connection = True

    with serving(Handler, proxy, certificate) as proxy.url:
        yield proxy


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := here.recv(65_536):
            there.sendall(block)
        there.shutdown(socket.SHUT_WR)
