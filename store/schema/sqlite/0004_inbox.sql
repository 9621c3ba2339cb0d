-- What the Inbox needs. Who asked is empty unless the team wants it kept; a dismissal's key says what
-- it stands for without repeating anybody's words.

ALTER TABLE query_log ADD COLUMN actor TEXT NOT NULL DEFAULT '';
CREATE INDEX query_log_at ON query_log (at);
CREATE INDEX query_log_unanswered ON query_log (id) WHERE answered = 0;
CREATE INDEX query_log_thumb ON query_log (thumb, id) WHERE thumb IS NOT NULL;
CREATE INDEX entry_review_by ON entry (review_by) WHERE review_by IS NOT NULL;

CREATE TABLE dismissal (
    key   TEXT PRIMARY KEY,
    actor TEXT NOT NULL,
    at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
