"""A collection in a relational database, whichever engine it has."""

from typing import Protocol

from store.base import Upkeep
from store.records import State, StoreInfo
from store.relational import changes, log, settings
from store.relational.connection import Connection, Database
from store.relational.entries import SqlEntries, WordRows
from store.relational.jobs import SqlJobs
from store.relational.log import SqlLog
from store.relational.settings import SqlSettings
from store.relational.vectors import SqlVectorRows, SqlVectors, active_model
from store.relational.words import SqlWords, WordIndex


class OpenDatabase(Database, Protocol):
    """A database as a whole."""

    @property
    def read_only(self) -> str:
        """See `store.base.ReadableStore`."""

    def size(self, connection: Connection) -> tuple[str, int, int]:
        """Return where the database is, its size in bytes and its schema version."""

    def close(self) -> None: ...


class Index(WordRows, WordIndex, Protocol):
    """An engine's index of words."""


class SqlStore:
    """See `store.base.Store`."""

    def __init__(self, database: OpenDatabase, index: Index, upkeep: Upkeep) -> None:
        self._database = database
        self.entries = SqlEntries(database, SqlVectorRows(), index)
        self.vectors = SqlVectors(database)
        self.words = SqlWords(database, index)
        self.log = SqlLog(database)
        self.jobs = SqlJobs(database)
        self.settings = SqlSettings(database)
        self.upkeep = upkeep

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
        with self._database.reading() as connection:
            [(entries, phrasings)] = connection.select(
                "SELECT count(DISTINCT entry.id), count(*) FROM entry"
                " JOIN phrasing ON entry_id = entry.id WHERE deleted_at IS NULL"
            )
            location, size_bytes, schema = self._database.size(connection)
            return StoreInfo(location, size_bytes, schema, entries, phrasings)

    def close(self) -> None:
        self._database.close()
