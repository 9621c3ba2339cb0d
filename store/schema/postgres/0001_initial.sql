-- The tables of SQLite's schema 10, with the same columns: a test compares those of the newest
-- schemas. Text is compared by its bytes, as SQLite does. Ids are counted in last_id: writers take
-- turns, so a transaction that fails uses up none. Vectors are in one table per model and kind, named
-- vector_<model id>_<kind>.

CREATE TABLE askwell (schema integer NOT NULL);
INSERT INTO askwell VALUES (0);

CREATE TABLE last_id (name text COLLATE "C" PRIMARY KEY, id bigint NOT NULL);
INSERT INTO last_id
    SELECT name, 0 FROM unnest(ARRAY['model', 'entry', 'phrasing', 'passage', 'revision', 'change',
                                     'query_log', 'suggestion', 'job']) AS name;

CREATE TABLE model (
    id          bigint PRIMARY KEY,
    fingerprint text COLLATE "C" NOT NULL UNIQUE,
    name        text COLLATE "C" NOT NULL,
    revision    text COLLATE "C",
    dimension   integer NOT NULL CHECK (dimension > 0),
    max_tokens  integer NOT NULL CHECK (max_tokens > 0),
    state       text COLLATE "C" NOT NULL CHECK (state IN ('active', 'building', 'kept')),
    created_at  text COLLATE "C" NOT NULL,
    filled      bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX model_active ON model (state) WHERE state = 'active';

CREATE TABLE entry (
    id         bigint PRIMARY KEY,
    version    integer NOT NULL,
    key        text COLLATE "C",
    answer     text COLLATE "C" NOT NULL,
    category   text COLLATE "C" NOT NULL,
    status     text COLLATE "C" NOT NULL CHECK (status IN ('published', 'draft', 'archived')),
    owner      text COLLATE "C" NOT NULL,
    source     text COLLATE "C" NOT NULL,
    review_by  text COLLATE "C",
    created_at text COLLATE "C" NOT NULL,
    created_by text COLLATE "C" NOT NULL,
    updated_at text COLLATE "C" NOT NULL,
    updated_by text COLLATE "C" NOT NULL,
    deleted_at text COLLATE "C"
);
-- Keys, categories and texts may be longer than an index takes, so they are hashed in it.
CREATE INDEX entry_key ON entry USING hash (key) WHERE key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX entry_category ON entry USING hash (category) WHERE deleted_at IS NULL;
CREATE INDEX entry_updated ON entry (updated_at) WHERE deleted_at IS NULL;
CREATE INDEX entry_review_by ON entry (review_by) WHERE review_by IS NOT NULL;

CREATE TABLE tag (
    entry_id bigint NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position integer NOT NULL,
    name     text COLLATE "C" NOT NULL,
    PRIMARY KEY (entry_id, position)
);
CREATE INDEX tag_name ON tag USING hash (name);

CREATE TABLE entry_test (
    entry_id    bigint NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    expectation text COLLATE "C" NOT NULL CHECK (expectation IN ('must_find', 'must_not_find')),
    position    integer NOT NULL,
    text        text COLLATE "C" NOT NULL,
    PRIMARY KEY (entry_id, expectation, position)
);

CREATE TABLE phrasing (
    id         bigint PRIMARY KEY,
    entry_id   bigint NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position   integer NOT NULL,
    text       text COLLATE "C" NOT NULL,
    normalised text COLLATE "C" NOT NULL
);
CREATE INDEX phrasing_entry ON phrasing (entry_id, position);
CREATE INDEX phrasing_question ON phrasing USING hash (normalised) WHERE position = 0;

CREATE TABLE passage (
    id       bigint PRIMARY KEY,
    entry_id bigint NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position integer NOT NULL,
    start    integer NOT NULL,
    stop     integer NOT NULL
);
CREATE INDEX passage_entry ON passage (entry_id, position);
CREATE INDEX passage_whole ON passage (entry_id) WHERE position < 0;

CREATE TABLE word (
    word     text COLLATE "C" NOT NULL,
    entry_id bigint NOT NULL,
    count    integer NOT NULL,
    PRIMARY KEY (word, entry_id)
);
CREATE INDEX word_entry ON word (entry_id);

CREATE TABLE revision (
    id       bigint PRIMARY KEY,
    entry_id bigint NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    version  integer NOT NULL,
    action   text COLLATE "C" NOT NULL CHECK (action IN ('add', 'edit', 'remove', 'restore')),
    actor    text COLLATE "C" NOT NULL,
    at       text COLLATE "C" NOT NULL,
    content  text COLLATE "C" NOT NULL
);
CREATE INDEX revision_entry ON revision (entry_id, version);

CREATE TABLE change (
    token    bigint PRIMARY KEY,
    entry_id bigint NOT NULL
);

CREATE TABLE query_log (
    id             bigint PRIMARY KEY,
    at             text COLLATE "C" NOT NULL,
    text           text COLLATE "C" NOT NULL,
    ranking        text COLLATE "C" NOT NULL,
    answered       integer NOT NULL,
    entry_id       bigint,
    score          double precision,
    embed_seconds  double precision NOT NULL,
    search_seconds double precision NOT NULL,
    total_seconds  double precision NOT NULL,
    thumb          integer CHECK (thumb IN (-1, 1)),
    actor          text COLLATE "C" NOT NULL DEFAULT '',
    missing        text COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX query_log_at ON query_log (at);
CREATE INDEX query_log_unanswered ON query_log (id) WHERE answered = 0;
CREATE INDEX query_log_thumb ON query_log (thumb, id) WHERE thumb IS NOT NULL;

CREATE TABLE suggestion (
    id         bigint PRIMARY KEY,
    entry_id   bigint NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    text       text COLLATE "C" NOT NULL,
    normalised text COLLATE "C" NOT NULL,
    actor      text COLLATE "C" NOT NULL,
    at         text COLLATE "C" NOT NULL
);
CREATE INDEX suggestion_entry ON suggestion (entry_id);

CREATE TABLE setting (
    name  text COLLATE "C" PRIMARY KEY,
    value text COLLATE "C" NOT NULL
);

CREATE TABLE job (
    id               bigint PRIMARY KEY,
    kind             text COLLATE "C" NOT NULL,
    state            text COLLATE "C" NOT NULL
                     CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    owner            text COLLATE "C" NOT NULL,
    actor            text COLLATE "C" NOT NULL,
    done             bigint NOT NULL,
    total            bigint,
    result           text COLLATE "C" NOT NULL,
    started_at       text COLLATE "C" NOT NULL,
    heartbeat_at     text COLLATE "C" NOT NULL,
    cancel_requested integer NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX job_running ON job (kind) WHERE state = 'running';
