-- What somebody missed in an answer that they gave a thumb down, in their own words.

ALTER TABLE query_log ADD COLUMN missing TEXT NOT NULL DEFAULT '';
