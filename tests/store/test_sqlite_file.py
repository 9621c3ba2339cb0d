"""One SQLite file under bad luck: foreign, newer, cut short, random, killed, shared."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import apsw
import pytest

from store import Content, EntryFilter, Health, StoreUnavailable, UnreadableDatabase, open_store
from store.sqlite.database import OLDEST_SAFE_SQLITE, connect
from store.sqlite.migration import migrations, newest_schema
from tests.store.damage import foreign, newer, noise
from tests.store.vectors import add, found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "faq.db"
    store = open_store(path)
    add(store, *(Content(f"card {number}") for number in range(50)))
    store.close()
    return path


def test_what_was_saved_is_there_after_opening_again(path: Path) -> None:
    store = open_store(path, create=False)
    assert store.info().entries == 50
    assert store.upkeep.check() == Health()


def test_reading_a_missing_database_makes_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDatabase, match="no database"):
        open_store(tmp_path / "none.db", create=False)
    assert list(tmp_path.iterdir()) == []


def cut(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (foreign, "another application"),
        (newer, "newer Askwell"),
        (noise, "not an SQLite database"),
        *((partial(cut, kept=kept), "not an SQLite database") for kept in (10, 99)),
        *((partial(cut, kept=kept), "cut short") for kept in (100, 4096, 20_000)),
    ],
)
def test_a_file_that_is_no_collection_is_left_alone(
    path: Path, damage: Callable[[Path], None], says: str
) -> None:
    damage(path)
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(UnreadableDatabase, match=says):
            open_store(path, create=create)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_pages_overwritten_with_noise_are_an_error(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + random.Random(2).randbytes(len(data) - 4096))
    with pytest.raises(UnreadableDatabase, match="damaged"):
        open_store(path, create=False).entries.page(EntryFilter())


def test_the_sqlite_in_use_does_not_lose_commits() -> None:
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    assert version >= OLDEST_SAFE_SQLITE


def test_extension_loading_is_off_once_the_connection_is_open(path: Path) -> None:
    connection = connect(path)
    with pytest.raises(apsw.ExtensionLoadingError):
        connection.load_extension("vec0")
    assert connection.pragma("synchronous") == 2
    assert connection.pragma("journal_mode") == "wal"
    connection.close()


def test_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _ in migrations()] == list(range(1, newest_schema() + 1))


def test_a_busy_database_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.sqlite.database.BUSY_TIMEOUT_MS", 50)
    holder = apsw.Connection(str(path))
    holder.execute("BEGIN IMMEDIATE")
    store = open_store(path)
    with pytest.raises(StoreUnavailable, match="busy"):
        store.settings.write({"a": "b"})
    assert store.info().entries == 50  # reading goes on
    holder.close()


def test_threads_that_write_at_once_lose_nothing(path: Path) -> None:
    store = open_store(path)

    def write(name: str) -> None:
        for number in range(25):
            add(store, Content(f"{name} {number}"))
            assert len(found(store, name, 3)) == 3

    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(write, "abcdefghijkl")) == [None] * 12  # none failed
    assert store.info().entries == 50 + 12 * 25
    assert store.upkeep.check() == Health()
