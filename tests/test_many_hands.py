"""Two processes with four threads each on one collection: no update is lost, nobody is turned away,
and nobody sees a text without its vector.

320 edits and reads in the normal run; 5,000 with ASKWELL_LONG=1, which `make soak` sets.
"""

import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from faq.collection import recorded
from store import StoreUnavailable, open_store
from tests.fakes import WordCountEmbedder
from tests.hands import ENTRIES, THREADS, content, embeddings
from tests.postgres import database
from tests.stores import use_model

ROOT = Path(__file__).parents[1]
PROCESSES = 2
OPERATIONS = 5000 if os.environ.get("ASKWELL_LONG") else 320


@pytest.fixture
def path(tmp_path: Path) -> Path:
    fill(str(tmp_path / "faq.db"))
    return tmp_path / "faq.db"


def fill(place: str) -> None:
    """Write the entries that are edited."""
    store, chance = open_store(place), random.Random(1)
    use_model(store, recorded(WordCountEmbedder().model))
    for _ in range(ENTRIES):
        said = content(0, chance)
        store.entries.add([said], embeddings(said), "ada")
    store.close()


def test_many_hands_on_one_file(path: Path) -> None:
    work_on(str(path))


def test_many_hands_on_one_database() -> None:
    with database() as address:
        fill(address)
        work_on(address)


def work_on(place: str) -> None:
    """Let every hand edit and read, and assert that nothing was lost."""
    command = [sys.executable, "-m", "tests.hands", place, str(OPERATIONS // PROCESSES)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    done = [json.loads(process.communicate()[0]) for process in processes]
    assert [error for one in done for error in one["errors"]] == []
    store = open_store(place)
    entries = store.entries.get(range(1, ENTRIES + 1))
    edits = sum(one["edits"] for one in done)
    assert edits == OPERATIONS // PROCESSES // THREADS // 2 * PROCESSES * THREADS
    assert sum(int(entry.content.answer) for entry in entries) == edits
    assert sum(entry.version - 1 for entry in entries) == edits
    assert store.upkeep.check().problems == ()
    store.close()


def test_a_process_that_writes_without_a_pause_lets_others_write(path: Path) -> None:
    script = (
        "import sys, store\n"
        "own = store.open_store(sys.argv[1])\n"
        "sys.stdout.write('ready\\n'); sys.stdout.flush()\n"
        "while True: own.settings.write({'other': 'x' * 100_000})\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        store = open_store(path)
        for number in range(20):
            store.settings.write({"own": str(number)})  # or StoreUnavailable
        store.close()
    finally:
        other.kill()
        other.communicate()


def test_writing_goes_on_after_a_turn_that_failed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, begun, go_on = open_store(path), threading.Event(), threading.Event()
    monkeypatch.setattr("store.sqlite.database.BUSY_TIMEOUT_MS", 50)

    def hold() -> None:
        with store._database.writing():  # type: ignore[attr-defined]
            begun.set()
            assert go_on.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert begun.wait(10)
    with pytest.raises(StoreUnavailable, match="busy"):
        store.settings.write({"a": "b"})
    go_on.set()
    holder.join()
    store.settings.write({"a": "b"})
    store.close()
