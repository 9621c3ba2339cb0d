"""A collection in a database of PostgreSQL: pgvector has its vectors."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from store import fault_points
from store.address import dump_command
from store.base import ReadableEntries, ReadableSettings, ReadableVectors, Words
from store.errors import StoreUnavailable, UnreadableDatabase
from store.postgres import health
from store.postgres.database import PostgresDatabase
from store.postgres.pool import ConnectionLost
from store.postgres.words import WordTable
from store.records import Health
from store.relational.repair import repair
from store.relational.store import SqlStore

P = ParamSpec("P")
T = TypeVar("T")


class PostgresStore(SqlStore):
    """See `store.base.Store`."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database, WordTable(), PostgresUpkeep(database))
        for part, reads in (
            (self, ("state", "info")),
            (self.entries, dir(ReadableEntries)),
            (self.vectors, dir(ReadableVectors)),
            (self.words, dir(Words)),
            (self.settings, dir(ReadableSettings)),
        ):
            for name in reads:
                if not name.startswith("_"):
                    setattr(part, name, retried(getattr(part, name)))


def retried(read: Callable[P, T]) -> Callable[P, T]:
    """Return a read that is tried once more where the connection is lost on the way."""

    @wraps(read)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except ConnectionLost:
            return read(*args, **kwargs)

    return again


class PostgresUpkeep:
    """See `store.base.Upkeep`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        raise StoreUnavailable(
            "Backups of a collection on PostgreSQL are PostgreSQL's: snapshots of the server, or "
            + dump_command(self._database.address)
        )

    def check(self) -> Health:
        try:
            with self._database.reading() as connection:
                return health.check(connection)
        except UnreadableDatabase as error:
            return Health((str(error),), damaged=True)

    def repair(self) -> list[str]:
        found = self.check()  # before the transaction, so that nobody waits for it
        if found.damaged or not found.problems:
            return []
        with self._database.writing() as connection:
            done = repair(connection, health.find_faults(connection), WordTable())
            fault_points.reached("repair: written")
        fault_points.reached("repair: committed")
        return done
