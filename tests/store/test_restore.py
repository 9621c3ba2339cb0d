"""A restore puts one collection in the place of another: whole, for everybody, with a way back."""

import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from store import (
    Content,
    EntryFilter,
    Health,
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
from tests.store.damage import damaged_page, foreign, newer, noise, truncated
from tests.store.old_files import SCHEMAS, everything, lost, put_old
from tests.store.processes import on_posix, run, started, writing
from tests.store.vectors import MODEL, add, edit, vector

CARD, PLAN, REFUND = Content("lost card", "new card"), Content("plan"), Content("refund")


LOGGED = LoggedQuery("q", "cosine", True, 1, 0.5, 0.1, 0.1, 0.2, datetime(2026, 11, 21, tzinfo=UTC))


def questions(store: Store) -> list[str]:
    page = store.entries.page(EntryFilter(), limit=9999)
    return [entry.content.question for entry in page.entries]


def found(store: Store, text: str) -> str:
    """Return the most similar phrasing: by the vectors in the file, with which those in memory must
    agree."""
    [nearest] = store.vectors.nearest(vector(text), 1, fingerprint=MODEL.fingerprint)
    resident = store.vectors.resident(fingerprint=MODEL.fingerprint)
    rows = resident.phrasings.alive()
    best = rows[np.argmax(resident.phrasings.vectors[rows] @ vector(text))]
    assert resident.texts[best] == nearest.phrasing
    return nearest.phrasing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir()
    return tmp_path / "live" / "faq.db"


@pytest.fixture
def store(path: Path) -> Store:
    """A collection with one entry."""
    store = open_store(path)
    add(store, CARD)
    return store


@pytest.fixture
def backup(store: Store, tmp_path: Path) -> Path:
    """A backup of it; afterwards the collection has another entry, too."""
    backup = tmp_path / "copies" / "backup.db"
    store.upkeep.backup(backup)
    add(store, PLAN)
    return backup


def test_what_was_backed_up_is_back_and_what_was_there_is_kept(
    store: Store, path: Path, backup: Path
) -> None:
    there, now = backup.read_bytes(), everything(path)
    assert found(store, "plan") == "plan"
    restored = restore_store(backup, path)
    assert restored.entries == 1
    assert questions(store) == ["lost card"]
    assert found(store, "plan") == "lost card"
    assert store.upkeep.check() == Health()
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
    store.log.add(replace(LOGGED, thumb=1, actor="cy"))
    settings = {"display_name": "Team desk", "dismissed/stale 1": "ada", "speed reports/1": "{}"}
    store.settings.write(settings)
    revisions = store.entries.revisions(1)
    store.upkeep.backup(tmp_path / "backup.db")
    store.log.delete()
    store.settings.write({"display_name": "Other", "dismissed/stale 1": None})
    edit(store, 1, 1, REFUND)
    restore_store(tmp_path / "backup.db", path)
    assert store.log.page(9).queries == (replace(LOGGED, thumb=1, actor="cy", id=1),)
    assert store.state().settings == {"display_name": "Team desk"}
    assert store.settings.read("dismissed") == {"stale 1": "ada"}
    assert store.settings.read("speed reports") == {"1": "{}"}
    assert store.entries.revisions(1) == revisions


# Others who have it open


ANSWER = """
from tests.store.test_restore import found, questions
store = open_store(sys.argv[1])
for text in sys.stdin:
    hits = [hit.entry_id for hit in store.words.search(text, 9)]
    print(found(store, text), hits, questions(store), *store.upkeep.check().problems, flush=True)
"""


def test_another_process_answers_from_the_restored_collection(
    store: Store, path: Path, backup: Path
) -> None:
    process = started(ANSWER, path)

    def ask(text: str) -> str:
        assert process.stdin is not None and process.stdout is not None
        print(text, file=process.stdin, flush=True)
        return process.stdout.readline().strip()

    try:
        assert ask("plan") == "plan [2] ['lost card', 'plan']"
        restore_store(backup, path)
        assert ask("plan") == "lost card [] ['lost card']"
        add(store, REFUND)
        assert ask("refund") == "refund [3] ['lost card', 'refund']"
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


def test_vectors_in_memory_of_before_are_not_taken_for_those_written_since(
    store: Store, path: Path, backup: Path
) -> None:
    for text in ("refund", "cancel"):  # as many fills each time, of the same entries
        restore_store(backup, path)
        store.vectors.fill(MODEL, "phrasing", [(1, "lost card")], vector(text)[None])
        resident = store.vectors.resident(fingerprint=MODEL.fingerprint)
        [now] = resident.phrasings.vectors[resident.rows_of(1)]
        np.testing.assert_allclose(now, vector(text))


def test_every_entry_counts_as_changed(store: Store, path: Path, backup: Path) -> None:
    token = store.state().changes
    restore_store(backup, path)
    changes = store.entries.changes_since(token)
    assert changes.token > token
    assert changes.entry_ids == (1, 2)


def test_ids_are_not_used_again(store: Store, path: Path, backup: Path) -> None:
    restore_store(backup, path)
    assert [entry.id for entry in add(store, REFUND)] == [3]
    assert [store.log.add(LOGGED), store.log.add(LOGGED)] == [1, 2]
    restore_store(backup, path)
    assert store.log.add(LOGGED) == 3


def test_an_edit_made_from_what_was_replaced_is_refused(
    store: Store, path: Path, backup: Path
) -> None:
    edit(store, 1, 1, REFUND)
    restore_store(backup, path)
    with pytest.raises(StaleEdit):
        edit(store, 1, 2, PLAN)


def test_jobs_stay_those_of_this_machine(store: Store, path: Path, tmp_path: Path) -> None:
    minute, backup = timedelta(minutes=1), tmp_path / "backup.db"
    old = store.jobs.start("import", owner="old", actor="ada", total=9, silent_after=minute)
    store.upkeep.backup(backup)
    store.jobs.finish(old.id, owner="old", state="done", result="all of it")
    mine = store.jobs.start("restore", owner="mine", actor="bo", total=None, silent_after=minute)
    restored = restore_store(backup, path)
    job = store.jobs.latest("import")
    assert job is not None and (job.state, job.result) == ("done", "all of it")
    assert store.jobs.beat(mine.id, owner="mine", done=1, total=1)
    assert restored.kept is not None
    kept = open_store(restored.kept).jobs.latest("restore")
    assert kept is not None and kept.state == "cancelled"


def test_who_may_do_what_stays_as_it_is(store: Store, path: Path, tmp_path: Path) -> None:
    """Else whoever has a backup made elsewhere restored would be its admin."""
    backup = tmp_path / "backup.db"
    store.settings.write({"access": "theirs", "access seen/eve": "x", "typing": "theirs"})
    store.upkeep.backup(backup)
    store.settings.write({"access": "ours", "access seen/eve": None, "typing": "ours"})
    store.settings.write({"access changes/1": "ours"})
    restore_store(backup, path)
    assert store.state().settings == {"access": "ours", "typing": "theirs"}
    assert store.settings.read("access seen") == {}
    assert store.settings.read("access changes") == {"1": "ours"}


def test_no_write_is_lost_between_the_two(store: Store, path: Path, backup: Path) -> None:
    with writing(path) as writer:
        writer.has_kept(3)
        restored = restore_store(backup, path)
        writer.has_kept(3)
        writer.stop()
    assert restored.kept is not None
    both = set(questions(open_store(restored.kept))) | set(questions(store))
    assert {f"written card {number + 1}" for number in range(writer.kept)} <= both
    assert store.upkeep.check() == Health()


def test_nobody_writes_between_the_keeping_and_the_replacing(
    store: Store, path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sqlite.database.BUSY_TIMEOUT_MS", 50)
    steps = []

    def write(step: str) -> None:
        if step == "restore: kept the old one":
            with pytest.raises(StoreUnavailable, match="busy"):
                open_store(path).settings.write({"a": "b"})
            assert questions(store) == ["lost card", "plan"]  # reading goes on
        steps.append(step)

    monkeypatch.setattr(fault_points, "reached", write)
    restore_store(backup, path)
    assert steps == ["restore: checked", "restore: kept the old one", "restore: replaced"]


def test_a_writer_that_does_not_end_stops_a_restore(
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


def without_a_vector(path: Path) -> None:
    run_on(path, "DELETE FROM vector_1_phrasing")


def trigger(path: Path) -> None:
    """With the next entry, whoever made the backup would be an admin."""
    run_on(
        path,
        "CREATE TRIGGER mine AFTER INSERT ON entry BEGIN"
        " INSERT OR REPLACE INTO setting VALUES ('access', 'theirs'); END",
    )


def view(path: Path) -> None:
    run_on(path, "CREATE VIEW mine AS SELECT * FROM setting")


def computed_column(path: Path) -> None:
    run_on(path, "ALTER TABLE setting ADD COLUMN mine TEXT AS (upper(value)) VIRTUAL")


def run_on(path: Path, sql: str) -> None:
    connection = connect(path)
    connection.execute(sql)
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
    trigger: (UnreadableDatabase, "contains the trigger 'mine', which Askwell never makes"),
    view: (UnreadableDatabase, "contains the view 'mine'"),
    computed_column: (UnreadableDatabase, "contains the computed column 'setting.mine'"),
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


# What may be there


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
    assert store.upkeep.check() == Health()
    assert questions(store)[0] == "Where is my lost card?"
    assert backup.read_bytes() == there
    del before["job"]
    assert lost(before, everything(path)) == []
    assert store.jobs.latest("reembed") is None


def test_a_collection_that_somebody_has_open_can_be_the_backup(
    store: Store, path: Path, tmp_path: Path
) -> None:
    add(store, REFUND)
    assert path.with_name("faq.db-wal").stat().st_size > 0
    restored = restore_store(path, tmp_path / "twin" / "faq.db")
    assert (restored.entries, restored.kept) == (2, None)
    assert questions(open_store(tmp_path / "twin" / "faq.db")) == ["lost card", "refund"]


def test_a_collection_of_a_newer_version_can_be_replaced(
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
    store.close()  # what it has of the old file takes nothing from the new one
    assert questions(other) == ["lost card", "refund"]
    other.close()
    assert questions(open_store(path)) == ["lost card", "refund"]


def test_a_file_that_was_deleted_under_somebody_is_an_error(
    store: Store, path: Path, backup: Path
) -> None:
    elsewhere = path.rename(path.with_name("elsewhere.db"))
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"was moved or deleted while .* Put it back"):
            store.settings.write({"a": "b"})
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
    store: Store, path: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, CARD, PLAN)
    with store._database.reading() as connection:  # type: ignore[attr-defined]
        [before] = connection.select("SELECT count(*) FROM entry")
        path.unlink()
        restore_store(backup, path)
        assert connection.select("SELECT count(*) FROM entry") == [before]  # a reader reads on
    for _ in range(9):
        assert questions(store) == ["lost card"]


# Kills

RESTORE = "print(restore_store(Path(sys.argv[1]), sys.argv[2]))"
KILL_IN_THE_MIDDLE = """
import apsw
from store.sqlite import backup
backup.PAGES_AT_ONCE = 4
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
"""


@on_posix
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
    work = KILL_IN_THE_MIDDLE + RESTORE if step == "in the middle" else RESTORE
    assert run(work, backup, path, kill_at=f"restore: {step}") == (-signal.SIGKILL, "")
    new = step == "replaced"
    if there == "noise" and not new:
        assert path.read_bytes() == before
    else:
        now = open_store(path)
        assert len(questions(now)) == (1 if new else 202)
        assert now.upkeep.check() == Health()
        add(now, REFUND)
    if there == "open":
        assert len(questions(store)) == (2 if new else 203)
    restore_store(backup, path)  # nothing that was left is in the way
    assert questions(open_store(path)) == ["lost card"]


@on_posix
@pytest.mark.parametrize(
    ("share", "says"),
    [
        (0.3, "A copy of {backup} beside {path} could not be written: the disk"),
        (0.7, "The copy {path.parent}/faq-replaced-"),
        (
            1.0,
            "The database {path} cannot be used: the disk refused",
        ),  # the log has a header for each page
    ],
)
def test_a_full_disk_leaves_the_collection_as_it_was(
    store: Store, path: Path, tmp_path: Path, share: float, says: str
) -> None:
    add(store, *(Content(f"card {number}", "x" * 2000) for number in range(300)))
    backup = tmp_path / "backup.db"
    store.upkeep.backup(backup)
    if share == 0.7:  # the kept one is the longest
        small = open_store(tmp_path / "small.db")
        backup = tmp_path / "small backup.db"
        small.upkeep.backup(backup)
        store.close()
        limit = (backup.stat().st_size + path.stat().st_size) // 2
    else:
        store.close()
        limit = int(share * backup.stat().st_size) + 1000
    before = path.read_bytes()
    _, message = run(RESTORE, backup, path, most_bytes=limit)
    assert says.format(backup=backup, path=path) in message
    assert "Nothing" in message
    assert everything(path)["entry"][300]["id"] == 301
    assert [file.name for file in path.parent.iterdir() if "replaced" not in file.name] == [
        "faq.db"
    ]
    assert path.read_bytes() == before


def test_every_page_size_takes_every_other(tmp_path: Path) -> None:
    """The first version wrote smaller pages."""
    small, large = put_old(1, tmp_path / "small.db"), tmp_path / "large.db"
    store = open_store(large)
    add(store, CARD)
    store.upkeep.backup(tmp_path / "backup.db")
    restore_store(small, large)
    assert len(questions(store)) == 26
    restore_store(tmp_path / "backup.db", small)
    assert questions(open_store(small)) == ["lost card"]
    assert connect(small).pragma("page_size") == 4096
