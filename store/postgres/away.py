"""What was read last, for the time while no server answers: questions go on being answered."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from store.base import ReadableEntries
from store.errors import StoreError
from store.postgres.pool import ConnectionLost, NoConnection
from store.records import Entry, Near, Occurrences
from store.relational.words import SqlWords
from store.resident import Resident

MOST_TEXTS = 20_000  # entries: some 40 MB
MOST_RESULTS = 200
ENTRIES_AT_ONCE = 500

P = ParamSpec("P")
T = TypeVar("T")


def retried(read: Callable[P, T]) -> Callable[P, T]:
    """Return a read that is tried once more where the connection is lost on the way."""

    @wraps(read)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except ConnectionLost:
            return read(*args, **kwargs)

    return again


class Remembered:
    """Reads with their last results, which are returned while no server answers; what was never
    read raises then, as without it. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: OrderedDict[Hashable, Any] = OrderedDict()

    def remembering(self, read: Callable[P, T]) -> Callable[P, T]:
        @wraps(read)
        def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
            key = read.__qualname__, args, tuple(sorted(kwargs.items()))
            try:
                found = read(*args, **kwargs)
            except NoConnection:
                with self._lock:
                    if key not in self._results:
                        raise
                    last: T = self._results[key]
                return last
            with self._lock:
                self._results[key] = found
                self._results.move_to_end(key)
                if len(self._results) > MOST_RESULTS:
                    self._results.popitem(last=False)
            return found

        return remembered


class RememberedTexts:
    """The entries of a collection, which its vectors in memory lead to. They are read in the
    background, after each change of the vectors."""

    def __init__(self, entries: ReadableEntries) -> None:
        self._get, self._changes_since = entries.get, entries.changes_since
        self._kept: dict[int, Entry] = {}
        self._token = 0
        self._vectors: dict[str, Resident] = {}
        self._reading = threading.Lock()

    def vectors(self, read: Callable[..., Resident | None]) -> Callable[..., Resident | None]:
        """Return a read of vectors in memory that lets texts follow."""

        @wraps(read)
        def remembered(
            *, fingerprint: str, load: bool = True, near: Near | None = None
        ) -> Resident | None:
            last = self._vectors.get(fingerprint)
            try:
                found = read(fingerprint=fingerprint, load=load, near=near)
            except NoConnection:
                if last is None:
                    raise
                return last
            if found is not None and found is not last and found.whole is None:
                self._vectors = {fingerprint: found}
                threading.Thread(target=self._follow, name="texts", daemon=True).start()
            return found

        return remembered

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        try:
            return self._get(entry_ids)
        except NoConnection:
            if any(id_ not in self._kept for id_ in entry_ids):
                raise
            return [self._kept[id_] for id_ in entry_ids]

    def _follow(self) -> None:
        with self._reading, suppress(StoreError):  # the next change has it read again
            changes = self._changes_since(self._token)
            for at in range(0, len(changes.entry_ids), ENTRIES_AT_ONCE):
                some = changes.entry_ids[at : at + ENTRIES_AT_ONCE]
                for entry in self._get(some):
                    if entry.id in self._kept or len(self._kept) < MOST_TEXTS:
                        self._kept[entry.id] = entry
            self._token = changes.token


def known_words(words: SqlWords) -> Callable[[Sequence[str]], list[tuple[Occurrences, ...]]]:
    """Return `occurrences` that knows, while no server answers, the words asked for lately."""
    read = words.occurrences

    @wraps(read)
    def occurrences(texts: Sequence[str]) -> list[tuple[Occurrences, ...]]:
        try:
            return read(texts)
        except NoConnection:
            return words.kept(texts)

    return occurrences
