-- Answers are read in passages. A row of vector_<model id>_answer has its passage's id. Position -1 is
-- an answer of an older collection, which is to be divided into passages.

CREATE TABLE passage (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start    INTEGER NOT NULL,
    stop     INTEGER NOT NULL
) STRICT;
CREATE INDEX passage_entry ON passage (entry_id, position);
CREATE INDEX passage_undivided ON passage (entry_id) WHERE position < 0;

-- Collections from before the next default ranking keep the one that they had.
INSERT INTO setting (name, value) SELECT 'ranking', 'blend' FROM model
    WHERE state = 'active' AND NOT EXISTS (SELECT 1 FROM setting WHERE name = 'ranking');
