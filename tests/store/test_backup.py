"""A backup is whole, verified before it has its name, and hinders nobody."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from store import Content, Health, Store, StoreUnavailable, Unsound, open_store, summary_of
from store.sqlite import backup
from store.sqlite.database import connect
from tests.store.old_files import everything
from tests.store.processes import on_posix, run, writing
from tests.store.vectors import MODEL, add, vector


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir()
    return tmp_path / "live" / "faq.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copies" / "faq-1.db"


@pytest.fixture
def store(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(backup, "PAGES_AT_ONCE", 4)
    store = open_store(path)
    contents = [Content(f"card {number}", "lost", tags=("a",)) for number in range(300)]
    add(store, *contents)
    store.entries.set_deleted([3], True, "bo")
    store.settings.write({"a": "b"})
    yield store
    store.close()


def test_a_backup_is_one_file_that_opens_as_the_collection(
    store: Store, path: Path, target: Path
) -> None:
    steps: list[tuple[int, int]] = []
    store.upkeep.backup(target, lambda done, total: steps.append((done, total)))
    assert [file.name for file in target.parent.iterdir()] == [target.name]
    assert steps == sorted(steps)
    assert len(steps) > 10
    assert steps[-1][0] == steps[-1][1]
    assert everything(target) == everything(path)
    summary = summary_of(target)
    assert (summary.entries, summary.schema_version) == (299, store.info().schema_version)
    assert summary.changed_at == store.entries.revisions(3)[0].at
    assert [file.name for file in target.parent.iterdir()] == [target.name]
    copy = open_store(target, create=False)
    assert copy.upkeep.check() == Health()
    assert copy.vectors.nearest(vector("card"), 1, fingerprint=MODEL.fingerprint)
    copy.close()


def test_what_is_only_in_the_write_ahead_log_is_in_the_backup(
    store: Store, path: Path, target: Path
) -> None:
    [entry] = add(store, Content("just now"))
    assert path.with_name("faq.db-wal").stat().st_size > 0
    store.upkeep.backup(target)
    assert open_store(target).entries.get([entry.id])[0].content == entry.content


def test_a_writer_goes_on_while_a_backup_is_made(store: Store, path: Path, target: Path) -> None:
    with writing(path) as writer:
        writer.has_kept(1)
        before = store.info().entries
        begun: list[int] = []

        def wait_for_the_writer(done: int, total: int) -> None:
            begun.append(store.info().entries)
            if done < total:
                writer.has_kept(1)

        store.upkeep.backup(target, wait_for_the_writer)
        assert writer.kept > 10
        writer.stop()
    copied = summary_of(target).entries
    assert before <= copied <= begun[0] < begun[-1]  # it is of the moment when it began
    assert open_store(target).upkeep.check() == Health()
    # It may have been ended after it kept an entry, and before it said so.
    assert store.info().entries - 299 - writer.kept in (0, 1)
    assert store.upkeep.check() == Health()


def test_a_backup_contains_no_running_job(store: Store, target: Path) -> None:
    minute = timedelta(minutes=1)
    live = store.jobs.start("import", owner="o", actor="ada", total=9, silent_after=minute)
    store.upkeep.backup(target)
    copy = open_store(target)
    job = copy.jobs.latest("import")
    assert job is not None
    assert job.state == "cancelled"
    assert job.result == "It was running when the collection was copied."
    copy.jobs.start("import", owner="p", actor="bo", total=9, silent_after=minute)
    assert store.jobs.beat(live.id, owner="o", done=1, total=9)


class Stop(Exception):
    """Somebody wants no backup after all."""


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_backup_that_is_cancelled_leaves_nothing(
    store: Store, target: Path, share: float
) -> None:
    def stop(done: int, total: int) -> None:
        if done >= share * total:
            raise Stop

    with pytest.raises(Stop):
        store.upkeep.backup(target, stop)
    assert list(target.parent.iterdir()) == []
    store.settings.write({"still": "works"})


def test_a_backup_overwrites_nothing(store: Store, path: Path, target: Path) -> None:
    target.parent.mkdir()
    target.write_text("My thesis")
    for there in (target, path):
        before = there.read_bytes()
        with pytest.raises(StoreUnavailable, match="a backup overwrites nothing"):
            store.upkeep.backup(there)
        assert there.read_bytes() == before


def test_a_collection_with_problems_gives_no_backup(store: Store, path: Path, target: Path) -> None:
    connection = connect(path)
    connection.execute("DELETE FROM vector_1_phrasing WHERE rowid = 7")
    connection.close()
    with pytest.raises(Unsound, match="not used: Phrasings without a vector: 7") as refused:
        store.upkeep.backup(target)
    assert refused.value.problems == ("Phrasings without a vector: 7.",)
    assert list(target.parent.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_error(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"not be written: (File exists|Not a dir)"):
        store.upkeep.backup(tmp_path / "file" / "faq.db")


BACK_UP = "open_store(sys.argv[1]).upkeep.backup(Path(sys.argv[2]))"


@on_posix
@pytest.mark.parametrize("step", ["backup: copied", "backup: verified", "backup: named"])
def test_a_killed_backup_has_its_name_only_if_it_is_whole(
    store: Store, path: Path, target: Path, step: str
) -> None:
    assert run(BACK_UP, path, target, kill_at=step) == (-signal.SIGKILL, "")
    [left] = target.parent.iterdir()
    if step == "backup: named":
        assert left == target
        assert everything(target) == everything(path)
        return
    assert left.name.startswith(f".{target.name}.")
    store.upkeep.backup(target)  # a day later what was left is gone
    assert len(list(target.parent.iterdir())) == 2
    yesterday = time.time() - 25 * 3600
    os.utime(left, (yesterday, yesterday))
    store.upkeep.backup(target.with_name("faq-2.db"))
    assert {file.name for file in target.parent.iterdir()} == {"faq-1.db", "faq-2.db"}


@on_posix
def test_a_full_disk_is_an_error(store: Store, path: Path, target: Path) -> None:
    _, message = run(BACK_UP, path, target, most_bytes=300_000)
    assert f"The copy {target} could not be written: the disk" in message
    assert "full" in message
    assert list(target.parent.iterdir()) == []
    assert store.upkeep.check() == Health()
