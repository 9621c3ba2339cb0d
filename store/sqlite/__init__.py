"""The default store: one SQLite file, through apsw, sqlite-vec and FTS5."""
