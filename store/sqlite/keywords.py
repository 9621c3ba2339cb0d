"""The FTS5 index: every entry's whole text, a row having its entry's id."""

import re

import apsw

from store.records import Content, KeywordHit, SearchFilter
from store.sqlite.sql import select


def row(content: Content) -> tuple[str, ...]:
    """Return what the index holds of an entry, a column each."""
    phrasings, tags = "\n".join(content.phrasings), "\n".join(content.tags)
    return (content.question, phrasings, content.answer, content.category, tags)


def write(connection: apsw.Connection, entry_id: int, content: Content) -> None:
    """Index an entry anew."""
    connection.execute("DELETE FROM keyword WHERE rowid = ?", (entry_id,))
    connection.execute(
        "INSERT INTO keyword (rowid, question, phrasings, answer, category, tags)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (entry_id, *row(content)),
    )


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


def _words(text: str) -> list[str]:
    """Return the words of a text, each once. Quoted, none of them is an FTS5 operator.

    An accent that stands for itself, as in text from a Mac, is a part of its word.
    """
    return list(dict.fromkeys(re.findall(r"\w[\w\u0300-\u036f]*", text)))
