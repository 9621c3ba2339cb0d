"""What stands between Askwell and a server of PostgreSQL: encryption, or a slow network."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg

SSL_REQUEST_BYTES = 8


@contextmanager
def proxied(address: str, *, certificate: Path | None = None, seconds: float = 0) -> Iterator[int]:
    """Lend a port of this machine that leads to a server's socket: encrypted with a certificate,
    or with so many seconds that every message takes."""
    given = psycopg.conninfo.conninfo_to_dict(address)
    target = f"{given['host']}/.s.PGSQL.{given.get('port') or 5432}"
    encryption = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
    if encryption and certificate:
        encryption.load_cert_chain(certificate)
    with socket.create_server(("", 0)) as listening:
        threads = list[threading.Thread]()

        def begin(work: Callable[..., None], *arguments: socket.socket) -> threading.Thread:
            threads.append(threading.Thread(target=work, args=arguments))
            threads[-1].start()
            return threads[-1]

        def accept() -> None:
            with suppress(OSError):  # the block has ended
                while True:
                    begin(serve, listening.accept()[0])

        def serve(client: socket.socket) -> None:
            with suppress(OSError), ExitStack() as opened:
                opened.enter_context(client)
                if encryption:
                    client.recv(SSL_REQUEST_BYTES)
                    client.sendall(b"S")
                    client = opened.enter_context(encryption.wrap_socket(client, server_side=True))
                server = opened.enter_context(socket.socket(socket.AF_UNIX))
                server.connect(target)
                back = begin(pass_on, server, client)
                pass_on(client, server)
                back.join()

        def pass_on(one: socket.socket, other: socket.socket) -> None:
            with suppress(OSError):
                while data := one.recv(1 << 16):
                    time.sleep(seconds)
                    other.sendall(data)
            with suppress(OSError):
                other.shutdown(socket.SHUT_RDWR)

        begin(accept)
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
