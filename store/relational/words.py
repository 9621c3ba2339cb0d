"""What is kept in memory of the words of a collection, and what an engine reads them from."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from store import tokenizer
from store.records import PUBLISHED_ENTRIES, Content, KeywordHit, Occurrences, SearchFilter
from store.relational import changes
from store.relational.connection import Connection, Database
from store.resident import place_of
from store.words import is_unspaced

MOST_KEPT = 6_000_000  # entries of words in memory: 36 MB
MOST_CHANGES = 1_000  # from there on, words are read again


Places = tuple[NDArray[np.int64], NDArray[np.int64]]


class WordIndex(Protocol):
    """How an engine reads its index of words."""

    def search(
        self, connection: Connection, text: str, k: int, where: SearchFilter
    ) -> list[KeywordHit]:
        """See `store.base.Words`."""

    def places(self, connection: Connection, words: Sequence[str]) -> dict[str, Places]:
        """Return the ids of the entries that contain each word, ascending, and how often."""

    def of_entries(
        self, connection: Connection, entry_ids: Sequence[int]
    ) -> Mapping[int, Counter[str]]:
        """Return the words of entries by id; those that have none may be missing."""

    def every(self, connection: Connection) -> list[str]:
        """Return every word, the most frequent first, ties by alphabet."""


def findable(where: SearchFilter) -> tuple[str, list[str]]:
    """Return SQL, and the values bound in it, that is true for entries that pass a filter."""
    conditions, values = ["deleted_at IS NULL"], list[str]()
    if not where.unpublished:
        conditions.append("status = 'published'")
    if where.category is not None:
        conditions.append("entry.category = ?")
        values.append(where.category)
    return " AND ".join(conditions), values


class SqlWords:
    """See `store.base.Words`."""

    def __init__(self, database: Database, index: WordIndex) -> None:
        self._database = database
        self._index = index
        self._known = _KnownWords(index)
        self._vocabulary = _Vocabulary(index)

    def search(
        self, text: str, k: int, where: SearchFilter = PUBLISHED_ENTRIES
    ) -> list[KeywordHit]:
        with self._database.reading() as connection:
            return self._index.search(connection, text, k, where)

    def occurrences(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        with self._database.reading() as connection:
            return _each(texts, lambda words: self._known.occurrences(connection, words))

    def kept(self, texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        """Return `occurrences` as far as they are in memory, as they were when last asked for; of
        other words, there are none."""
        return _each(texts, self._known.kept)

    def known(self) -> tuple[str, ...]:
        with self._database.reading() as connection:
            return self._vocabulary.get(connection)

    def counts(self, content: Content) -> dict[str, int]:
        return dict(tokenizer.counted(tokenizer.fields(content)))


class _KnownWords:
    """Words that were asked for lately, with the entries that contain them, so that a common word
    is read once. A word catches up with the changes of entries when it is asked for again. Safe to
    share between threads."""

    def __init__(self, index: WordIndex) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._position: changes.Position | None = None
        self._changes: list[tuple[int, Counter[str]]] = []  # entries with the words that they have
        # Words, least recently asked for first, with how many of the changes are in them.
        self._kept: OrderedDict[str, tuple[Occurrences, int]] = OrderedDict()
        self._size = 0

    def occurrences(self, connection: Connection, words: set[str]) -> dict[str, Occurrences]:
        """Return the words, each with its occurrences as the connection's transaction sees them."""
        with self._lock:
            self._follow(connection)
            self._read(connection, [word for word in words if word not in self._kept])
            found = {word: self._occurrences(word) for word in words}
            while self._size > MOST_KEPT:
                _, (dropped, _) = self._kept.popitem(last=False)
                self._size -= len(dropped.entry_ids)
            return found

    def kept(self, words: set[str]) -> dict[str, Occurrences]:
        """Return the words as they were last seen."""
        with self._lock:
            nothing = np.zeros(0, np.int64)
            none = {word: _compact(word, nothing, nothing) for word in words}
            return none | {word: self._kept[word][0] for word in words & self._kept.keys()}

    def _follow(self, connection: Connection) -> None:
        before = self._position
        position, changed = changes.advance(connection, before)
        went_back = before is not None and position.token < before.token
        if changed is None or went_back or len(self._changes) + len(changed) > MOST_CHANGES:
            self._kept.clear()
            self._changes.clear()
            self._size = 0
        elif changed:
            now = self._index.of_entries(connection, changed)
            self._changes += [(id_, now.get(id_, Counter())) for id_ in changed]
        self._position = position  # only now: what failed on the way is done again

    def _read(self, connection: Connection, words: Sequence[str]) -> None:
        if not words:
            return
        for word, places in self._index.places(connection, words).items():
            self._kept[word] = _compact(word, *places), len(self._changes)
            self._size += len(places[0])

    def _occurrences(self, word: str) -> Occurrences:
        known, seen = self._kept.pop(word)
        if seen < len(self._changes):
            self._size -= len(known.entry_ids)
            known = _changed(known, {id_: now[word] for id_, now in self._changes[seen:]})
            self._size += len(known.entry_ids)
        self._kept[word] = known, len(self._changes)
        return known


class _Vocabulary:
    """All words of the collection, read again after a change. Safe to share between threads."""

    def __init__(self, index: WordIndex) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._position: changes.Position | None = None
        self._words: tuple[str, ...] = ()

    def get(self, connection: Connection) -> tuple[str, ...]:
        with self._lock:
            position, changed = changes.advance(connection, self._position)
            if changed is None or changed:
                every = self._index.every(connection)
                self._words = tuple(w for w in every if w.isalpha() and not is_unspaced(w))
            self._position = position
            return self._words


def _each(
    texts: Sequence[str], find: Callable[[set[str]], Mapping[str, Occurrences]]
) -> list[tuple[Occurrences, ...]]:
    """Return the occurrences of each text's words; all words are looked for at once."""
    words = [tokenizer.asked(text) for text in texts]
    found = find({word for some in words for word in some})
    return [tuple(found[word] for word in some) for some in words]


def _changed(known: Occurrences, now: dict[int, int]) -> Occurrences:
    """Return a word's occurrences, with what some entries have of it now."""
    ids, counts = np.array(list(now)), np.array(list(now.values()))
    others = np.ones(len(known.entry_ids), dtype=bool)
    others[place_of(known.entry_ids, ids)[1]] = False
    entry_ids = np.concatenate([known.entry_ids[others], ids[counts > 0]])
    every = np.concatenate([known.counts[others], counts[counts > 0]])
    order = np.argsort(entry_ids)
    return _compact(known.word, entry_ids[order], every[order])


def _compact(word: str, entry_ids: NDArray[np.int64], counts: NDArray[np.int64]) -> Occurrences:
    """Return a word's occurrences in as little memory as they fit into."""
    small = not len(entry_ids) or entry_ids[-1] <= np.iinfo(np.int32).max
    most = np.iinfo(np.uint16).max
    return Occurrences(
        word,
        entry_ids.astype(np.int32 if small else np.int64),
        np.minimum(counts, most).astype(np.uint16),
    )
