"""A collection in one SQLite file: sqlite-vec has its vectors, FTS5 its words."""

from collections.abc import Callable
from pathlib import Path

from store import fault_points
from store.errors import UnreadableDatabase
from store.records import Health
from store.relational.repair import repair
from store.relational.store import SqlStore
from store.sqlite import health
from store.sqlite.backup import back_up
from store.sqlite.database import SQLiteDatabase
from store.sqlite.words import KeywordIndex


class SQLiteStore(SqlStore):
    """See `store.base.Store`."""

    def __init__(self, database: SQLiteDatabase) -> None:
        super().__init__(database, KeywordIndex(), SQLiteUpkeep(database))


class SQLiteUpkeep:
    """See `store.base.Upkeep`."""

    def __init__(self, database: SQLiteDatabase) -> None:
        self._database = database

    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        back_up(self._database, path, progress)

    def check(self) -> Health:
        try:
            with self._database.reading() as connection:
                return health.check(connection)
        except UnreadableDatabase as error:  # so damaged that not even the check gets through
            return Health((str(error),), damaged=True)

    def repair(self) -> list[str]:
        found = self.check()  # before the transaction, so that nobody waits for it
        if found.damaged or not found.problems:
            return []
        with self._database.writing() as connection:
            done = repair(connection, health.find_faults(connection), KeywordIndex())
            fault_points.reached("repair: written")
        fault_points.reached("repair: committed")
        return done
