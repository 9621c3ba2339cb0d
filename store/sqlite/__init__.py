"""The default store: one SQLite file, through apsw, sqlite-vec and FTS5."""

from store.sqlite.store import SQLiteStore, open_sqlite

__all__ = ["SQLiteStore", "open_sqlite"]
