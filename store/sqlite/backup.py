"""Backups: copies of a collection that others go on writing to."""

from datetime import UTC, datetime
from pathlib import Path

from store import fault_points
from store.backup_files import backup_name, free_name
from store.errors import DamagedDatabase, StoreUnavailable, Unsound
from store.sqlite import copying
from store.sqlite.database import Database, connect, transaction
from store.sqlite.sql import select


def back_up(database: Database, path: Path, progress: copying.Progress) -> None:
    """Write a verified copy of a collection; see `Store.backup`."""
    _refuse_existing(path)
    with copying.hidden(path) as copy:
        with database.reading() as source, copying.explained_copy(f"The copy {path}"):
            select(source, "SELECT 1 FROM sqlite_schema")  # from here on nothing moves under us
            pages = copying.copy_pages(source, copy, progress)
        fault_points.reached("backup: copied")
        with copying.explained_copy(f"The copy {path}"):
            copying.end_jobs(copy)
            copying.verify(copy)
            fault_points.reached("backup: verified")
            progress(pages, pages)
            _refuse_existing(path)
            copying.settle(copy, path)
            fault_points.reached("backup: named")


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise StoreUnavailable(
            f"There is something at {path} already, and a backup overwrites nothing. Name another "
            "file."
        )


def back_up_outgrown(path: Path, schema: int) -> Path:
    """Write a copy of a collection whose schema is about to change; return where.

    The caller holds the write lock. Raises `StoreUnavailable` where the copy cannot be written, and
    `DamagedDatabase` where what is there is damaged.
    """
    name = backup_name(path, "outgrown", datetime.now(UTC), schema)
    target = free_name(path.parent / "backups" / name)
    try:
        with copying.hidden(target) as copy:
            source = connect(path)
            try:
                with copying.explained_copy(f"The copy {target}"), transaction(source, "DEFERRED"):
                    select(source, "SELECT 1 FROM sqlite_schema")
                    copying.copy_pages(source, copy, lambda done, total: None)
                    copying.end_jobs(copy)
                    copying.verify_pages(copy)
                    copying.settle(copy, target)
            finally:
                source.close()
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
