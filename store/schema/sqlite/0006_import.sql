-- How far an import has come that adds rows whatever is there: killed, it goes on from here. The
-- last entry tells whether what it added still stands.

CREATE TABLE import_mark (
    file          TEXT PRIMARY KEY,
    rows          INTEGER NOT NULL,
    last_entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
