"""A collection copied from one file or database to another."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from store.address import Location, PostgresAddress
from store.backup_files import Copied, backup_name, free_name
from store.errors import StoreUnavailable, Unsound
from store.opening import opened
from store.relational.store import SqlStore

Progress = Callable[[int, int], None]


def copy_collection(
    source: Location, target: Location, backups: Path, replace: bool, progress: Progress
) -> Copied:
    """See `store.copy_collection`."""
    if source == target:
        raise StoreUnavailable("Source and target are the same. Name two locations.")
    with closing(opened(source, create=False)) as here:
        if problems := here.upkeep.check().problems:
            raise Unsound("The source has problems; repair it first:", problems)
        if isinstance(target, PostgresAddress):
            return _into_database(here, target, backups, replace, progress)
        return _into_file(here, target, replace, progress)


def _into_database(
    here: SqlStore, target: PostgresAddress, backups: Path, replace: bool, progress: Progress
) -> Copied:
    with closing(opened(target, create=True)) as there:
        kept = None
        if not there.is_empty():
            if not replace:
                raise _refusal(target)
            name = backup_name(Path("postgresql.db"), "replaced", datetime.now(UTC))
            kept = free_name(backups / name)
            _into_file(there, kept, False, lambda done, total: None)
        there.fill_from(here, progress)
        return Copied(there.info().entries, kept)


def _into_file(here: SqlStore, target: Path, replace: bool, progress: Progress) -> Copied:
    """Copy into a new file, which takes the place of another when it is whole."""
    from store.sqlite.backup import hidden, settle
    from store.sqlite.restoring import restore

    if target.exists() and target.stat().st_size and not replace:
        with closing(opened(target, create=False)) as there:
            if not there.is_empty():
                raise _refusal(target)
    with hidden(target) as staged:
        with closing(opened(staged, create=True)) as there:
            there.fill_from(here, progress)
            entries = there.info().entries
        if not target.exists():
            settle(staged, target)
            return Copied(entries, None)
        return Copied(entries, restore(staged, target, lambda done, total: None).kept)


def _refusal(target: Location) -> StoreUnavailable:
    return StoreUnavailable(
        f"{target} contains a collection already, and nothing was copied. Name an empty place; or "
        "copy with python -m faq copy --replace, which keeps what is there as a file."
    )
