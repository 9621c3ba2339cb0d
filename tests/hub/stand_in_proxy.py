"""A small proxy that leads to wherever it is asked, and notes where that was."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


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

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

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

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.url = f"http://localhost:{server.server_port}"
    if certificate:
        proxy.url = f"https://localhost:{server.server_port}"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := here.recv(65_536):
            there.sendall(block)
        there.shutdown(socket.SHUT_WR)
