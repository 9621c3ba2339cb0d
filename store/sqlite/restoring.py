"""A backup put in the place of the collection."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from store import fault_points
from store.backup_files import Restored, Summary, backup_name, free_name
from store.errors import StoreUnavailable, UnreadableDatabase
from store.sqlite import copying
from store.sqlite.continuing import continue_from
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
from store.sqlite.sql import select

DAMAGED = (apsw.CorruptError, apsw.NotADBError)


def summary_of(path: Path) -> Summary:
    """Return what a collection's file holds; see `store.summary_of`."""
    inspect(path, newest_schema())
    with explained(path), _read_only(path) as connection:
        [(entries, changed_at)] = select(
            connection,
            "SELECT (SELECT count(*) FROM entry WHERE deleted_at IS NULL),"
            " (SELECT max(at) FROM revision)",
        )
        changed = datetime.fromisoformat(changed_at) if changed_at else None
        return Summary(entries, changed, schema_version(connection))


def restore(backup: Path, path: Path, progress: copying.Progress) -> Restored:
    """Put a backup in the place of the collection at `path`; see `store.restore_store`."""
    _refuse_unusable(backup)
    if path.exists() and path.samefile(backup):
        raise StoreUnavailable(f"{backup} is the collection itself. Name a backup of it.")
    path = path.resolve()  # a link goes on leading to the collection
    standing = _can_be_opened(path)
    with copying.hidden(path) as staged:
        what = f"A copy of {backup} beside {path}"
        with explained(backup), _read_only(backup) as source, copying.explained_copy(what):
            copying.copy_pages(source, staged, progress)
        with copying.explained_copy(what):
            _prepare(staged, backup, _page_size(path) if standing else None)
            copying.verify(staged)
        fault_points.reached("restore: checked")
        entries = summary_of(staged).entries
        kept = free_name(path.with_name(backup_name(path, "replaced", datetime.now(UTC))))
        if standing:
            with explained(path), suppress(*DAMAGED):
                _write_over(staged, path, kept)
                return Restored(entries, kept)
        with copying.explained_copy(str(path)):
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


@contextmanager
def _read_only(path: Path) -> Iterator[apsw.Connection]:
    """Lend a connection that changes nothing, beside the file neither. A collection that somebody
    has open has its log beside it; one without lies still, and can be read as such."""
    lies_still = not any(file.exists() for file in copying.sidecars(path))
    connection = apsw.Connection(
        f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if lies_still else ''}",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
    )
    try:
        with transaction(connection, "DEFERRED"):
            yield connection
    finally:
        connection.close()


def _can_be_opened(path: Path) -> bool:
    """Return whether SQLite can open what stands at `path`. Raises `UnreadableDatabase` where that
    is another application's."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    header = header_of(path)
    if not is_sqlite(header):
        return False
    refuse_foreign(path, header)
    return not missing_bytes(path, header)


def _page_size(path: Path) -> int | None:
    with explained(path), copying.opened(path) as connection, suppress(*DAMAGED):
        select(connection, "SELECT 1 FROM sqlite_schema")
        return int(str(connection.pragma("page_size")))
    return None


def _prepare(staged: Path, backup: Path, page_size: int | None) -> None:
    """Bring a copy up to date, end what was under way in it, and give it the page size of the
    collection that it is written over."""
    with copying.opened(staged) as connection:
        if schema_version(connection) < newest_schema():
            with transaction(connection, "IMMEDIATE"):
                migrate(connection, backup)
        if page_size not in (None, connection.pragma("page_size")):
            connection.pragma("page_size", page_size)
            connection.execute("VACUUM")
    copying.end_jobs(staged)


def _write_over(staged: Path, path: Path, kept: Path) -> None:
    """Write a copy's pages over a collection that others may have open, in one transaction: they
    see it as they see any other, and a crash leaves the one collection or the other."""
    with (
        copying.opened(path) as target,
        copying.opened(path) as old,
        copying.opened(staged) as new,
    ):
        target.pragma("journal_mode", "WAL")
        with target.backup("main", new, "main") as backup:
            backup.step(0)  # takes the write lock: nothing is written now that would be lost
            with copying.hidden(kept) as copy, copying.explained_copy(f"The copy {kept}"):
                with transaction(old, "DEFERRED"):
                    select(old, "SELECT 1 FROM sqlite_schema")
                    copying.copy_pages(old, copy, lambda done, total: None)
                    with suppress(*DAMAGED, apsw.SQLError):  # damaged, or of a newer Askwell
                        continue_from(old, new)
                with suppress(*DAMAGED, apsw.SQLError):
                    copying.end_jobs(copy)
                copying.settle(copy, kept)
            fault_points.reached("restore: kept the old one")
            try:
                while not backup.done:
                    backup.step(copying.PAGES_AT_ONCE)
            except BaseException:
                kept.unlink()  # what is still there need not be kept
                raise
        fault_points.reached("restore: replaced")
        target.set_busy_timeout(0)  # while somebody reads, the log stays as long as it is
        with suppress(apsw.BusyError, apsw.LockedError):
            target.pragma("wal_checkpoint", "TRUNCATE")


def _put_in_place(staged: Path, path: Path, kept: Path) -> Path | None:
    """Rename a copy to the name of something that SQLite cannot open, or of nothing. Whoever has
    that open goes on with the copy: `Database` sees to it."""
    with copying.opened(staged) as connection:
        connection.pragma("journal_mode", "WAL")
    parts = [file for file in (path, *copying.sidecars(path)) if _holds_something(file)]
    for part in parts:
        copying.copy_bytes(part, kept.with_name(kept.name + part.name[len(path.name) :]))
    fault_points.reached("restore: kept the old one")
    for file in copying.sidecars(path):
        file.unlink(missing_ok=True)  # what stands there belongs to the old one
    copying.settle(staged, path)
    fault_points.reached("restore: replaced")
    return kept if path in parts else None


def _holds_something(file: Path) -> bool:
    # What ends in -shm is an index of what ends in -wal, and made anew from that.
    return file.exists() and file.stat().st_size > 0 and not file.name.endswith("-shm")
