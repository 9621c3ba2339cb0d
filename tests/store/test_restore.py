"""A restore puts the one collection in the place of the other: whole, for everybody, with a way
back."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path

import apsw
import numpy as np
import pytest

from store import (
    Content,
    EntryFilter,
    LoggedQuery,
    StaleEdit,
    Store,
    StoreUnavailable,
    UnreadableDatabase,
    Unsound,
    fault_points,
    open_store,
    restore_store,
    summary_of,
)
from store.sqlite.database import connect
from store.sqlite.migration import newest_schema
from tests.store.conftest import MODEL
from tests.store.old_files import SCHEMAS, everything, lost, put_old
from tests.store.vectors import embeddings, vector
from tests.store.writing import ROOT, writing

CARD, PLAN, REFUND = Content("lost card", "new card"), Content("plan"), Content("refund")


def add(store: Store, *contents: Content) -> list[int]:
    return [entry.id for entry in store.add(contents, embeddings(*contents), "ada")]


def questions(store: Store) -> list[str]:
    return [entry.content.question for entry in store.page(EntryFilter(), limit=9999).entries]


def found(store: Store, text: str) -> str:
    """The best phrasing: by the vectors in the file, which those in memory must agree with."""
    [nearest] = store.nearest(vector(text), 1, fingerprint=MODEL.fingerprint)
    snapshot = store.snapshot(fingerprint=MODEL.fingerprint)
    best = int(np.argmax(snapshot.vectors @ vector(text)))
    assert snapshot.texts[best] == nearest.phrasing
    return nearest.phrasing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir()
    return tmp_path / "live" / "faq.db"


@pytest.fixture
def store(path: Path) -> Store:
    """A collection with one entry."""
    store = open_store(path)
    store.use_model(MODEL)
    add(store, CARD)
    return store


@pytest.fixture
def backup(store: Store, tmp_path: Path) -> Path:
    """A backup of it; afterwards the collection holds another entry."""
    backup = tmp_path / "copies" / "backup.db"
    store.backup(backup)
    add(store, PLAN)
    return backup


def test_what_was_backed_up_is_back_and_what_was_there_is_kept(
    store: Store, path: Path, backup: Path
) -> None:
    there, now = backup.read_bytes(), everything(path)
    restored = restore_store(backup, path)
    assert restored.entries == 1
    assert questions(store) == ["lost card"]
    assert store.check() == []
    assert restored.kept is not None
    assert restored.kept.parent == path.parent
    assert restored.kept.name.startswith("faq-replaced-2")
    assert everything(restored.kept) == now
    assert backup.read_bytes() == there
    again = restore_store(restored.kept, path)
    assert questions(store) == ["lost card", "plan"]
    assert again.kept != restored.kept
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
    assert not list(path.parent.glob(".*"))


def test_the_log_the_settings_and_the_history_come_back(
    store: Store, path: Path, tmp_path: Path
) -> None:
    at = store.revisions(1)[0].at
    query = LoggedQuery("q", "cosine", True, 1, 0.5, 0.1, 0.1, 0.2, at, thumb=1, actor="cy")
    store.log_query(query)
    store.set_setting("display_name", "Team desk")
    store.dismiss(["stale 1"], "ada")
    store.keep_report("speed", "{}", "ada")
    revisions = store.revisions(1)
    store.backup(tmp_path / "backup.db")
    store.delete_queries()
    store.set_setting("display_name", "Other")
    store.undismiss(["stale 1"])
    store.edit(1, 1, REFUND, embeddings(REFUND), "bo")
    restore_store(tmp_path / "backup.db", path)
    assert [query.text for query in store.recent_queries(9)] == ["q"]
    assert store.setting("display_name") == "Team desk"
    assert store.dismissed() == {"stale 1"}
    assert len(store.reports("speed", 9)) == 1
    assert store.revisions(1) == revisions


# Others who have it open


SERVING = """
import sys
from store import open_store
from tests.store.test_restore import found, questions
store = open_store(sys.argv[1])
for text in sys.stdin:
    print(found(store, text), [hit.entry_id for hit in store.keyword(text, 9)], questions(store),
          store.check(), flush=True)
"""


def test_another_process_answers_from_the_restored_collection(
    store: Store, path: Path, backup: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVING, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None

    def ask(text: str) -> str:
        assert process.stdin is not None and process.stdout is not None
        print(text, file=process.stdin, flush=True)
        return process.stdout.readline().strip()

    try:
        assert ask("plan") == "plan [2] ['lost card', 'plan'] []"
        restore_store(backup, path)
        assert ask("plan") == "lost card [] ['lost card'] []"
        add(store, REFUND)
        assert ask("refund") == "refund [3] ['lost card', 'refund'] []"
    finally:
        process.kill()
        process.communicate()


def test_a_reader_in_the_middle_of_a_question_keeps_what_it_sees(
    store: Store, path: Path, backup: Path
) -> None:
    reader = connect(path)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM entry").get == 2
    restore_store(backup, path)
    assert reader.execute("SELECT count(*) FROM entry").get == 2
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM entry").get == 1
    reader.close()


def test_vectors_in_memory_follow_a_restore(store: Store, path: Path, backup: Path) -> None:
    assert found(store, "plan") == "plan"
    restore_store(backup, path)
    assert found(store, "plan") == "lost card"


def test_vectors_in_memory_of_before_are_not_taken_for_those_written_since(
    store: Store, path: Path, backup: Path
) -> None:
    def fill(text: str) -> None:
        store.fill(MODEL.fingerprint, "phrasing", [(1, "lost card")], vector(text)[None])

    restore_store(backup, path)
    fill("refund")
    snapshot = store.snapshot(fingerprint=MODEL.fingerprint)
    np.testing.assert_allclose(snapshot.vectors[0], vector("refund"))
    restore_store(backup, path)
    fill("cancel")  # as many fillings as before, over the same entries
    snapshot = store.snapshot(fingerprint=MODEL.fingerprint)
    np.testing.assert_allclose(snapshot.vectors[0], vector("cancel"))


def test_whoever_follows_the_changes_hears_of_every_entry(
    store: Store, path: Path, backup: Path
) -> None:
    token = store.changes_since(0).token
    restore_store(backup, path)
    changes = store.changes_since(token)
    assert changes.token > token
    assert changes.entry_ids == (1, 2)


def test_ids_are_not_used_again(store: Store, path: Path, backup: Path) -> None:
    restore_store(backup, path)
    assert add(store, REFUND) == [3]
    log = LoggedQuery("q", "cosine", True, 1, 0.5, 0.1, 0.1, 0.2, store.revisions(1)[0].at)
    ids = [store.log_query(log), store.log_query(log)]
    restore_store(backup, path)
    assert store.log_query(log) > max(ids)


def test_an_edit_of_what_stood_there_is_refused(store: Store, path: Path, backup: Path) -> None:
    store.edit(1, 1, REFUND, embeddings(REFUND), "bo")
    restore_store(backup, path)
    with pytest.raises(StaleEdit):
        store.edit(1, 2, PLAN, embeddings(PLAN), "bo")


def test_jobs_stay_those_of_this_machine(store: Store, path: Path, tmp_path: Path) -> None:
    minute, backup = timedelta(minutes=1), tmp_path / "backup.db"
    old = store.start_job("import", owner="old", actor="ada", total=9, silent_after=minute)
    store.backup(backup)
    store.finish_job(old.id, owner="old", state="done", result="all of it")
    mine = store.start_job("restore", owner="mine", actor="bo", total=None, silent_after=minute)
    restored = restore_store(backup, path)
    job = store.job("import")
    assert job is not None and (job.state, job.result) == ("done", "all of it")
    assert store.beat_job(mine.id, owner="mine", done=1, total=1)
    assert restored.kept is not None
    kept = open_store(restored.kept).job("restore")
    assert kept is not None and kept.state == "cancelled"


def test_no_write_is_lost_between_the_two(store: Store, path: Path, backup: Path) -> None:
    with writing(path) as writer:
        writer.has_kept(3)
        restored = restore_store(backup, path)
        writer.has_kept(3)
        writer.stop()
    assert restored.kept is not None
    both = set(questions(open_store(restored.kept))) | set(questions(store))
    assert {f"written card {number + 1}" for number in range(writer.kept)} <= both
    assert store.check() == []


def test_nobody_writes_between_the_keeping_and_the_replacing(
    store: Store, path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sqlite.database.BUSY_TIMEOUT_MS", 50)
    steps = []

    def write(step: str) -> None:
        if step == "restore: kept the old one":
            with pytest.raises(StoreUnavailable, match="busy"):
                open_store(path).set_setting("a", "b")
            assert questions(store) == ["lost card", "plan"]  # reading goes on
        steps.append(step)

    monkeypatch.setattr(fault_points, "reached", write)
    restore_store(backup, path)
    assert steps == ["restore: checked", "restore: kept the old one", "restore: replaced"]


def test_a_writer_that_does_not_let_go_is_told(
    store: Store, path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sqlite.database.BUSY_TIMEOUT_MS", 50)
    holder = connect(path)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match=r"was busy .* Nothing was changed; try again"):
        restore_store(backup, path)
    holder.close()
    assert questions(store) == ["lost card", "plan"]
    assert not list(path.parent.glob("*replaced*"))


# What is refused


def foreign(path: Path) -> None:
    path.unlink()
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('a')")
    connection.close()


def newer(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", newest_schema() + 1)
    connection.close()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20_000])


def noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(10_000))


def damaged_page(path: Path) -> None:
    connection = connect(path)
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'phrasing'").get
    connection.close()
    data = bytearray(path.read_bytes())
    data[16_384 * (root - 1) : 16_384 * root] = random.Random(1).randbytes(16_384)
    path.write_bytes(data)


def without_a_vector(path: Path) -> None:
    connection = connect(path)
    connection.execute("DELETE FROM vector_1_phrasing")
    connection.pragma("journal_mode", "DELETE")
    connection.close()


REFUSED: dict[Callable[[Path], None], tuple[type[Exception], str]] = {
    Path.unlink: (UnreadableDatabase, "There is no backup at"),
    foreign: (UnreadableDatabase, "belongs to another application"),
    newer: (UnreadableDatabase, "was written by a newer Askwell"),
    truncated: (UnreadableDatabase, "is cut short"),
    noise: (UnreadableDatabase, "is not an SQLite database"),
    damaged_page: (Unsound, "damaged"),
    without_a_vector: (Unsound, "Phrasings without a vector: 1"),
}


@pytest.mark.parametrize("damage", REFUSED, ids=lambda damage: damage.__name__)
def test_a_backup_that_cannot_be_used_changes_nothing(
    store: Store, path: Path, backup: Path, damage: Callable[[Path], None]
) -> None:
    damage(backup)
    store.close()
    files = {file: file.read_bytes() for file in [*path.parent.iterdir(), *backup.parent.iterdir()]}
    error, says = REFUSED[damage]
    with pytest.raises(error, match=says):
        restore_store(backup, path)
    now = [*path.parent.iterdir(), *backup.parent.iterdir()]
    assert {file: file.read_bytes() for file in now} == files


def test_the_collection_itself_is_no_backup_of_it(store: Store, path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="is the collection itself"):
        restore_store(path, path)


def test_another_application_s_database_is_not_replaced(
    store: Store, path: Path, backup: Path
) -> None:
    store.close()
    foreign(path)
    before = path.read_bytes()
    with pytest.raises(UnreadableDatabase, match="belongs to another application"):
        restore_store(backup, path)
    assert path.read_bytes() == before


def test_a_restore_can_be_cancelled_while_the_backup_is_read(
    store: Store, path: Path, backup: Path
) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        restore_store(backup, path, stop)
    assert questions(store) == ["lost card", "plan"]
    assert not list(path.parent.glob(".*"))


# What may stand there


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_backup_of_an_older_version_is_brought_up_to_date(
    store: Store, path: Path, tmp_path: Path, schema: int
) -> None:
    backup = put_old(schema, tmp_path / "old.db")
    there, before = backup.read_bytes(), everything(backup)
    assert summary_of(backup).schema_version == schema
    restored = restore_store(backup, path)
    assert restored.entries == 26
    assert store.info().schema_version == newest_schema()
    assert store.check() == []
    assert questions(store)[0] == "Where is my lost card?"
    assert backup.read_bytes() == there
    del before["job"]
    assert lost(before, everything(path)) == []
    job = store.job("reembed")
    assert job is None


def test_a_collection_that_somebody_has_open_can_be_the_backup(
    store: Store, path: Path, tmp_path: Path
) -> None:
    add(store, REFUND)
    assert path.with_name("faq.db-wal").stat().st_size > 0
    restored = restore_store(path, tmp_path / "twin" / "faq.db")
    assert (restored.entries, restored.kept) == (2, None)
    assert questions(open_store(tmp_path / "twin" / "faq.db")) == ["lost card", "refund"]


def test_a_newer_version_s_collection_can_be_gone_back_from(
    store: Store, path: Path, backup: Path
) -> None:
    store.close()
    newer(path)
    restored = restore_store(backup, path)
    assert questions(open_store(path)) == ["lost card"]
    assert restored.kept is not None
    with pytest.raises(UnreadableDatabase, match="newer"):
        open_store(restored.kept)


@pytest.mark.parametrize("damage", [noise, truncated, damaged_page, lambda path: path.unlink()])
def test_a_collection_that_is_damaged_or_gone_is_replaced(
    store: Store, path: Path, backup: Path, damage: Callable[[Path], None]
) -> None:
    store.close()
    damage(path)
    before = path.read_bytes() if path.exists() else None
    restored = restore_store(backup, path)
    assert questions(open_store(path)) == ["lost card"]
    if before is None:
        assert restored.kept is None
    else:
        assert restored.kept is not None
        assert restored.kept.read_bytes()[4096:] == before[4096:]


def test_what_a_lost_collection_left_beside_it_does_not_get_into_the_restored_one(
    store: Store, path: Path, backup: Path
) -> None:
    wal = path.with_name("faq.db-wal")
    left = wal.read_bytes()
    assert left
    store.close()
    path.unlink()
    wal.write_bytes(left)
    restore_store(backup, path)
    assert questions(open_store(path)) == ["lost card"]
    [kept] = path.parent.glob("faq-replaced-*")
    assert kept.name.endswith("-wal")
    assert kept.read_bytes() == left


def test_whoever_has_a_file_open_that_is_exchanged_goes_on_with_the_new_one(
    store: Store, path: Path, backup: Path
) -> None:
    assert found(store, "plan") == "plan"
    noise(path)
    path.with_name("faq.db-wal").unlink()
    restore_store(backup, path)
    assert questions(store) == ["lost card"]
    assert found(store, "plan") == "lost card"
    other = open_store(path)
    add(other, REFUND)
    store.close()  # what it still held of the old file takes nothing from the new one
    assert questions(other) == ["lost card", "refund"]
    other.close()
    assert questions(open_store(path)) == ["lost card", "refund"]


def test_a_file_that_was_deleted_under_somebody_is_told(
    store: Store, path: Path, backup: Path
) -> None:
    elsewhere = path.rename(path.with_name("elsewhere.db"))
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"was moved or deleted while .* Put it back"):
            store.set_setting("a", "b")
    assert not path.exists()
    elsewhere.rename(path)
    assert questions(store) == ["lost card", "plan"]
    path.unlink()
    restore_store(backup, path)
    assert questions(store) == ["lost card"]
    path.unlink()
    put_old(1, path)
    with pytest.raises(StoreUnavailable, match=r"Another file was put at .* Start Askwell again"):
        store.info()


def test_connections_in_use_while_a_file_is_exchanged_are_not_used_again(
    store: Store, path: Path, backup: Path
) -> None:
    vectors = store.question_vectors()
    assert next(vectors)[0] == 1
    path.unlink()
    restore_store(backup, path)
    assert [entry_id for entry_id, _ in vectors] == [2]  # whoever is reading reads on
    for _ in range(9):
        assert questions(store) == ["lost card"]


# Kills

RESTORING = """
import os, signal, sys
from pathlib import Path
from store import fault_points, restore_store
from store.sqlite import copying
copying.PAGES_AT_ONCE = 4
def reached(step):
    if step == f"restore: {sys.argv[3]}":
        os.kill(os.getpid(), signal.SIGKILL)
fault_points.reached = reached
if sys.argv[3] == "in the middle":
    import apsw
    class Backup:
        pages = 0
        def __init__(self, backup): self.backup = backup
        def __enter__(self): self.backup.__enter__(); return self
        def __exit__(self, *error): return self.backup.__exit__(*error)
        def __getattr__(self, name): return getattr(self.backup, name)
        def step(self, pages):
            self.backup.step(pages)
            if self.writes and pages:
                Backup.pages += 1
                if Backup.pages == 3: os.kill(os.getpid(), signal.SIGKILL)
    class Connection(apsw.Connection):
        def backup(self, *arguments):
            wrapped = Backup(super().backup(*arguments))
            wrapped.writes = self.filename == sys.argv[2]
            return wrapped
    apsw.Connection = Connection
print(restore_store(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize(
    ("there", "step"),
    [
        *product(("open", "closed"), ("checked", "kept the old one", "in the middle", "replaced")),
        *product(("noise",), ("checked", "kept the old one", "replaced")),
    ],
)
def test_a_killed_restore_leaves_the_old_one_or_the_new_one(
    store: Store, path: Path, backup: Path, there: str, step: str
) -> None:
    add(store, *(Content(f"card {number}") for number in range(200)))
    if there != "open":
        store.close()
    if there == "noise":
        noise(path)
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", RESTORING, str(backup), str(path), step], cwd=ROOT, check=False
    )
    assert done.returncode == -signal.SIGKILL
    new = step == "replaced"
    if there == "noise" and not new:
        assert path.read_bytes() == before
    else:
        now = open_store(path)
        assert len(questions(now)) == (1 if new else 202)
        assert now.check() == []
        add(now, REFUND)
    if there == "open":
        assert len(questions(store)) == (2 if new else 203)
    restore_store(backup, path)  # nothing that was left is in the way
    assert questions(open_store(path)) == ["lost card"]


FULL = """
import resource, sys
from pathlib import Path
from store import StoreError, restore_store
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    print(restore_store(Path(sys.argv[1]), sys.argv[2]))
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("share", "says"),
    [
        (0.3, "A copy of {backup} beside {path} could not be written: the disk"),
        (0.7, "The copy {path.parent}/faq-replaced-"),
        (1.0, "The disk refused to write {path}: "),  # the log is longer by a header a page
    ],
)
def test_a_full_disk_leaves_the_collection_as_it_was(
    store: Store, path: Path, tmp_path: Path, share: float, says: str
) -> None:
    add(store, *(Content(f"card {number}", "x" * 2000) for number in range(300)))
    backup = tmp_path / "backup.db"
    store.backup(backup)
    if share == 0.7:  # the kept one is the longest
        small = open_store(tmp_path / "small.db")
        small.use_model(MODEL)
        backup = tmp_path / "small backup.db"
        small.backup(backup)
        store.close()
        limit = (backup.stat().st_size + path.stat().st_size) // 2
    else:
        store.close()
        limit = int(share * backup.stat().st_size) + 1000
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(backup), str(path), str(limit)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert says.format(backup=backup, path=path) in done.stdout
    assert "Nothing" in done.stdout
    assert everything(path)["entry"][300]["id"] == 301
    assert [file.name for file in path.parent.iterdir() if "replaced" not in file.name] == [
        "faq.db"
    ]
    assert path.read_bytes() == before


def test_every_page_size_takes_every_other(tmp_path: Path) -> None:
    """The first version wrote smaller pages."""
    small, large = put_old(1, tmp_path / "small.db"), tmp_path / "large.db"
    store = open_store(large)
    store.use_model(MODEL)
    add(store, CARD)
    store.backup(tmp_path / "backup.db")
    restore_store(small, large)
    assert len(questions(store)) == 26
    restore_store(tmp_path / "backup.db", small)
    assert questions(open_store(small)) == ["lost card"]
    assert connect(small).pragma("page_size") == 4096
