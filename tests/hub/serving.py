"""What the stand-ins for services share: a small HTTP server in threads of its own."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Quiet(BaseHTTPRequestHandler):
    """What a server answers with; it prints nothing. `self.server.play` is what it plays."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body would wait for each other
    server: "Server"

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    play: Any

    def handle_error(self, *arguments: object) -> None:
        """Say nothing: clients that hang up are part of the play."""


@contextmanager
def serving(
    handler: type[Quiet], play: object, certificate: Path | None = None, host: str = "localhost"
) -> Iterator[str]:
    """Run a server on a free port and lend its address; over TLS where there is a certificate, with
    its key in the file."""
    server = Server(("127.0.0.1", 0), handler)
    server.play = play
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
