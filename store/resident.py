"""The vectors of a collection in memory, kept fresh change by change; the same for every engine.

Rows are only ever appended: an entry that changes gets a new block of rows, and its old one is
marked as gone. So a `Resident` that somebody still uses stays as it is, and a change costs a copy
of the small arrays, never of the vectors. When a quarter of the rows is gone, all are read again.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from store.records import SearchFilter, Status, VectorKind
from store.relational import changes
from store.relational.connection import Connection

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
Places = NDArray[np.int32]
T = TypeVar("T", np.float32, np.int32)

SPARE_ROWS = 4_096
BLOCKS_AT_ONCE = 4_096  # summed at a time


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Vectors of one kind, those of an entry in a block of consecutive rows.

    Block b is the rows from `starts[b]` on, `counts[b]` of them, and belongs to the entry at place
    `places[b]`; -1 where it is gone. `block_of[p]` is the block of the entry at place p; -1 where
    it has none. The mean vector of block b has length `coherence[b]`: 1 where all its vectors
    agree.
    """

    vectors: Floats
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    places: Places
    coherence: Floats
    block_of: Places

    def __post_init__(self) -> None:
        for name in Rows.__slots__:
            getattr(self, name).setflags(write=False)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many rows each entry has, by place."""
        if not len(self.counts):
            return np.zeros(len(self.block_of), dtype=np.int64)
        return np.where(self.block_of >= 0, self.counts[self.block_of], 0)

    def of_place(self, place: int) -> slice:
        """Return the rows of the entry at a place."""
        block = int(self.block_of[place])
        if block < 0:
            return slice(0)
        return slice(int(self.starts[block]), int(self.starts[block] + self.counts[block]))

    def places_of(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the place of the entry of each row; -1 where the row is gone."""
        return self.places[np.searchsorted(self.starts, rows, side="right") - 1].astype(np.intp)

    def alive(self) -> NDArray[np.intp]:
        """Return the rows that are not gone, ascending."""
        return np.flatnonzero(np.repeat(self.places >= 0, self.counts))

    def by_entry(self) -> NDArray[np.intp]:
        """Return the rows that are not gone, by entry, an entry's in their order."""
        rows = self.alive()
        return rows[np.argsort(self.places_of(rows), kind="stable")]

    def by_place(self, values: Floats) -> Floats:
        """Return values of every block, `(queries, blocks)`, as values of every entry, `(queries,
        entries)`: minus infinity for entries without a block."""
        if np.array_equal(self.block_of, np.arange(len(self.places))):
            return values
        found = np.full((len(values), len(self.block_of)), -np.inf, dtype=np.float32)
        here = self.places >= 0
        found[:, self.places[here]] = values[:, here]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Resident:
    """The vectors of one model's set, as they were at one moment.

    Entries are in places by id: `entry_ids` ascend, shape `(entries,)`. Those without phrasings
    here, such as those in the bin, are not `present`; `published` ones are present and published.
    `categories` are numbers that `category_names` explains. Row r of `phrasings` is the vector of
    `texts[r]`; an entry's rows are in order, the question first. Row r of `answers` is the vector
    of a passage of the answer, with the question: of its characters from `spans[r, 0]` up to
    `spans[r, 1]`. Read-only.

    Where these are only the candidates of a question, `whole` is how many entries there are.
    """

    entry_ids: Ids
    present: NDArray[np.bool_]
    published: NDArray[np.bool_]
    categories: Places
    category_names: tuple[str, ...]
    phrasings: Rows
    texts: Sequence[str]
    answers: Rows
    spans: NDArray[np.int32]
    whole: int | None = None

    def __post_init__(self) -> None:
        arrays = self.entry_ids, self.present, self.published, self.categories, self.spans
        for array in arrays:
            array.setflags(write=False)

    def place_of(self, entry_id: int) -> int | None:
        """Return the place of an entry; None where it is not present."""
        place = int(np.searchsorted(self.entry_ids, entry_id))
        here = entry_id in self.entry_ids[place : place + 1] and self.present[place]
        return place if here else None

    def rows_of(self, entry_id: int) -> slice:
        """Return the rows of an entry's phrasings; none where it is not present."""
        place = self.place_of(entry_id)
        return slice(0) if place is None else self.phrasings.of_place(place)

    def answer_of(self, entry_id: int) -> Floats:
        """Return the vectors of the passages of an entry's answer, in order, `(0 or more,
        dimension)`."""
        place = self.place_of(entry_id)
        return self.answers.vectors[slice(0) if place is None else self.answers.of_place(place)]

    def passing(self, where: SearchFilter) -> NDArray[np.intp]:
        """Return the places of the entries that pass, ascending."""
        passes = self.present if where.unpublished else self.published
        if where.category is not None:
            if where.category not in self.category_names:
                return np.zeros(0, dtype=np.intp)
            passes = passes & (self.categories == self.category_names.index(where.category))
        return np.flatnonzero(passes)


class VectorSource(Protocol):
    """Where an engine keeps the vectors of one model."""

    @property
    def key(self) -> int:
        """What identifies the model."""

    @property
    def dimension(self) -> int: ...

    @property
    def version(self) -> int:
        """What grows when vectors are written with no change of an entry."""

    def rows(
        self, connection: Connection, kind: VectorKind, ids: Sequence[int] | None
    ) -> Iterator[tuple[Ids, Floats]]:
        """Yield ids with their vectors, a block of rows at a time; all where `ids` is None."""


class _Growing(Generic[T]):
    """A matrix that rows are appended to. Memory that is reserved and not used yet costs nothing
    until it is written."""

    def __init__(self, columns: int, capacity: int, kind: type[T]) -> None:
        self._array: NDArray[T] = np.empty((capacity, columns), dtype=kind)
        self.length = 0

    def append(self, count: int) -> NDArray[T]:
        """Return so many new rows, to be written."""
        needed = self.length + count
        if needed > len(self._array):
            shape = needed + needed // 4, self._array.shape[1]
            grown: NDArray[T] = np.empty(shape, self._array.dtype)
            grown[: self.length] = self._array[: self.length]
            self._array = grown
        rows: NDArray[T] = self._array[self.length : needed]
        self.length = needed
        return rows

    def view(self) -> NDArray[T]:
        """Return every row, read-only."""
        rows: NDArray[T] = self._array[: self.length]
        rows.setflags(write=False)
        return rows


@dataclass(slots=True)
class _Kept:
    """What the next update starts from."""

    resident: Resident
    phrasings: _Growing[np.float32]
    answers: _Growing[np.float32]
    spans: _Growing[np.int32]
    texts: list[str]
    position: changes.Position
    version: int


class ResidentVectors:
    """A `Resident` for every model that was asked for. Safe to share between threads: one updates,
    the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[int, _Kept] = {}

    def has(self, key: int) -> bool:
        """Return whether a model's vectors are in memory already."""
        return key in self._kept

    def get(self, connection: Connection, source: VectorSource) -> Resident:
        """Return a model's vectors as this connection's transaction sees them."""
        version = source.version
        with self._lock:
            kept = self._kept.get(source.key)
            position, changed = changes.advance(connection, kept.position if kept else None)
            if kept is None or changed is None or kept.version != version:
                kept = _loaded(connection, source, position, version)
            elif position.token < kept.position.token:
                # This transaction began before the one that updated last: it must not see more.
                return _loaded(connection, source, position, version).resident
            elif changed:
                del self._kept[source.key]  # an update that fails leaves a part of its rows behind
                kept = _updated(connection, source, kept, changed)
            kept.position = position
            self._kept[source.key] = kept
            return kept.resident

    def forget(self) -> None:
        """Free all memory; what is asked for again is loaded again."""
        with self._lock:
            self._kept.clear()


def empty(dimension: int) -> Resident:
    """Return the vectors of a collection without entries."""
    return _nothing(dimension, 0, 0, changes.NOWHERE, 0).resident


def of_entries(
    connection: Connection, source: VectorSource, entry_ids: Sequence[int], whole: int
) -> Resident:
    """Read the vectors of some entries of so many."""
    kept = _nothing(source.dimension, 0, 0, changes.NOWHERE, 0)
    kept = _with_entries(connection, source, kept, entry_ids)
    return replace(kept.resident, whole=whole)


def of_one_entry(
    entry_id: int, published: bool, texts: Sequence[str], vectors: Floats, answers: Floats
) -> Resident:
    """Return the vectors of a collection with a single entry; where the passages are in its answer
    is not said."""
    kept = _nothing(vectors.shape[1], len(vectors), len(answers), changes.NOWHERE, 0)
    kept.phrasings.append(len(vectors))[:] = vectors
    kept.answers.append(len(answers))[:] = answers
    kept.spans.append(len(answers))[:] = 0
    kept.texts += texts
    owners, answered = np.full(len(vectors), entry_id), np.full(len(answers), entry_id)
    return _merged(kept, [entry_id], {entry_id: published}, {}, owners, answered)


def _nothing(
    dimension: int, phrasings: int, answers: int, position: changes.Position, version: int
) -> _Kept:
    """Return the beginning of what will have so many phrasings and passages of answers."""
    capacities = [n + n // 4 + SPARE_ROWS for n in (phrasings, answers)]
    rooms = [_Growing(dimension, capacity, np.float32) for capacity in capacities]
    spans = _Growing(2, capacities[1], np.int32)
    none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    rows = [
        Rows(room.view(), none, none, nowhere, np.zeros(0, np.float32), nowhere) for room in rooms
    ]
    flags = np.zeros(0, dtype=bool)
    texts: list[str] = []
    resident = Resident(none, flags, flags, nowhere, (), rows[0], texts, rows[1], spans.view())
    return _Kept(resident, rooms[0], rooms[1], spans, texts, position, version)


def _loaded(
    connection: Connection, source: VectorSource, position: changes.Position, version: int
) -> _Kept:
    """Read every vector of a model."""
    [(phrasings,)] = connection.select("SELECT count(*) FROM phrasing")
    [(answers,)] = connection.select("SELECT count(*) FROM passage")
    kept = _nothing(source.dimension, phrasings, answers, position, version)
    return _with_entries(connection, source, kept, None)


def _updated(
    connection: Connection, source: VectorSource, kept: _Kept, changed: Sequence[int]
) -> _Kept:
    """Append what some entries are now. Everything is read again where half of all changed, which
    is as quick, and where a quarter of the rows is gone."""
    if len(changed) > 100 + len(kept.resident.entry_ids) // 2:
        return _loaded(connection, source, kept.position, kept.version)
    kept = _with_entries(connection, source, kept, changed)
    for rows in (kept.resident.phrasings, kept.resident.answers):
        gone = int(rows.counts[rows.places < 0].sum())
        if gone > SPARE_ROWS + len(rows.vectors) // 4:
            return _loaded(connection, source, kept.position, kept.version)
    return kept


def _with_entries(
    connection: Connection, source: VectorSource, kept: _Kept, entry_ids: Sequence[int] | None
) -> _Kept:
    """Add blocks for entries as they are now; the blocks that they had are gone then."""
    some, values = ("", ()) if entry_ids is None else (" WHERE id = ANY(?)", (list(entry_ids),))
    rows = connection.select(
        f"SELECT id, status, category, deleted_at FROM entry{some} ORDER BY id", values
    )
    published = {row[0]: row[1] == Status.PUBLISHED and row[3] is None for row in rows}
    category = {row[0]: row[2] for row in rows}
    some = "" if entry_ids is None else " AND entry_id = ANY(?)"
    phrasings = connection.select(
        "SELECT phrasing.id, entry_id, text FROM phrasing JOIN entry ON entry.id = entry_id"
        f" WHERE deleted_at IS NULL{some} ORDER BY entry_id, position",
        values,
    )
    ids = np.fromiter((row[0] for row in phrasings), np.int64, len(phrasings))
    owners = np.fromiter((row[1] for row in phrasings), np.int64, len(phrasings))
    found = _append(connection, source, "phrasing", kept.phrasings, ids, entry_ids is None)
    kept.texts += (
        [phrasings[row][2] for row in found]
        if len(found) < len(ids)
        else [row[2] for row in phrasings]
    )
    owners = owners[found]
    passages = _passages(connection, owners, values)
    found = _append(connection, source, "answer", kept.answers, passages[:, 0], entry_ids is None)
    passages = passages[found]
    kept.spans.append(len(passages))[:] = passages[:, 2:]
    kept.resident = _merged(
        kept,
        list(published if entry_ids is None else entry_ids),
        published,
        category,
        owners,
        passages[:, 1],
    )
    return kept


def _passages(
    connection: Connection, owners: Ids, values: tuple[list[int], ...]
) -> NDArray[np.int64]:
    """Return id, entry id, start and stop of the passages of the entries that own phrasings, by
    entry, in order; `values` are the ids of those entries, nothing for all."""
    some = " WHERE entry_id = ANY(?)" if values else ""
    rows = connection.select(
        f"SELECT id, entry_id, start, stop FROM passage{some} ORDER BY entry_id, position", values
    )
    found = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return found[np.isin(found[:, 1], owners)]


def _append(
    connection: Connection,
    source: VectorSource,
    kind: VectorKind,
    room: _Growing[np.float32],
    ids: Ids,
    everything: bool,
) -> NDArray[np.intp]:
    """Append the vectors with these ids, in this order; return which of them there are."""
    begin, target = room.length, room.append(len(ids))
    by_id = np.argsort(ids, kind="stable")
    ascending = ids[by_id]
    there = np.zeros(len(ids), dtype=bool)
    for block_ids, block in source.rows(connection, kind, None if everything else ids.tolist()):
        at = np.minimum(np.searchsorted(ascending, block_ids), max(len(ids) - 1, 0))
        wanted = ascending[at] == block_ids if len(ids) else np.zeros(len(block_ids), dtype=bool)
        places = by_id[at[wanted]]
        target[places] = block[wanted]
        there[places] = True
    found = np.flatnonzero(there)
    if len(found) < len(ids):
        target[: len(found)] = target[found]
        room.length = begin + len(found)
    return found


def _merged(
    kept: _Kept,
    entry_ids: list[int],
    published: dict[int, bool],
    category: dict[int, str],
    owners: Ids,
    answered: Ids,
) -> Resident:
    """Return what is kept with new blocks for `entry_ids`: one for each run of equal `owners` in
    the phrasings appended last, and one for each run in `answered`, those of the passages."""
    old = kept.resident
    known, current = np.array(sorted(entry_ids)), np.fromiter(published, np.int64, len(published))
    here, _ = place_of(old.entry_ids, current)
    new = current[~here]
    at = np.searchsorted(old.entry_ids, new)
    ids = np.insert(old.entry_ids, at, new)
    present = np.insert(old.present, at, False)
    is_published = np.insert(old.published, at, False)
    categories = np.insert(old.categories, at, 0)
    numbers = {name: number for number, name in enumerate(old.category_names)}
    here, places = place_of(ids, known)
    known = known[here]
    present[places] = np.isin(known, owners)
    is_published[places] = present[places] & np.array(
        [published.get(i, False) for i in known.tolist()], dtype=bool
    )
    categories[places] = [
        numbers.setdefault(category.get(i, ""), len(numbers)) for i in known.tolist()
    ]
    return Resident(
        ids,
        present,
        is_published,
        categories,
        tuple(numbers),
        _with_blocks(old.phrasings, kept.phrasings.view(), at, places, ids, owners),
        kept.texts,
        _with_blocks(old.answers, kept.answers.view(), at, places, ids, answered),
        kept.spans.view(),
    )


def _with_blocks(
    old: Rows,
    vectors: Floats,
    inserted: NDArray[np.intp],
    changed: NDArray[np.intp],
    ids: Ids,
    owners: Ids,
) -> Rows:
    """Return rows whose last ones are new, an entry's in a run of equal `owners`; places were
    inserted before these old ones, and the old blocks of the changed places are gone."""
    block_of = np.insert(old.block_of, inserted, -1).astype(np.int32)
    places = old.places
    if len(inserted) and int(inserted[0]) < len(old.block_of):  # else they come after all others
        places = places + np.searchsorted(inserted, places, side="right").astype(np.int32)
    gone = block_of[changed]
    places = places.copy()
    places[gone[gone >= 0]] = -1
    block_of[changed] = -1
    first = np.flatnonzero(np.diff(owners, prepend=-1)) if len(owners) else np.zeros(0, np.intp)
    counts = np.diff(first, append=len(owners)).astype(np.int64)
    new_places = np.searchsorted(ids, owners[first]).astype(np.int32)
    block_of[new_places] = np.arange(len(places), len(places) + len(first), dtype=np.int32)
    begin = len(vectors) - len(owners)
    return Rows(
        vectors,
        np.concatenate([old.starts, begin + first]),
        np.concatenate([old.counts, counts]),
        np.concatenate([places, new_places]),
        np.concatenate([old.coherence, _coherence(vectors[begin:], first, counts)]),
        block_of,
    )


def _coherence(vectors: Floats, starts: NDArray[np.intp], counts: NDArray[np.int64]) -> Floats:
    """Return the length of the mean vector of each block."""
    lengths = np.ones(len(starts), dtype=np.float32)
    if len(vectors) == len(starts):
        return lengths
    for at in range(0, len(starts), BLOCKS_AT_ONCE):
        some = slice(at, at + BLOCKS_AT_ONCE)
        begin, end = int(starts[some][0]), int(starts[some][-1] + counts[some][-1])
        sums = np.add.reduceat(vectors[begin:end], starts[some] - begin, axis=0)
        lengths[some] = np.linalg.norm(sums, axis=1) / counts[some]
    return lengths


def place_of(
    ids: NDArray[np.integer[Any]], wanted: Ids
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which of the wanted ids are among `ids`, which ascend, and the places of those."""
    places = np.searchsorted(ids, wanted)
    there = np.zeros(len(wanted), dtype=bool)
    inside = places < len(ids)
    there[inside] = ids[places[inside]] == wanted[inside]
    return there, places[there]


def matrix(vectors: Sequence[Any], dimension: int) -> Floats:
    """Return vectors, given as their bytes, one a row."""
    return np.frombuffer(b"".join(vectors), dtype=np.float32).reshape(len(vectors), dimension)
