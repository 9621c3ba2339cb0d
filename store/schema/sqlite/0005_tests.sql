-- Queries that must find an entry, and queries that must not. They test a collection and are no part
-- of it: neither the keyword index nor any vector knows of them.

CREATE TABLE entry_test (
    entry_id    INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    expectation TEXT NOT NULL CHECK (expectation IN ('must_find', 'must_not_find')),
    position    INTEGER NOT NULL,
    text        TEXT NOT NULL,
    PRIMARY KEY (entry_id, expectation, position)
) STRICT, WITHOUT ROWID;
