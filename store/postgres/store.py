"""A collection in a database of PostgreSQL: pgvector has its vectors."""

from collections.abc import Callable
from pathlib import Path

from store import fault_points
from store.address import dump_command
from store.errors import StoreUnavailable, UnreadableDatabase
from store.postgres import health
from store.postgres.database import PostgresDatabase
from store.postgres.words import WordTable
from store.records import Health
from store.relational.repair import repair
from store.relational.store import SqlStore


class PostgresStore(SqlStore):
    """See `store.base.Store`."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database, WordTable(), PostgresUpkeep(database))


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
