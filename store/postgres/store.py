"""A collection in a database of PostgreSQL: pgvector has its vectors."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from store.address import dump_command
from store.base import ReadableEntries, ReadableSettings, ReadableVectors, Words
from store.errors import StoreUnavailable
from store.postgres import health
from store.postgres.database import PostgresDatabase
from store.postgres.pool import ConnectionLost
from store.postgres.words import WordTable
from store.relational.store import SqlStore
from store.relational.upkeep import SqlUpkeep

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


class PostgresUpkeep(SqlUpkeep):
    """See `store.base.Upkeep`."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database, WordTable(), health)
        self._address = database.address

    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        raise StoreUnavailable(
            "Backups of a collection on PostgreSQL are PostgreSQL's: snapshots of the server, or "
            + dump_command(self._address)
        )
