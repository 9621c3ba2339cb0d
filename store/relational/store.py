"""A collection in a relational database, whichever engine it has."""

from collections.abc import Callable
from typing import Protocol

from store import fault_points
from store.base import Upkeep
from store.records import State, StoreInfo
from store.relational import changes, copying, log, settings
from store.relational.connection import Connection, Database
from store.relational.entries import SqlEntries, WordRows
from store.relational.jobs import SqlJobs
from store.relational.log import SqlLog
from store.relational.models import active_model
from store.relational.settings import SqlSettings
from store.relational.vectors import SqlVectorRows, SqlVectors
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
        self._index = index
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
                active is None or self.vectors.is_held(connection, active),
            )

    def info(self) -> StoreInfo:
        with self._database.reading() as connection:
            [(entries, phrasings)] = connection.select(
                "SELECT count(DISTINCT entry.id), count(*) FROM entry"
                " JOIN phrasing ON entry_id = entry.id WHERE deleted_at IS NULL"
            )
            location, size_bytes, schema = self._database.size(connection)
            return StoreInfo(location, size_bytes, schema, entries, phrasings)

    def is_empty(self) -> bool:
        """Return whether the collection contains nothing yet."""
        with self._database.reading() as connection:
            return copying.is_empty(connection)

    def fill_from(self, source: "SqlStore", progress: Callable[[int, int], None]) -> None:
        """Copy all of another collection, as it is at one moment, into the place of this one, in
        one transaction; see `store.copy_collection`."""
        with source._database.reading() as here:
            total = copying.size(here)
            with self._database.writing() as there:
                copying.copy(here, there, self._index, lambda done: progress(done, total))
                fault_points.reached("copy: written")
        fault_points.reached("copy: committed")
        progress(total, total)

    def close(self) -> None:
        self._database.close()
