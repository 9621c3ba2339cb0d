"""Entries and vectors to disk and back. Knows nothing of models or screens."""

from collections.abc import Callable
from pathlib import Path

from store import opening
from store.address import Location, PostgresAddress, dump_command, location_of
from store.backup_files import (
    BackupFile,
    BackupReason,
    Copied,
    Restored,
    Summary,
    backup_name,
    backups_in,
    free_name,
)
from store.base import Entries, Jobs, Log, ReadableStore, Store, Words
from store.errors import (
    DamagedDatabase,
    InvalidVector,
    JobRunning,
    KeyTaken,
    ModelMismatch,
    SetIncomplete,
    SettingChanged,
    StaleEdit,
    StoreError,
    StoreUnavailable,
    TooLarge,
    UnknownEntry,
    UnreadableDatabase,
    Unsound,
)
from store.passages import Span, passage_text, spans_of
from store.records import (
    ACCESS,
    UNDIVIDED,
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    Health,
    ImportMark,
    Job,
    JobState,
    KeywordHit,
    LoggedQuery,
    ModelRecord,
    Near,
    Neighbour,
    Occurrences,
    QueryFilter,
    QueryPage,
    Revision,
    SearchFilter,
    SortField,
    State,
    Status,
    StoreInfo,
    SuggestedPhrasing,
    Vector,
    VectorKind,
    VectorSet,
    normalised,
)
from store.resident import Resident


def open_store(
    location: str | Location, *, create: bool = True, replica: PostgresAddress | None = None
) -> Store:
    """Open the collection at a path or an address, bringing an older schema up to date.

    With `create`, a missing or empty file becomes a new collection; otherwise a missing one raises
    `UnreadableDatabase`, as a foreign, newer or damaged one always does, with the file untouched.
    An older one is copied to `backups` beside it before it is changed; `StoreUnavailable` where
    that cannot be done. The same goes for a database of PostgreSQL, without the copy; while it does
    not answer, its `replica` is read.
    """
    where = location_of(location) if isinstance(location, str) else location
    return opening.opened(where, replica, create=create)


def restore_store(
    backup: Path,
    location: str | Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Restored:
    """Put a backup in the place of the collection at a path, which others may have open.

    A copy of the backup is brought up to date and checked first; `UnreadableDatabase` or `Unsound`
    where it cannot be used. What was at `location`, the last commit included, is kept beside it
    under another name. The change is one transaction, which others see as they see any other; a
    crash leaves the one collection or the other. Every entry of either counts as changed, ids go on
    where they ended, and the jobs are those that were there.

    Where SQLite cannot open what is there, its bytes are kept and the file is exchanged; whoever
    had it open goes on with the new one. Another application's database is refused. `progress` is
    called with how much of the backup is read; what it raises ends the restore.
    """
    from store.sqlite.restoring import restore

    return restore(Path(backup), Path(location), progress)


def summary_of(location: str | Path) -> Summary:
    """Return what a collection's file contains, changing nothing. Raises `UnreadableDatabase`."""
    from store.sqlite import restoring

    return restoring.summary_of(Path(location))


def copy_collection(
    source: Location,
    target: Location,
    *,
    backups: Path,
    replace: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Copied:
    """Copy a collection from one file or database to another: all but what can be derived, with
    its ids, versions and revisions, and the vectors of every model. The source may be in use.

    What was copied is read again and compared before it counts; `Unsound` where it differs, or
    where the source has problems. `StoreUnavailable` where the target contains something, unless
    `replace`: then a copy of that is kept, beside a file or, of a database, in the folder
    `backups`. A crash leaves the target as it was, or whole. `progress` is called with how many
    rows of how many are copied; what it raises ends the copy.
    """
    from store import copying

    return copying.copy_collection(source, target, backups, replace, progress)
