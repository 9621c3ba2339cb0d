-- A word's entries are read from the index alone, with how often each has it.
ALTER TABLE word DROP CONSTRAINT word_pkey, ADD PRIMARY KEY (word, entry_id) INCLUDE (count);
