-- Fewer tables for the same: what is kept by name is a setting, in a folder of its own kind.

INSERT INTO setting (name, value) SELECT 'dismissed/' || key, at || ' ' || actor FROM dismissal;
DROP TABLE dismissal;

INSERT INTO setting (name, value) SELECT 'import/' || file, rows || ' ' || last_entry_id FROM import_mark;
DROP TABLE import_mark;

INSERT OR IGNORE INTO setting (name, value)
    SELECT kind || ' reports/' || at, json_object('actor', actor, 'content', content) FROM report;
DROP TABLE report;

-- Labelled queries are many, and needed by few.
UPDATE setting SET name = 'queries/labelled' WHERE name = 'labelled_queries';

-- Collections from before the ranking 'blend' keep the one that they had.
INSERT INTO setting (name, value) SELECT 'ranking', 'cosine' FROM model
    WHERE state = 'active' AND NOT EXISTS (SELECT 1 FROM setting WHERE name = 'ranking');
