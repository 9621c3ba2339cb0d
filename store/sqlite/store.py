"""A collection in one SQLite file: sqlite-vec has its vectors, FTS5 its words."""

from collections.abc import Callable
from pathlib import Path

from store.relational.store import SqlStore
from store.relational.upkeep import SqlUpkeep
from store.sqlite import health
from store.sqlite.backup import back_up
from store.sqlite.database import SQLiteDatabase
from store.sqlite.words import KeywordIndex


class SQLiteStore(SqlStore):
    """See `store.base.Store`."""

    def __init__(self, database: SQLiteDatabase) -> None:
        super().__init__(database, KeywordIndex(), SQLiteUpkeep(database))


class SQLiteUpkeep(SqlUpkeep):
    """See `store.base.Upkeep`."""

    def __init__(self, database: SQLiteDatabase) -> None:
        super().__init__(database, KeywordIndex(), health)
        self._file = database

    def backup(
        self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        back_up(self._file, path, progress)
