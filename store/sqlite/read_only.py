"""A collection that can be read only: on a read-only medium, in a folder of somebody else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from store.errors import StoreUnavailable, UnreadableDatabase
from store.sqlite.connection import SQLiteConnection
from store.sqlite.database import SQLiteDatabase, explained, plain_connection, transaction


def why_read_only(path: Path) -> str:
    """Return why nothing can be written, as the end of a sentence; nothing where it can."""
    path = path.resolve()
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return ""
    if hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY:
        return f"{path.name} is on a read-only medium"
    if os.access(path.parent, os.W_OK):
        return f"the file {path.name} may only be read"
    return f"the folder of {path.name} may only be read"  # SQLite keeps its log beside the file


class ReadOnlyDatabase(SQLiteDatabase):
    """One file that can be read only. No other file is made beside it.

    SQLite reads a file in WAL mode through two others, which cannot be made here. Where somebody
    who can write has made them, they are used. Otherwise the file is read as one that nobody
    changes; if somebody does change it, what was read is thrown away. Each reading has a connection
    of its own, so that nothing outdated is kept.
    """

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, 0, why)  # no connection is kept, so no schema is compared

    @contextmanager
    def reading(self) -> Iterator[SQLiteConnection]:
        if self._closed:
            raise StoreUnavailable(f"The collection {self.path} was closed. Open it again.")
        path = self.path.resolve()
        alone, before = not _has_content(path, "-wal"), path.stat()
        if not (alone or path.with_name(path.name + "-shm").exists()):
            raise UnreadableDatabase(
                f"The last changes of {path} are in {path.name}-wal, and cannot be read because "
                f"{self.read_only}. Copy both files to a folder that can be written."
            )
        try:
            with explained(path), read_only_connection(path, alone=alone) as connection:
                yield connection
        finally:
            if alone and _changed(before, path):
                raise StoreUnavailable(
                    f"Another program changed {path} while it was read. Try again."
                )

    @contextmanager
    def writing(self) -> Iterator[SQLiteConnection]:
        raise StoreUnavailable(
            f"Nothing can be saved, because {self.read_only}. Nothing was changed; put that right "
            "and start Askwell again."
        )
        yield  # makes a context manager of it


@contextmanager
def read_only_connection(path: Path, *, alone: bool) -> Iterator[SQLiteConnection]:
    """Lend a connection that changes nothing, neither in the file nor beside it. `alone`: with no
    log beside it, it is read as a file that nobody changes."""
    connection = plain_connection(
        f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}",
        apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
    )
    try:
        with transaction(connection, "DEFERRED"):
            yield SQLiteConnection(connection)
    finally:
        connection.close()


def _has_content(path: Path, suffix: str) -> bool:
    file = path.with_name(path.name + suffix)
    return file.exists() and file.stat().st_size > 0


def _changed(before: os.stat_result, path: Path) -> bool:
    return any(
        getattr(before, name) != getattr(path.stat(), name)
        for name in ("st_ino", "st_size", "st_mtime_ns")
    )
