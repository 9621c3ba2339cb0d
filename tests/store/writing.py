"""A process of its own that adds entries to a collection, one after the other."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

WRITING = """
import sys
from store import Content, open_store
from tests.store.vectors import embeddings
store, number = open_store(sys.argv[1]), 0
while True:
    number += 1
    content = Content(f"written card {number}")
    store.add([content], embeddings(content), "writer")
    print(number, flush=True)
"""


class Writer:
    """What the process has said so far: the numbers of the entries that it was told are kept."""

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
        out, _ = self._process.communicate(timeout=20)
        numbers = [int(line) for line in out.split() if line.isdecimal()]
        self.kept = max([self.kept, *numbers])


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Let a process write to a collection; stop it at the end, if it was not stopped before."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITING, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Writer(process)
    finally:
        process.kill()
        process.wait(20)
