-- Answers are read in passages. A row of vector_<model id>_answer has its passage's id. Position -1 is
-- the whole answer of an older collection, which counts until all its passages have vectors.

CREATE TABLE passage (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start    INTEGER NOT NULL,
    stop     INTEGER NOT NULL
) STRICT;
CREATE INDEX passage_entry ON passage (entry_id, position);
CREATE INDEX passage_whole ON passage (entry_id) WHERE position < 0;

-- Vowel signs are parts of words, and scripts without spaces are cut into pairs of signs
-- (store/words.py). What was indexed is copied by the migration's code.
DROP TABLE keyword_word;
ALTER TABLE keyword RENAME TO keyword_before;
CREATE VIRTUAL TABLE keyword USING fts5 (
    question, phrasings, answer, category, tags,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
CREATE VIRTUAL TABLE keyword_word USING fts5vocab (keyword, instance);

-- Collections from before the next default ranking keep the one that they had.
INSERT INTO setting (name, value) SELECT 'ranking', 'blend' FROM model
    WHERE state = 'active' AND NOT EXISTS (SELECT 1 FROM setting WHERE name = 'ranking');
