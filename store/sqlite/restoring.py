"""A backup put in the place of the collection."""

from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from store import fault_points
from store.backup_files import Restored, Summary, backup_name, free_name
from store.errors import StoreUnavailable, UnreadableDatabase
from store.records import ACCESS
from store.relational import changes
from store.sqlite import backup as backup_copy
from store.sqlite.connection import SQLiteConnection
from store.sqlite.database import (
    explained,
    header_of,
    inspect,
    is_sqlite,
    missing_bytes,
    refuse_foreign,
    transaction,
)
from store.sqlite.migration import migrate, newest_schema, schema_version
from store.sqlite.read_only import read_only_connection

DAMAGED = (apsw.CorruptError, apsw.NotADBError)


def summary_of(path: Path) -> Summary:
    """Return what a collection's file holds; see `store.summary_of`."""
    inspect(path, newest_schema())
    with explained(path), _read_only(path) as connection:
        _refuse_programs(connection, path)
        [(entries, changed_at)] = connection.select(
            "SELECT (SELECT count(*) FROM entry WHERE deleted_at IS NULL),"
            " (SELECT max(at) FROM revision)",
        )
        changed = datetime.fromisoformat(changed_at) if changed_at else None
        return Summary(entries, changed, schema_version(connection.raw))


def restore(backup: Path, path: Path, progress: backup_copy.Progress) -> Restored:
    """Put a backup in the place of the collection at `path`; see `store.restore_store`."""
    _refuse_unusable(backup)
    if path.exists() and path.samefile(backup):
        raise StoreUnavailable(f"{backup} is the collection itself. Name a backup of it.")
    path = path.resolve()  # a link goes on leading to the collection
    readable = _can_be_opened(path)
    with backup_copy.hidden(path) as staged:
        what = f"A copy of {backup} beside {path}"
        with explained(backup), _read_only(backup) as source, backup_copy.explained_copy(what):
            backup_copy.copy_pages(source, staged, progress)
        with backup_copy.explained_copy(what):
            _prepare(staged, backup, _page_size(path) if readable else None)
            backup_copy.verify(staged)
        fault_points.reached("restore: checked")
        entries = summary_of(staged).entries
        kept = free_name(path.with_name(backup_name(path, "replaced", datetime.now(UTC))))
        if readable:
            with explained(path), suppress(*DAMAGED):
                _write_over(staged, path, kept)
                return Restored(entries, kept)
        with backup_copy.explained_copy(str(path)):
            return Restored(entries, _put_in_place(staged, path, kept))


def _refuse_unusable(backup: Path) -> None:
    if not backup.exists():
        raise UnreadableDatabase(f"There is no backup at {backup}. Check the path.")
    try:
        inspect(backup, newest_schema())
    except UnreadableDatabase as error:
        raise UnreadableDatabase(
            f"The backup cannot be used, and the collection was not touched. {error}"
        ) from None


def _read_only(path: Path) -> AbstractContextManager[SQLiteConnection]:
    """Lend a connection to a collection that somebody may have open: its log is beside it then."""
    alone = not any(file.exists() for file in backup_copy.sidecars(path))
    return read_only_connection(path, alone=alone)


def _can_be_opened(path: Path) -> bool:
    """Return whether SQLite can open the file at `path`. Raises `UnreadableDatabase` where it is
    another application's."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    header = header_of(path)
    if not is_sqlite(header):
        return False
    refuse_foreign(path, header)
    return not missing_bytes(path, header)


def _page_size(path: Path) -> int | None:
    with explained(path), backup_copy.opened(path) as connection, suppress(*DAMAGED):
        connection.select("SELECT 1 FROM sqlite_schema")
        return int(str(connection.raw.pragma("page_size")))
    return None


def _prepare(staged: Path, backup: Path, page_size: int | None) -> None:
    """Bring a copy up to date, end the jobs in it, and give it the page size of the collection that
    it is written over."""
    with backup_copy.opened(staged) as connection:
        raw = connection.raw
        _refuse_programs(connection, backup)
        if schema_version(raw) < newest_schema():
            with transaction(raw, "IMMEDIATE"):
                migrate(connection, backup)
        if page_size not in (None, raw.pragma("page_size")):
            raw.pragma("page_size", page_size)
            raw.execute("VACUUM")
    backup_copy.end_jobs(staged)


def _refuse_programs(connection: SQLiteConnection, backup: Path) -> None:
    """Raise `UnreadableDatabase` for a database with something in it that would run: Askwell makes
    nothing of that kind, and a trigger could give somebody a role with the next write."""
    running = connection.select(
        "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view')"
        " UNION ALL SELECT 'computed column', t.name || '.' || c.name"
        " FROM sqlite_schema AS t, pragma_table_xinfo(t.name) AS c"
        " WHERE t.type = 'table' AND c.hidden IN (2, 3)"
    )
    for kind, name in running:
        raise UnreadableDatabase(
            f"The backup {backup} contains the {kind} {name!r:.60}, which Askwell never makes: "
            "somebody has changed it. The collection was left as it is."
        )


def _write_over(staged: Path, path: Path, kept: Path) -> None:
    """Write a copy's pages over a collection that others may have open, in one transaction: they
    see it as they see any other, and a crash leaves the one collection or the other."""
    with (
        backup_copy.opened(path) as target,
        backup_copy.opened(path) as old,
        backup_copy.opened(staged) as new,
    ):
        target.raw.pragma("journal_mode", "WAL")
        with target.raw.backup("main", new.raw, "main") as backup:
            backup.step(0)  # takes the write lock: nothing is written now that would be lost
            with backup_copy.hidden(kept) as copy, backup_copy.explained_copy(f"The copy {kept}"):
                with transaction(old.raw, "DEFERRED"):
                    old.select("SELECT 1 FROM sqlite_schema")
                    backup_copy.copy_pages(old, copy, lambda done, total: None)
                    with suppress(*DAMAGED, apsw.SQLError):  # damaged, or of a newer Askwell
                        _continue(old, new)
                with suppress(*DAMAGED, apsw.SQLError):
                    backup_copy.end_jobs(copy)
                backup_copy.settle(copy, kept)
            fault_points.reached("restore: kept the old one")
            try:
                while not backup.done:
                    backup.step(backup_copy.PAGES_AT_ONCE)
            except BaseException:
                kept.unlink()  # what is still there need not be kept
                raise
        fault_points.reached("restore: replaced")
        target.raw.set_busy_timeout(0)  # while somebody reads, the log stays as long as it is
        with suppress(apsw.BusyError, apsw.LockedError):
            target.raw.pragma("wal_checkpoint", "TRUNCATE")


def _continue(old: SQLiteConnection, new: SQLiteConnection) -> None:
    """Let the collection in `new` continue the one in `old`, whose place it is about to take.

    Ids go on where the old ones ended. Every entry of either counts as changed. The jobs are those
    of the old one: they belong to the machine, and a running one goes on. Who may do what stays as
    it is: a backup may be older, or somebody else's.
    """
    with transaction(new.raw, "IMMEDIATE"):
        _continue_ids(old, new)
        access = "FROM setting WHERE substr(name, 1, ?) = ?", (len(ACCESS), ACCESS)
        new.execute(f"DELETE {access[0]}", access[1])
        for setting in old.select(f"SELECT name, value {access[0]}", access[1]):
            new.execute("INSERT INTO setting VALUES (?, ?)", setting)
        entries = {row for c in (old, new) for (row,) in c.select("SELECT id FROM entry")}
        changes.add(new, sorted(entries))
        if schema_version(old.raw) != schema_version(new.raw):
            return
        new.execute("DELETE FROM job")
        jobs = old.select("SELECT * FROM job")
        if jobs:
            new.execute_many(f"INSERT INTO job VALUES ({', '.join('?' * len(jobs[0]))})", jobs)


def _continue_ids(old: SQLiteConnection, new: SQLiteConnection) -> None:
    here, there = new.last_ids(), old.last_ids()
    tables = {name for (name,) in new.select("SELECT name FROM sqlite_schema")}
    new.continue_ids({n: max(there[n], here.get(n, 0)) for n in there.keys() & tables})


def _put_in_place(staged: Path, path: Path, kept: Path) -> Path | None:
    """Give a copy the name of something that SQLite cannot open, or of nothing. A process that has
    that open goes on with the copy: `SQLiteDatabase` compares the files."""
    with backup_copy.opened(staged) as connection:
        connection.raw.pragma("journal_mode", "WAL")
    parts = [file for file in (path, *backup_copy.sidecars(path)) if _has_content(file)]
    for part in parts:
        backup_copy.copy_bytes(part, kept.with_name(kept.name + part.name[len(path.name) :]))
    fault_points.reached("restore: kept the old one")
    for file in backup_copy.sidecars(path):
        file.unlink(missing_ok=True)  # they belong to the old one
    backup_copy.settle(staged, path)
    fault_points.reached("restore: replaced")
    return kept if path in parts else None


def _has_content(file: Path) -> bool:
    # What ends in -shm is an index of what ends in -wal, and made anew from that.
    return file.exists() and file.stat().st_size > 0 and not file.name.endswith("-shm")
