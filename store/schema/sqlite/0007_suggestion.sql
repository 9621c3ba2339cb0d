-- Phrasings that readers suggest for entries, until an editor has answered. Who suggested one is empty
-- unless the team wants it kept.

CREATE TABLE suggestion (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id   INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    text       TEXT NOT NULL,
    normalised TEXT NOT NULL,
    actor      TEXT NOT NULL,
    at         TEXT NOT NULL,
    UNIQUE (entry_id, normalised)
) STRICT;
