"""Collections of earlier versions: they open, keep every row, and survive what goes wrong."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from store import Content, EntryFilter, Status, StoreUnavailable, UnreadableDatabase, open_store
from store.sqlite import migration
from store.sqlite.database import connect
from store.sqlite.migration import migrations, newest_schema
from tests.store.old_files import OUTGROWN, SCHEMAS, everything, lost, put_old
from tests.store.vectors import embeddings, vector

ROOT = Path(__file__).parents[2]

OPENING = """
import os, signal, sys
from store import fault_points, open_store
def reached(step):
    if step == sys.argv[2]:
        sys.argv[3] = str(int(sys.argv[3]) - 1)
        if sys.argv[3] == "0":
            os.kill(os.getpid(), signal.SIGKILL)
fault_points.reached = reached
open_store(sys.argv[1]).close()
"""


def backups(path: Path) -> list[Path]:
    folder = path.parent / "backups"
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_older_collection_opens_and_keeps_every_row(tmp_path: Path, schema: int) -> None:
    path = put_old(schema, tmp_path / "faq.db")
    before = everything(path)
    assert len(before["entry"]) == 27 and len(before["vector_1_phrasing"]) == 30
    store = open_store(path, create=False)
    assert store.info().schema_version == newest_schema()
    assert store.info().entries == 26
    assert store.check() == []
    [lost_card] = store.get([1])
    assert (lost_card.version, lost_card.created_by, lost_card.updated_by) == (2, "ada", "bo")
    assert lost_card.content.answer == "Call us: 555 1234."
    assert lost_card.content.phrasings == ("card gone", "new way")
    assert [revision.action for revision in store.revisions(7)] == ["restore", "remove", "add"]
    assert store.page(EntryFilter(status=Status.DRAFT)).total == 1
    assert store.page(EntryFilter(deleted=True)).total == 1
    assert [query.text for query in store.recent_queries(9)] == ["plan", "beacon?", "lost card"]
    assert store.setting("display_name") == "Team desk"
    [nearest] = store.nearest(vector("password new"), 1, fingerprint="word-count")
    assert (nearest.entry_id, nearest.phrasing) == (2, "New password?")
    store.close()
    assert lost(before, everything(path)) == []


@pytest.mark.parametrize("schema", OUTGROWN)
def test_a_backup_is_taken_before_the_schema_changes(tmp_path: Path, schema: int) -> None:
    path = put_old(schema, tmp_path / "faq.db")
    before = everything(path)
    open_store(path).close()
    [backup] = backups(path)
    assert backup.name.startswith(f"faq-schema-{schema}-2")
    there = everything(backup)
    assert [job["state"] for job in there.pop("job")] == ["done", "cancelled"]
    del before["job"]
    assert there == before
    open_store(path).close()  # nothing is left to do
    assert backups(path) == [backup]


def test_a_new_collection_and_a_present_one_need_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "faq.db"
    for _ in range(2):
        open_store(path).close()
    assert backups(path) == []


@pytest.mark.parametrize("schema", OUTGROWN)
def test_a_step_that_fails_leaves_the_old_version_as_it_was(
    tmp_path: Path, schema: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put_old(schema, tmp_path / "faq.db")
    before, number = path.read_bytes(), newest_schema() + 1
    bad = "CREATE TABLE fine (id INTEGER); DELETE FROM entry; INSERT INTO nowhere VALUES (1);"
    steps = [*migrations(), (number, bad)]
    monkeypatch.setattr(migration, "migrations", lambda: steps)
    for _ in range(2):
        with pytest.raises(
            UnreadableDatabase,
            match=rf"could not be brought from schema {number - 1} to {number} \(.*nowhere.*left",
        ):
            open_store(path)
        assert path.read_bytes() == before
        assert backups(path) == []  # nothing was changed, so there is nothing to go back to
    monkeypatch.undo()
    assert open_store(path).info().entries == 26


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize(
    ("step", "time"),
    [
        ("migration: backed up", 1),
        ("migration: step written", 1),
        ("migration: step written", 2),
        ("migration: committed", 1),
    ],
)
def test_a_killed_migration_leaves_the_old_version_or_the_new_one(
    tmp_path: Path, step: str, time: int
) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    before = everything(path)
    process = subprocess.run(
        [sys.executable, "-c", OPENING, str(path), step, str(time)], cwd=ROOT, check=False
    )
    assert process.returncode == -signal.SIGKILL
    assert lost(before, everything(path)) == []
    [backup] = backups(path)
    assert lost({"entry": before["entry"]}, everything(backup)) == []
    store = open_store(path)
    assert store.check() == []
    assert store.info().entries == 26
    assert len(backups(path)) == (1 if step == "migration: committed" else 2)


def test_without_a_backup_nothing_is_changed(tmp_path: Path) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    before = path.read_bytes()
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"older Askwell \(schema 1\).*File exists.*try aga"):
        open_store(path)
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"faq.db", "backups"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_stops_the_backup_and_so_the_migration(tmp_path: Path) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    before = path.read_bytes()
    script = (
        "import resource, sys\nfrom store import StoreError, open_store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: open_store(sys.argv[1])\nexcept StoreError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "(schema 1). Before it is brought up to date a backup is made" in done.stdout
    assert "full" in done.stdout
    assert done.stdout.endswith("try again. Nothing else was changed.\n")
    assert path.read_bytes() == before
    assert backups(path) == []


@pytest.mark.parametrize("page", ["entry_category", "phrasing"])
def test_a_damaged_old_collection_is_left_alone(tmp_path: Path, page: str) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    connection = connect(path)
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (page,)).get
    connection.close()
    damaged = bytearray(path.read_bytes())
    damaged[4096 * (root - 1) : 4096 * root] = b"\xff" * 4096
    path.write_bytes(damaged)
    with pytest.raises(UnreadableDatabase, match=r"damaged .* [Rr]estore|left as it is; restore"):
        open_store(path)
    assert path.read_bytes() == damaged
    assert backups(path) == []


def test_two_processes_that_open_it_at_once_migrate_it_once(tmp_path: Path) -> None:
    path = put_old(OUTGROWN[0], tmp_path / "faq.db")
    before = everything(path)
    command = [sys.executable, "-c", OPENING, str(path), "never", "0"]
    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert lost(before, everything(path)) == []
    assert len(backups(path)) == 1


def test_what_was_brought_up_to_date_takes_new_entries(tmp_path: Path) -> None:
    store = open_store(put_old(OUTGROWN[0], tmp_path / "faq.db"))
    content = Content("lost login", "yes")
    [entry] = store.add([content], embeddings(content, fingerprint="word-count"), "ada")
    assert entry.id == 28
    assert store.check() == []
