"""A collection in a database of PostgreSQL: pgvector has its vectors."""

from collections.abc import Callable
from pathlib import Path

from store.address import dump_command
from store.base import ReadableEntries, ReadableSettings, ReadableVectors, Words
from store.errors import StoreUnavailable
from store.postgres import health
from store.postgres.away import Remembered, RememberedTexts, known_words, retried
from store.postgres.database import PostgresDatabase
from store.postgres.words import WordTable
from store.relational.store import SqlStore
from store.relational.upkeep import SqlUpkeep

# What a page reads besides vectors, words and entries.
REMEMBERED = ("state", "info", "counts", "page", "known", "read", "latest")


class PostgresStore(SqlStore):
    """See `store.base.Store`."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database, WordTable(), PostgresUpkeep(database))
        remembered = Remembered()
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
            (self.vectors, "resident", texts.vectors(self.vectors.resident)),
            (self.words, "occurrences", known_words(self.words)),
        ):
            setattr(part, name, read)


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
