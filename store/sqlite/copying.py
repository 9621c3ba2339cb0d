"""A copy of a database: written under a hidden name, verified, and only then called by its own."""

import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from store.errors import StoreUnavailable, Unsound
from store.sqlite import health, jobs
from store.sqlite.database import connect, transaction
from store.sqlite.sql import select

Progress = Callable[[int, int], None]
"""Is told how much of how much is done; what it raises ends the work."""

PAGES_AT_ONCE = 256
SIDECARS = ("-wal", "-shm", "-journal")
ABANDONED_AFTER_SECONDS = 24 * 3600


@contextmanager
def hidden(path: Path) -> Iterator[Path]:
    """Lend a hidden name beside `path` for a file that is not what it should be yet. Whatever still
    has that name at the end is deleted, and so is what a crash left long ago."""
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
    """Turn what can go wrong with the writing of a copy into sentences about `what`; what is wrong
    with the database that is read is left to others."""
    try:
        yield
    except apsw.FullError:
        why = "the disk is full. Free some space"
    except (apsw.ReadOnlyError, apsw.PermissionsError, apsw.CantOpenError):
        why = "the folder cannot be written. Check its permissions, or name another"
    except apsw.IOError:  # which may be a quota, or a limit on the size of files
        why = "the disk refused. Check whether it is full"
    except OSError as error:
        why = f"{error.strerror}. Free some space, check the permissions, or name another folder"
    else:
        return
    raise StoreUnavailable(
        f"{what} could not be written: {why}, and try again. Nothing else was changed."
    )


def copy_pages(source: apsw.Connection, target: Path, progress: Progress) -> int:
    """Copy a database, as it stands in the source's transaction, into a new file that needs no
    other beside it. Return the number of pages.

    SQLite's backup API copies pages as they are. While the source's read transaction lasts, it
    neither hinders writers nor sees what they write, so nothing has to be begun again.
    """
    copied = apsw.Connection(os.fspath(target))
    try:
        copied.pragma("journal_mode", "OFF")  # a copy that is not whole is deleted
        with copied.backup("main", source, "main") as backup:
            while not backup.done:
                backup.step(PAGES_AT_ONCE)
                progress(backup.page_count - backup.remaining, backup.page_count)
            pages = backup.page_count
    finally:
        copied.close()
    with opened(target) as connection:
        connection.pragma("journal_mode", "DELETE")  # the source's was WAL, and so says the copy
    return pages


@contextmanager
def opened(path: Path) -> Iterator[apsw.Connection]:
    """Lend a connection to a file that nobody else has open."""
    connection = connect(path)
    try:
        yield connection
    finally:
        connection.close()


def end_jobs(path: Path) -> None:
    """Let none of the jobs in a copy look alive: whoever did them does them elsewhere."""
    with opened(path) as connection, transaction(connection, "IMMEDIATE"):
        jobs.end_all(connection, "It was under way when the collection was copied.")


def verify(path: Path) -> None:
    """Check a copy of the newest schema. Raises `Unsound`."""
    with opened(path) as connection, transaction(connection, "DEFERRED"):
        try:
            problems = health.problems(connection)
        except (apsw.CorruptError, apsw.NotADBError) as error:  # not even the check gets through
            problems = [f"The database file is damaged: {error}."]
        _refuse(problems)


def verify_pages(path: Path) -> None:
    """Check a copy of an older schema, as far as SQLite itself knows. Raises `Unsound`."""
    with opened(path) as connection:
        _refuse([row for (row,) in select(connection, "PRAGMA integrity_check") if row != "ok"])


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Unsound("The copy did not pass its check and was not used:", problems)


def settle(temporary: Path, path: Path) -> None:
    """Put a finished file where it belongs, so that it is still there if the power fails."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write to disk which files a folder holds, where the system knows of such a thing."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def copy_bytes(source: Path, target: Path) -> None:
    """Copy a file that SQLite cannot read."""
    with hidden(target) as temporary, explained_copy(f"The copy {target}"):
        shutil.copyfile(source, temporary)
        settle(temporary, target)
