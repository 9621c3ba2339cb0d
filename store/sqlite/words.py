"""The FTS5 index of words: every entry's whole text, a row having its entry's id."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence

import apsw
import numpy as np
from numpy.typing import NDArray

from store.records import PUBLISHED_ENTRIES, Content, KeywordHit, Occurrences, SearchFilter
from store.relational import changes
from store.relational.connection import Connection
from store.resident import place_of
from store.sqlite.connection import SQLiteConnection
from store.sqlite.database import SQLiteDatabase
from store.words import indexed, is_unspaced, words

# As the index was made: the accents and vowel signs of every script are parts of words.
TOKENIZER = ("unicode61", ["remove_diacritics", "2", "categories", "L* N* Co Mn Mc"])
MOST_CHARACTERS, MOST_WORDS = 10_000, 256  # no model reads more of a text
MOST_KEPT = 6_000_000  # entries of words in memory: 36 MB
MOST_CHANGES = 1_000  # from there on, words are read again


class KeywordIndex:
    """The rows of the index; see `store.relational.entries.WordRows`."""

    def add(self, connection: Connection, entry_id: int, content: Content) -> None:
        connection.execute(
            "INSERT INTO keyword (rowid, question, phrasings, answer, category, tags)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (entry_id, *row(content)),
        )

    def remove(self, connection: Connection, entry_ids: Sequence[int]) -> None:
        connection.execute("DELETE FROM keyword WHERE rowid = ANY(?)", (list(entry_ids),))

    def condition(self, text: str) -> tuple[str, str]:
        every = " AND ".join(f'"{word}"*' for word in _words(text)) or '""'
        return "entry.id IN (SELECT rowid FROM keyword WHERE keyword MATCH ?)", every


def row(content: Content) -> tuple[str, ...]:
    """Return what the index contains of an entry, a column each."""
    phrasings, tags = "\n".join(content.phrasings), "\n".join(content.tags)
    texts = content.question, phrasings, content.answer, content.category, tags
    return tuple(map(indexed, texts))


class SQLiteWords:
    """See `store.base.Words`."""

    def __init__(self, database: SQLiteDatabase) -> None:
        self._database = database
        self._known = _KnownWords()
        self._vocabulary = _Vocabulary()

    def search(
        self, text: str, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[KeywordHit]:
        words = _words(text)
        if not words:
            return []
        conditions = ["deleted_at IS NULL"]
        values: list[str] = [" OR ".join(f'"{word}"' for word in words)]
        if not where.unpublished:
            conditions.append("status = 'published'")
        if where.category is not None:
            conditions.append("entry.category = ?")
            values.append(where.category)
        with self._database.reading() as connection:
            rows = connection.select(
                "SELECT entry.id, -bm25(keyword) AS score"
                " FROM keyword JOIN entry ON entry.id = keyword.rowid"
                f" WHERE keyword MATCH ? AND {' AND '.join(conditions)}"
                " ORDER BY score DESC, entry.id LIMIT ?",
                (*values, k),
            )
        return [KeywordHit(entry_id, score) for entry_id, score in rows]

    def occurrences(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        with self._database.reading() as connection:
            words = [_distinct(connection, text) for text in texts]
            found = self._known.occurrences(connection, {word for some in words for word in some})
        return [tuple(found[word] for word in some) for some in words]

    def known(self) -> tuple[str, ...]:
        with self._database.reading() as connection:
            return self._vocabulary.get(connection)

    def counts(self, content: Content) -> dict[str, int]:
        with self._database.reading() as connection:
            return dict(_counted(connection, row(content)))


class _KnownWords:
    """Words that were asked for lately, with the entries that contain them, so that a common word
    is read once. A word catches up with the changes of entries when it is asked for again. Safe to
    share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._position: changes.Position | None = None
        self._changes: list[tuple[int, Counter[str]]] = []  # entries with the words that they have
        # Words, least recently asked for first, with how many of the changes are in them.
        self._kept: OrderedDict[str, tuple[Occurrences, int]] = OrderedDict()
        self._size = 0

    def occurrences(self, connection: SQLiteConnection, words: set[str]) -> dict[str, Occurrences]:
        """Return the words, each with its occurrences as the connection's transaction sees them."""
        with self._lock:
            self._follow(connection)
            found = {word: self._occurrences(connection, word) for word in words}
            while self._size > MOST_KEPT:
                _, (dropped, _) = self._kept.popitem(last=False)
                self._size -= len(dropped.entry_ids)
            return found

    def _follow(self, connection: SQLiteConnection) -> None:
        before = self._position
        position, changed = changes.advance(connection, before)
        went_back = before is not None and position.token < before.token
        if changed is None or went_back or len(self._changes) + len(changed) > MOST_CHANGES:
            self._kept.clear()
            self._changes.clear()
            self._size = 0
        elif changed:
            now = {entry_id: Counter[str]() for entry_id in changed}
            for entry_id, *texts in connection.select(
                "SELECT rowid, question, phrasings, answer, category, tags FROM keyword"
                " WHERE rowid = ANY(?)",
                (list(changed),),
            ):
                now[entry_id] = _counted(connection, texts)
            self._changes += now.items()
        self._position = position  # only now: what failed on the way is done again

    def _occurrences(self, connection: SQLiteConnection, word: str) -> Occurrences:
        known, seen = self._kept.pop(word, (None, 0))
        if known is None:
            known = _occurrences(connection, word)
            self._size += len(known.entry_ids)
        elif seen < len(self._changes):
            self._size -= len(known.entry_ids)
            known = _changed(known, {id_: now[word] for id_, now in self._changes[seen:]})
            self._size += len(known.entry_ids)
        self._kept[word] = known, len(self._changes)
        return known


class _Vocabulary:
    """All words of the collection, read again after a change. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._position: changes.Position | None = None
        self._words: tuple[str, ...] = ()

    def get(self, connection: SQLiteConnection) -> tuple[str, ...]:
        with self._lock:
            position, changed = changes.advance(connection, self._position)
            if changed is None or changed:
                connection.execute(
                    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.keyword_term"
                    " USING fts5vocab(main, keyword, row)"
                )
                rows = connection.select("SELECT term FROM keyword_term ORDER BY cnt DESC, term")
                self._words = tuple(w for (w,) in rows if w.isalpha() and not is_unspaced(w))
            self._position = position
            return self._words


def _changed(known: Occurrences, now: dict[int, int]) -> Occurrences:
    """Return a word's occurrences, with what some entries have of it now."""
    ids, counts = np.array(list(now)), np.array(list(now.values()))
    others = np.ones(len(known.entry_ids), dtype=bool)
    others[place_of(known.entry_ids, ids)[1]] = False
    entry_ids = np.concatenate([known.entry_ids[others], ids[counts > 0]])
    every = np.concatenate([known.counts[others], counts[counts > 0]])
    order = np.argsort(entry_ids)
    return _compact(known.word, entry_ids[order], every[order])


def _occurrences(connection: SQLiteConnection, word: str) -> Occurrences:
    # One long text is read several times faster than as many rows.
    [(entries,)] = connection.select(
        "SELECT group_concat(doc, ' ') FROM keyword_word WHERE term = ?", (word,)
    )
    places = np.fromstring(entries or "", dtype=np.int64, sep=" ")
    return _compact(word, *np.unique(places, return_counts=True))


def _compact(word: str, entry_ids: NDArray[np.int64], counts: NDArray[np.int64]) -> Occurrences:
    """Return a word's occurrences in as little memory as they fit into."""
    small = not len(entry_ids) or entry_ids[-1] <= np.iinfo(np.int32).max
    most = np.iinfo(np.uint16).max
    return Occurrences(
        word,
        entry_ids.astype(np.int32 if small else np.int64),
        np.minimum(counts, most).astype(np.uint16),
    )


def _distinct(connection: SQLiteConnection, text: str) -> list[str]:
    """Return the words of a query, each once, in order."""
    asked = " ".join(_words(text[:MOST_CHARACTERS]))
    words = _tokens(connection, asked, apsw.FTS5_TOKENIZE_QUERY)
    return list(dict.fromkeys(words))[:MOST_WORDS]


def _counted(connection: SQLiteConnection, texts: Sequence[str]) -> Counter[str]:
    """Return how often each word is in the texts of an entry."""
    return Counter(
        word for text in texts for word in _tokens(connection, text, apsw.FTS5_TOKENIZE_DOCUMENT)
    )


def _tokens(connection: SQLiteConnection, text: str, reason: int) -> Iterator[str]:
    tokenizer = connection.raw.fts5_tokenizer(*TOKENIZER)
    tokens = tokenizer(text.encode("utf-8", errors="replace"), reason, None, include_offsets=False)
    return (str(token[0]) for token in tokens)


def _words(text: str) -> list[str]:
    """Return the words of a text, each once. Quoted, none of them is an FTS5 operator."""
    return list(dict.fromkeys(word[0] for word in words(text)))
