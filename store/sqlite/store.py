"""A collection in one SQLite file: sqlite-vec has its vectors, FTS5 its words."""

from collections.abc import Callable
from pathlib import Path

from store import fault_points
from store.errors import UnreadableDatabase
from store.records import Health, State, StoreInfo
from store.relational import changes, log, settings
from store.relational.entries import SqlEntries
from store.relational.jobs import SqlJobs
from store.relational.log import SqlLog
from store.relational.settings import SqlSettings
from store.sqlite import health, repair
from store.sqlite.backup import back_up
from store.sqlite.database import SQLiteDatabase
from store.sqlite.migration import schema_version
from store.sqlite.vectors import SQLiteVectorRows, SQLiteVectors, active_model
from store.sqlite.words import KeywordIndex, SQLiteWords


class SQLiteStore:
    """See `store.base.Store`."""

    def __init__(self, database: SQLiteDatabase) -> None:
        self._database = database
        self.entries = SqlEntries(database, SQLiteVectorRows(), KeywordIndex())
        self.vectors = SQLiteVectors(database)
        self.words = SQLiteWords(database)
        self.log = SqlLog(database)
        self.jobs = SqlJobs(database)
        self.settings = SqlSettings(database)
        self.upkeep = SQLiteUpkeep(database)

    @property
    def read_only(self) -> str:
        return self._database.read_only

    def state(self) -> State:
        with self._database.reading() as connection:
            active = active_model(connection)
            return State(
                settings.without_folder(connection),
                active.model if active else None,
                changes.token(connection),
                log.token(connection),
            )

    def info(self) -> StoreInfo:
        path = self._database.path
        with self._database.reading() as connection:
            [(entries, phrasings)] = connection.select(
                "SELECT count(DISTINCT entry.id), count(*) FROM entry"
                " JOIN phrasing ON entry_id = entry.id WHERE deleted_at IS NULL"
            )
            files = (path, path.with_name(path.name + "-wal"))
            return StoreInfo(
                location=str(path),
                size_bytes=sum(file.stat().st_size for file in files if file.exists()),
                schema_version=schema_version(connection.raw),
                entries=entries,
                phrasings=phrasings,
            )

    def close(self) -> None:
        self._database.close()


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
            done = repair.repair(connection, health.find_faults(connection))
            fault_points.reached("repair: written")
        fault_points.reached("repair: committed")
        return done
