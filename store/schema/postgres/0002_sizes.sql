-- How many words an entry has, in the row of the empty word: what a search weighs by.
INSERT INTO word
    SELECT '', entry.id, coalesce(sum(count), 0) FROM entry LEFT JOIN word ON entry_id = entry.id
    GROUP BY entry.id;
