"""Copies of a collection's file: written under a hidden name, verified, and only then named."""

import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from store import fault_points
from store.backup_files import backup_name, free_name
from store.errors import DamagedDatabase, StoreUnavailable, Unsound
from store.relational import jobs
from store.relational.health import check
from store.sqlite import health
from store.sqlite.connection import SQLiteConnection
from store.sqlite.database import SQLiteDatabase, connect, refusal, transaction

Progress = Callable[[int, int], None]
"""Called with how much of how much is done; what it raises ends the work."""

PAGES_AT_ONCE = 256
SIDECARS = ("-wal", "-shm", "-journal")
ABANDONED_AFTER_SECONDS = 24 * 3600


def back_up(database: SQLiteDatabase, path: Path, progress: Progress) -> None:
    """Write a verified copy of a collection; see `Store.backup`."""
    _refuse_existing(path)
    with hidden(path) as copy:
        with database.reading() as source, explained_copy(f"The copy {path}"):
            source.select("SELECT 1 FROM sqlite_schema")  # the transaction begins here
            pages = copy_pages(source, copy, progress)
        fault_points.reached("backup: copied")
        with explained_copy(f"The copy {path}"):
            end_jobs(copy)
            verify(copy)
            fault_points.reached("backup: verified")
            progress(pages, pages)
            _refuse_existing(path)
            settle(copy, path)
            fault_points.reached("backup: named")


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise StoreUnavailable(
            f"There is something at {path} already, and a backup overwrites nothing. Name another "
            "file."
        )


def back_up_old_schema(path: Path, schema: int) -> Path:
    """Write a copy of a collection whose schema is about to change; return where.

    The caller has the write lock. Raises `StoreUnavailable` where the copy cannot be written, and
    `DamagedDatabase` where what is there is damaged.
    """
    name = backup_name(path, "migration", datetime.now(UTC), schema)
    target = free_name(path.parent / "backups" / name)
    try:
        with (
            hidden(target) as copy,
            opened(path) as source,
            explained_copy(f"The copy {target}"),
        ):
            with transaction(source.raw, "DEFERRED"):
                copy_pages(source, copy, lambda done, total: None)
            end_jobs(copy)
            verify_pages(copy)
            settle(copy, target)
    except StoreUnavailable as error:
        raise StoreUnavailable(
            f"{path} was written by an older Askwell (schema {schema}). Before it is brought up to "
            f"date a backup is made, and that failed. {error}"
        ) from None
    except Unsound as error:
        raise DamagedDatabase(
            f"{path} was written by an older Askwell (schema {schema}) and cannot be brought up to "
            f"date: {error} It was left as it is; restore a backup."
        ) from None
    return target


@contextmanager
def hidden(path: Path) -> Iterator[Path]:
    """Lend a hidden name beside `path` for a file that is not finished. What still has that name at
    the end is deleted, and so is what a crash left long ago."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    with explained_copy(f"The copy {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(path.parent)
    try:
        yield temporary
    finally:
        for file in (temporary, *sidecars(temporary)):
            file.unlink(missing_ok=True)


def _clear_abandoned(folder: Path) -> None:
    pattern = re.compile(r"\..+\.[0-9a-f]{32}\.part(-wal|-shm|-journal)?")
    for file in folder.glob(".*.part*"):
        with suppress(FileNotFoundError):  # somebody else was quicker
            old = time.time() - file.stat().st_mtime > ABANDONED_AFTER_SECONDS
            if old and pattern.fullmatch(file.name):
                file.unlink()


def sidecars(path: Path) -> tuple[Path, ...]:
    """Return what SQLite keeps beside a database while it is open or after a crash."""
    return tuple(path.with_name(path.name + suffix) for suffix in SIDECARS)


@contextmanager
def explained_copy(what: str) -> Iterator[None]:
    """Turn the errors of writing a copy into sentences about `what`; those of the database that is
    read are handled elsewhere."""
    try:
        yield
    except (apsw.Error, OSError) as error:
        if why := refusal(error):
            raise StoreUnavailable(
                f"{what} could not be written: {why}, and try again. Nothing else was changed."
            ) from None
        raise


def copy_pages(source: SQLiteConnection, target: Path, progress: Progress) -> int:
    """Copy a database, as the source's transaction sees it, into a new file that needs no other
    beside it. Return the number of pages.

    SQLite's backup API copies pages as they are. While the source's read transaction lasts, it
    neither blocks writers nor sees what they write, so nothing has to be copied again.
    """
    copied = apsw.Connection(os.fspath(target))
    try:
        copied.pragma("journal_mode", "OFF")  # a copy that is not whole is deleted
        with copied.backup("main", source.raw, "main") as backup:
            while not backup.done:
                backup.step(PAGES_AT_ONCE)
                progress(backup.page_count - backup.remaining, backup.page_count)
            pages = backup.page_count
    finally:
        copied.close()
    with opened(target) as connection:
        connection.raw.pragma("journal_mode", "DELETE")  # the copy's header says WAL
    return pages


@contextmanager
def opened(path: Path) -> Iterator[SQLiteConnection]:
    """Lend a connection that is not of a pool."""
    connection = connect(path)
    try:
        yield SQLiteConnection(connection)
    finally:
        connection.close()


def end_jobs(path: Path) -> None:
    """End the running jobs in a copy: they run elsewhere."""
    with opened(path) as connection, transaction(connection.raw, "IMMEDIATE"):
        jobs.end_all(connection, "It was running when the collection was copied.")


def verify(path: Path) -> None:
    """Check a copy of the newest schema. Raises `Unsound`."""
    with opened(path) as connection, transaction(connection.raw, "DEFERRED"):
        try:
            _refuse(check(connection, health).problems)
        except (apsw.CorruptError, apsw.NotADBError) as error:  # not even the check gets through
            _refuse([f"The database file is damaged: {error}."])


def verify_pages(path: Path) -> None:
    """Check a copy of an older schema, as far as SQLite itself knows. Raises `Unsound`."""
    with opened(path) as connection:
        rows = connection.select("PRAGMA integrity_check")
        _refuse([message for (message,) in rows if message != "ok"])


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise Unsound("The copy did not pass its check and was not used:", problems)


def settle(temporary: Path, path: Path) -> None:
    """Give a finished file its name, so that it is still there if the power fails."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be written to disk by itself
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def copy_bytes(source: Path, target: Path) -> None:
    """Copy a file that SQLite cannot read."""
    with hidden(target) as temporary, explained_copy(f"The copy {target}"):
        shutil.copyfile(source, temporary)
        settle(temporary, target)
