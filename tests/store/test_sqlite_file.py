"""One SQLite file under bad luck: foreign, newer, cut short, random, killed, shared."""

import random
import threading
from pathlib import Path

import apsw
import pytest

from store import Content, EntryFilter, StoreUnavailable, UnreadableDatabase, open_store
from store.sqlite.database import OLDEST_SAFE_SQLITE, connect
from store.sqlite.migration import migrations, newest_schema
from tests.store.conftest import MODEL
from tests.store.vectors import embeddings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "faq.db"
    store = open_store(path)
    store.use_model(MODEL)
    contents = [Content(f"card {number}") for number in range(50)]
    store.add(contents, embeddings(*contents), "ada")
    store.close()
    return path


def refuses(path: Path, says: str) -> None:
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(UnreadableDatabase, match=says):
            open_store(path, create=create)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_what_was_saved_is_there_after_opening_again(path: Path) -> None:
    store = open_store(path, create=False)
    assert store.info().entries == 50
    assert store.check() == []


def test_reading_a_missing_database_makes_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDatabase, match="no database"):
        open_store(tmp_path / "none.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_another_application_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "browser.db"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('a')")
    connection.close()
    refuses(path, "another application")


def test_a_newer_schema_is_left_alone(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", newest_schema() + 1)
    connection.close()
    refuses(path, "newer Askwell")


@pytest.mark.parametrize("kept", [10, 99, 100, 4096, 20_000])
def test_a_file_cut_short_is_left_alone(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])
    refuses(path, "cut short|not an SQLite database")


def test_random_bytes_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "noise.db"
    path.write_bytes(random.Random(1).randbytes(5000))
    refuses(path, "not an SQLite database")


def test_pages_overwritten_with_noise_are_told_as_a_sentence(path: Path) -> None:
    noise = bytearray(path.read_bytes())
    noise[4096:] = random.Random(2).randbytes(len(noise) - 4096)
    path.write_bytes(noise)
    with pytest.raises(UnreadableDatabase, match="damaged"):
        open_store(path, create=False).page(EntryFilter())


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
        store.set_setting("a", "b")
    assert store.info().entries == 50  # reading goes on
    holder.close()


def test_threads_that_write_at_once_lose_nothing(path: Path) -> None:
    store = open_store(path)
    failures: list[Exception] = []

    def write(name: str) -> None:
        try:
            for number in range(25):
                content = Content(f"{name} {number}")
                store.add([content], embeddings(content), name)
                store.nearest_many(
                    embeddings(content).vectors[content.question][None],
                    3,
                    fingerprint=MODEL.fingerprint,
                )
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(f"writer {n}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.info().entries == 50 + 12 * 25
    assert store.check() == []
