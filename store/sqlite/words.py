"""The FTS5 index of words: every entry's whole text, a row having its entry's id."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from store import tokenizer
from store.records import Content, KeywordHit, SearchFilter
from store.relational.connection import Connection
from store.relational.words import Places, findable


class KeywordIndex:
    """See `store.relational.entries.WordRows` and `store.relational.words.WordIndex`."""

    def add(self, connection: Connection, contents: Mapping[int, Content]) -> None:
        connection.execute_many(
            "INSERT INTO keyword (rowid, question, phrasings, answer, category, tags)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(entry_id, *tokenizer.fields(content)) for entry_id, content in contents.items()],
        )

    def remove(self, connection: Connection, entry_ids: Sequence[int]) -> None:
        connection.execute("DELETE FROM keyword WHERE rowid = ANY(?)", (list(entry_ids),))

    def rebuild(self, connection: Connection) -> None:
        connection.execute("INSERT INTO keyword (keyword) VALUES ('rebuild')")

    def condition(self, text: str) -> tuple[str, list[str]]:
        every = " AND ".join(f'"{word}"*' for word in tokenizer.distinct(text)) or '""'
        return "entry.id IN (SELECT rowid FROM keyword WHERE keyword MATCH ?)", [every]

    def search(
        self, connection: Connection, text: str, k: int, where: SearchFilter
    ) -> list[KeywordHit]:
        words = tokenizer.distinct(text)
        if not words:
            return []
        condition, values = findable(where)
        rows = connection.select(
            "SELECT entry.id, -bm25(keyword) AS score"
            " FROM keyword JOIN entry ON entry.id = keyword.rowid"
            f" WHERE keyword MATCH ? AND {condition}"
            " ORDER BY score DESC, entry.id LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), *values, k),
        )
        return [KeywordHit(entry_id, score) for entry_id, score in rows]

    def places(self, connection: Connection, words: Sequence[str]) -> dict[str, Places]:
        found = {}
        for word in words:
            # One long text is read several times faster than as many rows.
            [(entries,)] = connection.select(
                "SELECT group_concat(doc, ' ') FROM keyword_word WHERE term = ?", (word,)
            )
            places = np.fromstring(entries or "", dtype=np.int64, sep=" ")
            ids, counts = np.unique(places, return_counts=True)
            found[word] = ids, counts
        return found

    def of_entries(
        self, connection: Connection, entry_ids: Sequence[int]
    ) -> Mapping[int, Counter[str]]:
        rows = connection.select(
            "SELECT rowid, question, phrasings, answer, category, tags FROM keyword"
            " WHERE rowid = ANY(?)",
            (list(entry_ids),),
        )
        return {entry_id: tokenizer.counted(texts) for entry_id, *texts in rows}

    def every(self, connection: Connection) -> list[str]:
        connection.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.keyword_term"
            " USING fts5vocab(main, keyword, row)"
        )
        rows = connection.select("SELECT term FROM keyword_term ORDER BY cnt DESC, term")
        return [word for (word,) in rows]
