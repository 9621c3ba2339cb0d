"""A question stays on the machine: no connection is opened, and nothing is left in the home."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedding import Embedder
from faq.collection import Collection
from faq.samples import PUBLISHED_QUESTION, load_sample
from store import open_store

ROOT = Path(__file__).parents[1]

# An audit hook sees every connection that Python opens, whichever way; none can undo it. A refusal
# that some library swallows still ends up on standard error.
GUARDED = """
import os, runpy, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
                 "socket.gethostbyname", "socket.bind"):
        os.write(2, f"OPENED {event} {arguments[1:]}\\n".encode())
        raise OSError("there is no network")
sys.addaudithook(refuse)
import socket
def refuse_connect(*arguments):
    os.write(2, b"OPENED connect\\n")
    raise OSError("there is no network")
for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, refuse_connect)
exec(os.environ["FIRST"])
sys.argv[0] = "faq"
runpy.run_module("faq", run_name="__main__", alter_sys=True)
"""


def search(
    home: Path, database: Path, cache: Path, first: str = ""
) -> subprocess.CompletedProcess[str]:
    """Ask on the command line, in a process whose every connection is refused and reported."""
    kept = {"PATH", "SYSTEMROOT", "LANG"}
    environ = {name: value for name, value in os.environ.items() if name in kept}
    environ |= {"HOME": str(home), "USERPROFILE": str(home), "LOGNAME": "ada", "FIRST": first}
    environ |= {"FAQ_DATA_DIR": str(cache)}
    environ |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(home.parent)}
    command = [sys.executable, "-c", GUARDED, "--json", "--database", str(database)]
    return subprocess.run(
        [*command, "search", PUBLISHED_QUESTION],
        cwd=home,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.mark.model
def test_a_search_opens_no_connection_and_leaves_nothing_behind(
    tmp_path: Path, home: Path, real_embedder: Embedder, model_cache: Path
) -> None:
    database = tmp_path / "faq.db"
    store = open_store(database)
    load_sample(Collection(store, real_embedder, "ada"))
    done = search(home, database, model_cache)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert result["answered"]
    assert result["matches"][0]["cosine"] == pytest.approx(0.75653076, abs=1e-4)
    assert store.log.page(1).queries[0].text == PUBLISHED_QUESTION
    store.close()
    assert list(home.iterdir()) == []
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["faq.db"]


@pytest.mark.parametrize(
    "first",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://localhost:9')",
        "import _socket; _socket.socket().connect(('127.0.0.1', 9))",
    ],
)
def test_the_guard_reports_a_connection(tmp_path: Path, home: Path, first: str) -> None:
    done = search(
        home, tmp_path / "none.db", tmp_path, first=f"try:\n    {first}\nexcept OSError: pass"
    )
    assert "OPENED" in done.stderr
    assert done.returncode == 2
