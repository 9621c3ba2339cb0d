-- What was measured over the collection, kept so that today compares with last month. What the
-- content says is for its kind to know.

CREATE TABLE report (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT NOT NULL,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;
CREATE INDEX report_kind ON report (kind, id);
