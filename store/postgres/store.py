"""A collection in a database of PostgreSQL: pgvector has its vectors."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from store.address import dump_command
from store.base import ReadableEntries, ReadableSettings, ReadableVectors, Words
from store.errors import StoreError, StoreUnavailable
from store.postgres import health
from store.postgres.away import Remembered, RememberedTexts, known_words, retried
from store.postgres.database import PostgresDatabase
from store.postgres.words import WordTable
from store.relational.store import SqlStore
from store.relational.upkeep import SqlUpkeep
from store.resident import Resident

# What a page reads besides vectors, words and entries.
REMEMBERED = ("state", "info", "counts", "page", "known", "read", "latest")


class PostgresStore(SqlStore):
    """See `store.base.Store`."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database, WordTable(), PostgresUpkeep(database))
        self._own, remembered = database, Remembered()
        for part, reads in (
            (self, ("state", "info")),
            (self.entries, dir(ReadableEntries)),
            (self.vectors, dir(ReadableVectors)),
            (self.words, dir(Words)),
            (self.settings, dir(ReadableSettings)),
            (self.jobs, ("latest",)),
        ):
            for name in reads:
                if not name.startswith("_"):
                    again = retried(getattr(part, name))
                    remember = name in REMEMBERED
                    setattr(part, name, remembered.remembering(again) if remember else again)
        texts = RememberedTexts(self.entries)
        for part, name, read in (
            (self.entries, "get", texts.get),
            (self.vectors, "resident", texts.vectors(self._indexed(self.vectors.resident))),
            (self.words, "occurrences", known_words(self.words)),
        ):
            setattr(part, name, read)

    def _indexed(self, read: Callable[..., Resident | None]) -> Callable[..., Resident | None]:
        """Return a read of vectors that has indexes made where it finds candidates alone."""
        begun = threading.Lock()

        def indexed(**given: Any) -> Resident | None:
            found = read(**given)
            if found is not None and found.whole is not None and begun.acquire(blocking=False):
                threading.Thread(target=add, name="index", daemon=True).start()
            return found

        def add() -> None:
            with suppress(StoreError):  # every row is read then
                self._own.add_indexes()

        return indexed


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
