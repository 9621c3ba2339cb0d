"""The FTS5 index: every entry's whole text, a row having its entry's id."""

import re
from collections import Counter
from collections.abc import Sequence

import apsw
import numpy as np

from store.records import Content, KeywordHit, Occurrences, SearchFilter
from store.sqlite.sql import select

TOKENIZER = ("unicode61", ["remove_diacritics", "2"])  # as the index was made
MOST_CHARACTERS, MOST_WORDS = 10_000, 256  # no model reads more of a text


def row(content: Content) -> tuple[str, ...]:
    """Return what the index holds of an entry, a column each."""
    phrasings, tags = "\n".join(content.phrasings), "\n".join(content.tags)
    return (content.question, phrasings, content.answer, content.category, tags)


def write(connection: apsw.Connection, entry_id: int, content: Content) -> None:
    """Index an entry anew."""
    connection.execute("DELETE FROM keyword WHERE rowid = ?", (entry_id,))
    add(connection, entry_id, content)


def add(connection: apsw.Connection, entry_id: int, content: Content) -> None:
    """Index an entry that is not indexed yet."""
    connection.execute(
        "INSERT INTO keyword (rowid, question, phrasings, answer, category, tags)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (entry_id, *row(content)),
    )


def held(connection: apsw.Connection, entry_id: int) -> list[tuple[str, ...]]:
    """Return the rows that the index holds of an entry: one, as `row` gives it."""
    return select(
        connection,
        "SELECT question, phrasings, answer, category, tags FROM keyword WHERE rowid = ?",
        (entry_id,),
    )


def remove(connection: apsw.Connection, entry_ids: Sequence[int]) -> None:
    """Take entries out of the index."""
    connection.executemany("DELETE FROM keyword WHERE rowid = ?", [(row,) for row in entry_ids])


def rebuild(connection: apsw.Connection) -> None:
    """Build the index anew from its own rows."""
    connection.execute("INSERT INTO keyword (keyword) VALUES ('rebuild')")


def all_words(text: str) -> str:
    """Return the FTS5 expression for texts with every word of `text`, or words so begun."""
    return " AND ".join(f'"{word}"*' for word in _words(text)) or '""'


def search(connection: apsw.Connection, text: str, k: int, where: SearchFilter) -> list[KeywordHit]:
    """Return the best entries by BM25; see `Store.keyword`."""
    words = _words(text)
    if not words:
        return []
    conditions, values = ["deleted_at IS NULL"], [" OR ".join(f'"{word}"' for word in words)]
    if not where.unpublished:
        conditions.append("status = 'published'")
    if where.category is not None:
        conditions.append("entry.category = ?")
        values.append(where.category)
    rows = select(
        connection,
        "SELECT entry.id, -bm25(keyword) AS score"
        " FROM keyword JOIN entry ON entry.id = keyword.rowid"
        f" WHERE keyword MATCH ? AND {' AND '.join(conditions)}"
        " ORDER BY score DESC, entry.id LIMIT ?",
        (*values, k),
    )
    return [KeywordHit(entry_id, score) for entry_id, score in rows]


def occurrences(connection: apsw.Connection, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
    """Return where the words of each text stand; see `Store.occurrences`."""
    tokenizer = connection.fts5_tokenizer(*TOKENIZER)
    found: dict[str, Occurrences] = {}
    told = []
    for text in texts:
        start = text[:MOST_CHARACTERS].encode("utf-8", errors="replace")
        tokens = tokenizer(start, apsw.FTS5_TOKENIZE_QUERY, None, include_offsets=False)
        words = list(dict.fromkeys(str(token[0]) for token in tokens))[:MOST_WORDS]
        for word in words:
            if word not in found:
                found[word] = _occurrences(connection, word)
        told.append(tuple(found[word] for word in words))
    return told


def word_counts(connection: apsw.Connection, content: Content) -> dict[str, int]:
    """Return how often each word stands in an entry; see `Store.word_counts`."""
    tokenizer = connection.fts5_tokenizer(*TOKENIZER)
    counts: Counter[str] = Counter()
    for text in row(content):
        tokens = tokenizer(
            text.encode("utf-8", errors="replace"),
            apsw.FTS5_TOKENIZE_DOCUMENT,
            None,
            include_offsets=False,
        )
        counts.update(str(token[0]) for token in tokens)
    return dict(counts)


def _occurrences(connection: apsw.Connection, word: str) -> Occurrences:
    # One long text is read several times faster than as many rows.
    [(entries,)] = select(
        connection, "SELECT group_concat(doc, ' ') FROM keyword_word WHERE term = ?", (word,)
    )
    places = np.fromstring(entries or "", dtype=np.int64, sep=" ")
    return Occurrences(word, *np.unique(places, return_counts=True))


def _words(text: str) -> list[str]:
    """Return the words of a text, each once. Quoted, none of them is an FTS5 operator.

    An accent that stands for itself, as in text from a Mac, is a part of its word.
    """
    return list(dict.fromkeys(re.findall(r"\w[\w\u0300-\u036f]*", text)))
