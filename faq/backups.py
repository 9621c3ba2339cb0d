"""Backups of the collection: made, limited in number, listed, and restored."""

from datetime import UTC, datetime
from pathlib import Path

from faq.jobs import WRITING, Report, refuse_beside
from faq.settings import Settings
from store import (
    BackupFile,
    BackupReason,
    Location,
    PostgresAddress,
    Restored,
    Store,
    StoreUnavailable,
    backup_name,
    backups_in,
    free_name,
    restore_store,
)


def backup_folder(settings: Settings) -> Path:
    """Return the folder of the backups that are made on a screen."""
    return settings.data_dir / "backups"


def back_up(store: Store, folder: Path, reason: BackupReason, report: Report) -> Path:
    """Make a backup in a folder, under a name with the time; return its path. As `Store.backup`."""
    database = Path(store.info().location)
    path = free_name(folder / backup_name(database, reason, datetime.now(UTC)))
    store.upkeep.backup(path, report)
    return path


def keep_newest(folder: Path, database: Path, count: int) -> list[Path]:
    """Delete all scheduled backups of a collection in a folder but the newest, and nothing else;
    return what was deleted."""
    scheduled = [one.path for one in backups_in(folder, database) if one.reason == "scheduled"]
    for path in scheduled[count:]:
        path.unlink(missing_ok=True)
    return scheduled[count:]


def known_backups(settings: Settings, database: Location) -> list[BackupFile]:
    """Return the backups of a collection, newest first: those in the data folder, and those that
    Askwell made beside the database before it replaced or changed it. PostgreSQL has its own."""
    if isinstance(database, PostgresAddress):
        return []
    found = {
        one
        for file in {database, database.resolve()}  # a restore keeps what was behind a link there
        for folder in (backup_folder(settings), file.parent / "backups", file.parent)
        for one in backups_in(folder.resolve(), file)
    }
    return sorted(found, key=lambda one: (one.at, one.path.name), reverse=True)


def restore(store: Store | None, backup: Path, location: Location, report: Report) -> Restored:
    """Put a backup in the place of the collection; see `store.restore_store`.

    `store` is the collection that is there now, None where it cannot be opened. Raises `JobRunning`
    where a job writes into it, and `StoreUnavailable` for a collection on PostgreSQL.
    """
    if isinstance(location, PostgresAddress):
        raise StoreUnavailable(
            "A collection on PostgreSQL is restored by its server: from a snapshot, or with "
            "pg_restore. Nothing was changed."
        )
    if store:
        refuse_beside(store, *WRITING)
    return restore_store(backup, location, report)
