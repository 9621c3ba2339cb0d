-- Question and answer in one text have a vector too. It is compared exactly, from memory, never
-- searched for here, so an ordinary table holds it; an entry may lack it.

CREATE TABLE answer_vector (
    model_id  INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    entry_id  INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    embedding BLOB NOT NULL,
    PRIMARY KEY (entry_id, model_id)
) STRICT;

-- Grows when vectors are written over with no change of an entry: what is kept of them in memory
-- is stale then.
ALTER TABLE model ADD COLUMN filled INTEGER NOT NULL DEFAULT 0;

-- Every place where the keyword index holds a word.
CREATE VIRTUAL TABLE keyword_word USING fts5vocab (keyword, instance);
