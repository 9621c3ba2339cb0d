"""The index of words: a row for each word of each entry, with how often it is there; that of the
empty word says how many words the entry has."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from store import tokenizer
from store.records import Content, KeywordHit, SearchFilter
from store.relational.connection import Connection
from store.relational.words import Places, findable

LONGEST = 255  # characters: an index takes no longer ones than 2,700 bytes
AFTER = "\U0010ffff"  # sorts after every character that is in words


class WordTable:
    """See `store.relational.entries.WordRows` and `store.relational.words.WordIndex`."""

    def add(self, connection: Connection, contents: Mapping[int, Content]) -> None:
        # The server counts: a text is sent several times faster than a row for each of its words.
        fields = [tokenizer.fields(content) for content in contents.values()]
        texts = [" ".join(tokenizer.tokens("\n".join(some))) for some in fields]
        connection.execute(
            "WITH written AS (SELECT id, string_to_array(words, ' ') AS words"
            " FROM unnest(?::bigint[], ?::text[]) AS entry (id, words))"
            " INSERT INTO word (word, entry_id, count)"
            " SELECT '', id, cardinality(words) FROM written UNION ALL"
            f" SELECT left(word, {LONGEST}), id, count(*) FROM written, unnest(words) AS word"
            " GROUP BY 1, 2",
            (list(contents), texts),
        )

    def remove(self, connection: Connection, entry_ids: Sequence[int]) -> None:
        connection.execute("DELETE FROM word WHERE entry_id = ANY(?)", (list(entry_ids),))

    def rebuild(self, connection: Connection) -> None:
        connection.execute("REINDEX TABLE word")

    def condition(self, text: str) -> tuple[str, list[str]]:
        begins = [word[:LONGEST] for word in tokenizer.asked(text)]
        one = "entry.id IN (SELECT entry_id FROM word WHERE word >= ? AND word < ?)"
        sql = " AND ".join([one] * len(begins)) or "false"
        return sql, [bound for begin in begins for bound in (begin, begin + AFTER)]

    def search(
        self, connection: Connection, text: str, k: int, where: SearchFilter
    ) -> list[KeywordHit]:
        words = [word[:LONGEST] for word in tokenizer.asked(text)]
        if not words:
            return []
        condition, values = findable(where)
        # BM25 as FTS5 computes it: k1 = 1.2, b = 0.75, and no word counts against an entry.
        rows = connection.select(
            "WITH asked AS (SELECT word, entry_id, count FROM word WHERE word = ANY(?)),"
            " size AS (SELECT entry_id, count::float8 AS words FROM word WHERE word = ''),"
            " whole AS (SELECT count(*)::float8 AS entries, sum(words) AS words FROM size),"
            " weight AS (SELECT word, greatest(1e-6, ln(greatest(1e-300, (entries - count(*) + 0.5)"
            " / (count(*) + 0.5)))) AS idf FROM asked, whole GROUP BY word, entries)"
            " SELECT entry.id, sum(idf * count * 2.2 / (count + 1.2 *"
            " (0.25 + 0.75 * size.words * entries / whole.words))) AS score"
            " FROM asked JOIN weight USING (word) JOIN size USING (entry_id)"
            " JOIN entry ON entry.id = entry_id, whole"
            f" WHERE {condition}"
            " GROUP BY entry.id ORDER BY score DESC, entry.id LIMIT ?",
            (words, *values, k),
        )
        return [KeywordHit(entry_id, score) for entry_id, score in rows]

    def places(self, connection: Connection, words: Sequence[str]) -> dict[str, Places]:
        # One long value is read several times faster than as many rows, and sorted faster here.
        found = dict(
            connection.select(
                "SELECT word, string_agg(int8send(entry_id) || int8send(count), '')"
                " FROM word WHERE word = ANY(?) GROUP BY word",
                ([word[:LONGEST] for word in words],),
            )
        )
        pairs = {
            word: np.frombuffer(found.get(word[:LONGEST], b""), ">i8").astype(np.int64)
            for word in words
        }
        return {word: _sorted(own[::2], own[1::2]) for word, own in pairs.items()}

    def of_entries(
        self, connection: Connection, entry_ids: Sequence[int]
    ) -> Mapping[int, Counter[str]]:
        found: dict[int, Counter[str]] = {}
        for entry_id, word, count in connection.select(
            "SELECT entry_id, word, count FROM word WHERE entry_id = ANY(?)", (list(entry_ids),)
        ):
            found.setdefault(entry_id, Counter())[word] = count
        return found

    def every(self, connection: Connection) -> list[str]:
        rows = connection.select(
            "SELECT word FROM word WHERE word <> '' GROUP BY word ORDER BY sum(count) DESC, word"
        )
        return [word for (word,) in rows]


def _sorted(ids: NDArray[np.int64], counts: NDArray[np.int64]) -> Places:
    order = np.argsort(ids)
    return ids[order], counts[order]


def counted(content: Content) -> Counter[str]:
    """Return the rows of an entry: how often it has each word, and how many words it has."""
    counts = Counter({"": 0})
    for word, count in tokenizer.counted(tokenizer.fields(content)).items():
        counts[word[:LONGEST]] += count
        counts[""] += count
    return counts
