"""One SQLite file: is it ours, how is it opened, and who may use a connection now."""

import os
import queue
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import apsw
import sqlite_vec

from fair_lock import FairLock
from store.errors import DamagedDatabase, StoreError, StoreUnavailable, UnreadableDatabase
from store.relational.connection import Connection
from store.sqlite.connection import SQLiteConnection

APPLICATION_ID = 0x41736B77  # "Askw" in ASCII, in the file's header
OLDEST_SAFE_SQLITE = (3, 51, 3)  # earlier ones can lose commits in WAL mode with two connections
BUSY_TIMEOUT_MS = 5_000
LONGEST_WAIT = 0.004  # seconds until the next look whether another process is done writing
POOL_SIZE = 8


def inspect(path: Path, newest_schema: int) -> None:
    """Raise `UnreadableDatabase` unless the file is a collection that this Askwell can open.

    Reads the file's first bytes only: opening a foreign file with SQLite could already change it.
    """
    header = header_of(path)
    if not is_sqlite(header):
        raise DamagedDatabase(
            f"{path} is not an SQLite database, so it is no Askwell collection. It was left as it "
            "is; name another file, or restore a backup."
        )
    refuse_foreign(path, header)
    if (found := int.from_bytes(header[60:64], "big")) > newest_schema:
        raise UnreadableDatabase(
            f"{path} was written by a newer Askwell (schema {found}, this one knows up to "
            f"{newest_schema}). It was left as it is; update Askwell."
        )
    if missing := missing_bytes(path, header):
        raise DamagedDatabase(
            f"{path} is cut short ({missing:,} bytes are missing). It was left as it is; restore "
            "a backup."
        )


def header_of(path: Path) -> bytes:
    """Return a file's first 100 bytes, fewer where there are no more."""
    try:
        with path.open("rb") as file:
            return file.read(100)
    except FileNotFoundError:
        raise UnreadableDatabase(
            f"There is no database at {path}. Check the path, or add an entry to begin one there."
        ) from None
    except OSError as error:
        raise UnreadableDatabase(
            f"The database {path} cannot be read ({error.strerror}). Check its permissions."
        ) from None


def is_sqlite(header: bytes) -> bool:
    """Return whether a file with these first bytes is an SQLite database."""
    return len(header) == 100 and header.startswith(b"SQLite format 3\0")


def refuse_foreign(path: Path, header: bytes) -> None:
    """Raise `UnreadableDatabase` where a database belongs to another application."""
    application_id = int.from_bytes(header[68:72], "big")
    if application_id != APPLICATION_ID:
        raise UnreadableDatabase(
            f"{path} belongs to another application (application id {application_id:#x}, expected "
            f"{APPLICATION_ID:#x}). It was left as it is; name another file."
        )


def missing_bytes(path: Path, header: bytes) -> int:
    """Return how many bytes a database's file lacks of what its header says."""
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size > 0:
        return 0  # pages may still be in the log: SQLite completes the file when it opens it
    size_at_write, valid = header[24:28], header[92:96]
    pages = int.from_bytes(header[28:32], "big")
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65_536 if page_size == 1 else page_size
    if size_at_write != valid:
        return 0  # written by an SQLite too old to keep the number of pages
    return max(0, pages * page_size - path.stat().st_size)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into sentences."""
    try:
        yield
    except (apsw.BusyError, apsw.LockedError):
        raise _busy(path) from None
    except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError) as error:
        raise DamagedDatabase(
            f"The database {path} is damaged ({error}). Restore a backup; a check tells whether a "
            "repair is enough."
        ) from None
    except apsw.Error as error:
        if why := refusal(error):
            raise StoreUnavailable(
                f"The database {path} cannot be used: {why}, and try again. Nothing was changed."
            ) from None
        raise


def refusal(error: Exception) -> str:
    """Return why nothing can be written, and what to do about it; empty for another error."""
    if isinstance(error, apsw.FullError):
        return "the disk is full. Free some space"
    if isinstance(error, apsw.ReadOnlyError | apsw.PermissionsError | apsw.CantOpenError):
        return "it cannot be written. Check the permissions of the file and its folder"
    if isinstance(error, apsw.IOError):
        return (
            f"the disk refused ({error}): it is full, a quota is used up, or it fails. Free some "
            "space, check the disk"
        )
    if isinstance(error, OSError):
        return f"{error.strerror}. Free some space, check the permissions, or name another folder"
    return ""


def _busy(path: Path) -> StoreUnavailable:
    return StoreUnavailable(
        f"The database {path} was busy for more than {BUSY_TIMEOUT_MS / 1000:.0f} seconds. "
        "Nothing was changed; try again."
    )


def connect(path: Path) -> apsw.Connection:
    """Open a connection to a collection."""
    connection = plain_connection(
        os.fspath(path), apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    )
    connection.pragma("foreign_keys", True)
    connection.pragma("synchronous", "FULL")
    # Everything is written at the commit: a disk that fills up in the middle of a statement would
    # look like a mistake of vec0.
    connection.pragma("cache_spill", False)
    return connection


def plain_connection(name: str, flags: int) -> apsw.Connection:
    """Open a connection that has vectors and waits for others; nothing is read yet."""
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < OLDEST_SAFE_SQLITE:
        raise StoreError(
            f"SQLite {apsw.sqlite_lib_version()} can lose data; Askwell needs "
            f"{'.'.join(map(str, OLDEST_SAFE_SQLITE))} or newer. Install requirements.txt again."
        )
    connection = apsw.Connection(name, flags=flags)
    connection.set_busy_handler(_retry())
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.enable_load_extension(False)
    return connection


def _retry() -> Callable[[int], bool]:
    """Return the function that SQLite asks whether to wait on. Waits are short, so that a process
    that writes without a pause leaves us one of its gaps; SQLite's own waits grow to 100 ms."""
    since = 0.0

    def wait(times: int) -> bool:
        nonlocal since
        if times == 0:
            since = monotonic()
        sleep(random.uniform(0, LONGEST_WAIT))
        return monotonic() - since < BUSY_TIMEOUT_MS / 1000

    return wait


FileId = tuple[int, int]


def file_id(path: Path) -> FileId | None:
    """Return what identifies a file, whatever its name; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


class SQLiteDatabase:
    """A bounded pool of connections to one file; each is borrowed by one thread at a time. Threads
    write in the order in which they asked. `read_only` says why nothing can be written; it is empty
    where it can."""

    def __init__(self, path: Path, schema: int, read_only: str = "") -> None:
        self.path = path
        self.read_only = read_only
        self._schema = schema
        self._turns = FairLock()
        self._idle: queue.LifoQueue[tuple[apsw.Connection, FileId]] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(POOL_SIZE)
        self._closed = False

    @contextmanager
    def _borrowed(self) -> Iterator[apsw.Connection]:
        if self._closed:
            raise StoreUnavailable(f"The collection {self.path} was closed. Open it again.")
        if not self._places.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise StoreUnavailable(
                f"All {POOL_SIZE} connections to {self.path} are in use. Try again."
            )
        try:
            with explained(self.path):
                connection, file = self._connection()
                try:
                    yield connection
                finally:
                    if self._closed or connection.in_transaction:  # it could not even roll back
                        connection.close()
                    else:
                        self._idle.put((connection, file))
        finally:
            self._places.release()

    def _connection(self) -> tuple[apsw.Connection, FileId]:
        """Return a connection to the file that stands at the path now: what is written to one that
        was moved away or deleted is lost."""
        file = file_id(self.path)
        if file is None:
            raise StoreUnavailable(
                f"The file {self.path} was moved or deleted while Askwell had it open. Put it "
                "back, or restore a backup."
            )
        with suppress(queue.Empty):
            while True:
                connection, its_file = self._idle.get_nowait()
                if its_file == file:
                    return connection, file
                connection.close()
        connection = connect(self.path)
        found = connection.pragma("application_id"), connection.pragma("user_version")
        if found != (APPLICATION_ID, self._schema):
            connection.close()
            raise StoreUnavailable(
                f"Another file was put at {self.path} while Askwell had it open. Start Askwell "
                "again."
            )
        return connection, file

    @contextmanager
    def reading(self) -> Iterator[SQLiteConnection]:
        """Lend a connection on which every statement sees the same state of the database."""
        with self._borrowed() as connection, transaction(connection, "DEFERRED"):
            yield SQLiteConnection(connection)

    @contextmanager
    def writing(self) -> Iterator[SQLiteConnection]:
        """Lend a connection inside a write transaction, committed unless the block raises."""
        if not self._turns.acquire(BUSY_TIMEOUT_MS / 1000):
            raise _busy(self.path)
        try:
            with self._borrowed() as connection, transaction(connection, "IMMEDIATE"):
                yield SQLiteConnection(connection)
        finally:
            self._turns.release()

    def size(self, connection: Connection) -> tuple[str, int, int]:
        """Return the file's path, its size in bytes with that of its log, and its schema."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        [(schema,)] = connection.select("PRAGMA user_version")
        return str(self.path), sum(f.stat().st_size for f in files if f.exists()), schema

    def close(self) -> None:
        """Close every idle connection; borrowed ones close when they come back."""
        self._closed = True
        while True:
            try:
                connection, _ = self._idle.get_nowait()
                connection.close()
            except queue.Empty:
                return


@contextmanager
def transaction(connection: apsw.Connection, mode: str) -> Iterator[None]:
    """Begin a transaction, and commit it unless the block raises."""
    connection.execute(f"BEGIN {mode}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
