-- Text is the truth. Vectors live in one vec0 table per model and kind, named
-- vector_<model id>_<kind>, made when a model is first used; a row there has the id of what it
-- stands for (a phrasing, or an entry), so nothing has to map one to the other.

CREATE TABLE model (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    revision    TEXT,
    dimension   INTEGER NOT NULL CHECK (dimension > 0),
    max_tokens  INTEGER NOT NULL CHECK (max_tokens > 0),
    state       TEXT NOT NULL CHECK (state IN ('active', 'building', 'kept')),
    created_at  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX model_active ON model (state) WHERE state = 'active';

CREATE TABLE entry (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    version    INTEGER NOT NULL,
    key        TEXT,
    answer     TEXT NOT NULL,
    category   TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status IN ('published', 'draft', 'archived')),
    owner      TEXT NOT NULL,
    source     TEXT NOT NULL,
    review_by  TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    deleted_at TEXT
) STRICT;
CREATE UNIQUE INDEX entry_key ON entry (key) WHERE key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX entry_category ON entry (category) WHERE deleted_at IS NULL;
CREATE INDEX entry_updated ON entry (updated_at) WHERE deleted_at IS NULL;

CREATE TABLE tag (
    entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name     TEXT NOT NULL,
    PRIMARY KEY (entry_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_name ON tag (name);

-- Position 0 is the entry's question.
CREATE TABLE phrasing (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id   INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    text       TEXT NOT NULL,
    normalised TEXT NOT NULL
) STRICT;
CREATE INDEX phrasing_entry ON phrasing (entry_id, position);
CREATE INDEX phrasing_question ON phrasing (normalised) WHERE position = 0;

-- A row has its entry's id.
CREATE VIRTUAL TABLE keyword USING fts5 (
    question, phrasings, answer, category, tags, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE revision (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    version  INTEGER NOT NULL,
    action   TEXT NOT NULL CHECK (action IN ('add', 'edit', 'remove', 'restore')),
    actor    TEXT NOT NULL,
    at       TEXT NOT NULL,
    content  TEXT NOT NULL
) STRICT;
CREATE INDEX revision_entry ON revision (entry_id, version);

-- The change feed outlives what it tells of, so it refers to nothing.
CREATE TABLE change (
    token    INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id INTEGER NOT NULL
) STRICT;

CREATE TABLE query_log (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    at             TEXT NOT NULL,
    text           TEXT NOT NULL,
    ranking        TEXT NOT NULL,
    answered       INTEGER NOT NULL,
    entry_id       INTEGER,
    score          REAL,
    embed_seconds  REAL NOT NULL,
    search_seconds REAL NOT NULL,
    total_seconds  REAL NOT NULL,
    thumb          INTEGER CHECK (thumb IN (-1, 1))
) STRICT;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    kind             TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    owner            TEXT NOT NULL,
    actor            TEXT NOT NULL,
    done             INTEGER NOT NULL,
    total            INTEGER,
    result           TEXT NOT NULL,
    started_at       TEXT NOT NULL,
    heartbeat_at     TEXT NOT NULL,
    cancel_requested INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX job_running ON job (kind) WHERE state = 'running';
