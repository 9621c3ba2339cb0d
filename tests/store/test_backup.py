"""A backup is whole, verified before it has its name, and hinders nobody."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from store import Content, Store, StoreUnavailable, Unsound, open_store, summary_of
from store.sqlite import copying
from store.sqlite.database import connect
from tests.store.conftest import MODEL
from tests.store.old_files import everything
from tests.store.vectors import embeddings, vector
from tests.store.writing import ROOT, writing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir()
    return tmp_path / "live" / "faq.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copies" / "faq-1.db"


@pytest.fixture
def store(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(copying, "PAGES_AT_ONCE", 4)
    store = open_store(path)
    store.use_model(MODEL)
    contents = [Content(f"card {number}", "lost", tags=("a",)) for number in range(300)]
    store.add(contents, embeddings(*contents), "ada")
    store.remove([3], "bo")
    store.set_setting("a", "b")
    yield store
    store.close()


def test_a_backup_is_one_file_that_opens_as_the_collection(
    store: Store, path: Path, target: Path
) -> None:
    told: list[tuple[int, int]] = []
    store.backup(target, lambda done, total: told.append((done, total)))
    assert [file.name for file in target.parent.iterdir()] == [target.name]
    assert told == sorted(told)
    assert len(told) > 10
    assert told[-1][0] == told[-1][1]
    assert everything(target) == everything(path)
    summary = summary_of(target)
    assert (summary.entries, summary.schema_version) == (299, store.info().schema_version)
    assert summary.changed_at == store.revisions(3)[0].at
    assert [file.name for file in target.parent.iterdir()] == [target.name]
    copy = open_store(target, create=False)
    assert copy.check() == []
    assert copy.nearest(vector("card"), 1, fingerprint=MODEL.fingerprint)
    copy.close()


def test_what_stands_in_the_log_alone_is_in_the_backup(
    store: Store, path: Path, target: Path
) -> None:
    content = Content("just now")
    [entry] = store.add([content], embeddings(content), "ada")
    assert path.with_name("faq.db-wal").stat().st_size > 0
    store.backup(target)
    assert open_store(target).get([entry.id])[0].content == content


def test_a_writer_goes_on_while_a_backup_is_made(store: Store, path: Path, target: Path) -> None:
    with writing(path) as writer:
        writer.has_kept(1)
        before = store.info().entries

        def wait_for_the_writer(done: int, total: int) -> None:
            if done < total:
                writer.has_kept(1)

        store.backup(target, wait_for_the_writer)
        assert writer.kept > 10
        writer.stop()
    held = summary_of(target).entries
    assert before <= held < before + 3  # it is of the moment when it began
    assert open_store(target).check() == []
    assert store.info().entries == 299 + writer.kept
    assert store.check() == []


def test_a_backup_holds_no_job_that_looks_alive(store: Store, target: Path) -> None:
    minute = timedelta(minutes=1)
    live = store.start_job("import", owner="o", actor="ada", total=9, silent_after=minute)
    store.backup(target)
    copy = open_store(target)
    job = copy.job("import")
    assert job is not None
    assert (job.state, job.result) == (
        "cancelled",
        "It was under way when the collection was copied.",
    )
    copy.start_job("import", owner="p", actor="bo", total=9, silent_after=minute)
    assert store.beat_job(live.id, owner="o", done=1, total=9)


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
        store.backup(target, stop)
    assert list(target.parent.iterdir()) == []
    store.set_setting("still", "works")


def test_a_backup_overwrites_nothing(store: Store, path: Path, target: Path) -> None:
    target.parent.mkdir()
    target.write_text("My thesis")
    for there in (target, path):
        before = there.read_bytes()
        with pytest.raises(StoreUnavailable, match="a backup overwrites nothing"):
            store.backup(there)
        assert there.read_bytes() == before


def test_a_collection_with_problems_gives_no_backup(store: Store, path: Path, target: Path) -> None:
    connection = connect(path)
    connection.execute("DELETE FROM vector_1_phrasing WHERE rowid = 7")
    connection.close()
    with pytest.raises(Unsound, match="not used: Phrasings without a vector: 7") as refused:
        store.backup(target)
    assert refused.value.problems == ("Phrasings without a vector: 7.",)
    assert list(target.parent.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"not be written: (File exists|Not a dir)"):
        store.backup(tmp_path / "file" / "faq.db")


BACKING_UP = """
import os, resource, signal, sys
from pathlib import Path
from store import StoreError, fault_points, open_store
def reached(step):
    if step == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
fault_points.reached = reached
store = open_store(sys.argv[1])
if sys.argv[3] == "full disk":
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    store.backup(Path(sys.argv[2]))
except StoreError as error:
    print(error)
"""


def backed_up_by_another(path: Path, target: Path, step: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", BACKING_UP, str(path), str(target), step],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("step", ["backup: copied", "backup: verified", "backup: named"])
def test_a_killed_backup_has_its_name_only_if_it_is_whole(
    store: Store, path: Path, target: Path, step: str
) -> None:
    done = backed_up_by_another(path, target, step)
    assert done.returncode == -signal.SIGKILL, done.stderr
    [left] = target.parent.iterdir()
    if step == "backup: named":
        assert left == target
        assert everything(target) == everything(path)
        return
    assert left.name.startswith(f".{target.name}.")
    store.backup(target)  # a day later what was left is gone
    assert len(list(target.parent.iterdir())) == 2
    yesterday = time.time() - 25 * 3600
    os.utime(left, (yesterday, yesterday))
    store.backup(target.with_name("faq-2.db"))
    assert {file.name for file in target.parent.iterdir()} == {"faq-1.db", "faq-2.db"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_is_told(store: Store, path: Path, target: Path) -> None:
    done = backed_up_by_another(path, target, "full disk")
    assert f"The copy {target} could not be written: the disk" in done.stdout, done.stderr
    assert "full" in done.stdout
    assert list(target.parent.iterdir()) == []
    assert store.check() == []
