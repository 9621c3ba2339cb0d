"""Work on a collection in processes of their own, some of which are killed or have a full disk."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

import pytest

ROOT = Path(__file__).parents[2]
WORK = """
import os, signal, sys
from pathlib import Path
from store import Content, StoreError, fault_points, open_store, restore_store
from tests.store.vectors import add
kill_at, passes, most_bytes = sys.argv.pop(), int(sys.argv.pop()), int(sys.argv.pop())

def reached(step):
    global passes
    passes -= step == kill_at
    if step == kill_at and not passes:
        os.kill(os.getpid(), signal.SIGKILL)

fault_points.reached = reached
if most_bytes:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
try:
{work}
except StoreError as error:
    print(error)
"""
ADD_WITHOUT_END = """
store, number = open_store(sys.argv[1]), 0
while True:
    number += 1
    add(store, Content(f"written card {number}"))
    print(number, flush=True)
"""

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL or a limit on files")


def started(
    work: str, *arguments: object, kill_at: str = "", passes: int = 1, most_bytes: int = 0
) -> "subprocess.Popen[str]":
    """Start work, Python code that finds its arguments in `sys.argv`. It is killed when it reaches
    a fault point for the n-th time, and cannot write a file longer than `most_bytes`."""
    code = WORK.format(work=indent(work, "    "))
    given = [str(one) for one in (*arguments, most_bytes, passes, kill_at)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code, *given], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    )


def run(work: str, *arguments: object, **how: object) -> tuple[int, str]:
    """Do work to its end; return the exit status and what was printed."""
    process = started(work, *arguments, **how)  # type: ignore[arg-type]
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


class Writer:
    """A process that adds entries; `kept` is the number of the last one that is certainly kept."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.kept = 0

    def has_kept(self, more: int) -> None:
        """Wait until so many more entries are kept."""
        assert self._process.stdout is not None
        for _ in range(more):
            line = self._process.stdout.readline()
            assert line, "the writer has ended"
            self.kept = int(line)

    def stop(self) -> None:
        self._process.terminate()
        output, _ = self._process.communicate(timeout=20)
        self.kept = max([self.kept, *(int(line) for line in output.split() if line.isdecimal())])


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Let a process add entries to a collection; end it at the end of the block."""
    process = started(ADD_WITHOUT_END, path)
    try:
        yield Writer(process)
    finally:
        process.kill()
        process.communicate()
