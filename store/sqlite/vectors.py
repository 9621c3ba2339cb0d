"""The vec0 tables: one a model and kind, a row having the id of what it stands for."""

from collections.abc import Iterator, Mapping, Sequence

import apsw
import numpy as np
from numpy.typing import NDArray

from store.errors import InvalidVector, ModelMismatch, SetIncomplete
from store.records import Content, Embeddings, ModelRecord, Neighbour, SearchFilter, Status, Vector
from store.sqlite.sql import id_array, select

LARGEST_K = 4096  # vec0 refuses more
ROWS_AT_ONCE = 8192
CELLS_AT_ONCE = 1 << 22  # queries x entries held at a time by the batch search: 16 MB of float32

IN_BIN, FOR_EDITORS, FOR_READERS = 0, 1, 2


def visibility(status: Status, deleted: bool) -> int:
    """Return who may find an entry, as its vector rows say it."""
    if deleted:
        return IN_BIN
    return FOR_READERS if status == Status.PUBLISHED else FOR_EDITORS


def checked(vector: Vector, dimension: int, text: str) -> bytes:
    """Return the vector's bytes; raise `InvalidVector` unless it is what the contract says."""
    about = f"The vector of {text[:60]!r}"
    if vector.shape != (dimension,):
        raise InvalidVector(f"{about} has shape {vector.shape}, expected ({dimension},).")
    if vector.dtype != np.float32:
        raise InvalidVector(f"{about} is {vector.dtype}, expected float32.")
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length):
        raise InvalidVector(f"{about} is not finite. Embed the text again.")
    if abs(length - 1.0) > 1e-3:
        raise InvalidVector(f"{about} has length {length:.4f}, expected 1. Normalise it first.")
    return np.ascontiguousarray(vector).tobytes()


class VectorTable:
    """The vectors of one model and kind in one transaction's view."""

    def __init__(self, connection: apsw.Connection, model_id: int, model: ModelRecord) -> None:
        self._connection = connection
        self.model_id = model_id
        self.model = model
        self.name = f"vector_{model_id}_phrasing"

    def create(self) -> None:
        """Make the table. Columns beside the vector are what searches filter by."""
        self._connection.execute(
            f"CREATE VIRTUAL TABLE {self.name} USING vec0("
            f"embedding float[{self.model.dimension}] distance_metric=cosine,"
            " entry_id integer, visibility integer, category text)"
        )

    def drop(self) -> None:
        """Delete the table with its vectors."""
        self._connection.execute(f"DROP TABLE {self.name}")

    def count(self) -> int:
        """Return how many vectors there are."""
        [(held,)] = select(self._connection, f"SELECT count(*) FROM {self.name}")
        return int(held)

    def lacking(self) -> int:
        """Return how many phrasings have no vector here."""
        [(lacking,)] = select(
            self._connection,
            f"SELECT count(*) FROM phrasing WHERE id NOT IN (SELECT rowid FROM {self.name})",
        )
        return int(lacking)

    def fill(self, vectors: Mapping[tuple[int, str], Vector]) -> None:
        """Write vectors by id and text of a phrasing, over those that stand; see `Store.fill`."""
        standing = select(
            self._connection,
            "SELECT phrasing.id, text, entry.id, status, deleted_at, category FROM phrasing"
            " JOIN entry ON entry.id = entry_id WHERE phrasing.id IN carray(?)",
            (id_array(phrasing_id for phrasing_id, _ in vectors),),
        )
        rows = [
            (
                phrasing_id,
                checked(vectors[phrasing_id, text], self.model.dimension, text),
                entry_id,
                visibility(Status(status), deleted_at is not None),
                category,
            )
            for phrasing_id, text, entry_id, status, deleted_at, category in standing
            if (phrasing_id, text) in vectors
        ]
        self.delete([row[0] for row in rows])
        self.insert_rows(rows)

    def refuse_foreign(self, embeddings: Embeddings) -> None:
        """Raise `ModelMismatch` unless the vectors come from this table's model."""
        if embeddings.fingerprint != self.model.fingerprint:
            raise ModelMismatch(
                f"These vectors come from a model with fingerprint {embeddings.fingerprint}, but "
                f"the collection was embedded with {self.model.name} "
                f"({self.model.fingerprint}). Vectors of two models cannot be compared: load the "
                "collection's own model."
            )

    def insert(
        self,
        entry_id: int,
        content: Content,
        texts: Mapping[int, str],
        vectors: Mapping[str, Vector],
    ) -> None:
        """Add the vectors of an entry's phrasings, given as phrasing id -> text."""
        seen_by = visibility(content.status, deleted=False)
        rows = []
        for phrasing_id, text in texts.items():
            if text not in vectors:
                raise InvalidVector(f"There is no vector for {text[:60]!r}. Embed it first.")
            vector = checked(vectors[text], self.model.dimension, text)
            rows.append((phrasing_id, vector, entry_id, seen_by, content.category))
        self.insert_rows(rows)

    def insert_rows(self, rows: Sequence[tuple[int, bytes, int, int, str]]) -> None:
        """Write rows as they are: phrasing id, vector, entry id, visibility, category."""
        self._connection.executemany(
            f"INSERT INTO {self.name} (rowid, embedding, entry_id, visibility, category)"
            " VALUES (?, ?, ?, ?, ?)",
            rows,
        )

    def delete(self, phrasing_ids: Sequence[int]) -> None:
        """Delete the vectors of phrasings that are no more."""
        self._connection.executemany(
            f"DELETE FROM {self.name} WHERE rowid = ?", [(row,) for row in phrasing_ids]
        )

    def refile(self, entry_id: int, category: str, seen_by: int) -> None:
        """Change what searches filter an entry's vectors by."""
        rows = select(self._connection, "SELECT id FROM phrasing WHERE entry_id = ?", (entry_id,))
        self._connection.executemany(
            f"UPDATE {self.name} SET visibility = ?, category = ? WHERE rowid = ?",
            [(seen_by, category, row) for (row,) in rows],
        )

    def questions(self, entry_ids: Sequence[int] | None = None) -> Iterator[tuple[int, Vector]]:
        """Yield entry id and question's vector of every entry outside the bin, or of some of these,
        by id."""
        rows = select(
            self._connection,
            "SELECT entry_id, phrasing.id FROM phrasing JOIN entry ON entry.id = entry_id"
            " WHERE position = 0 AND deleted_at IS NULL"
            f"{' AND entry_id IN carray(?)' if entry_ids is not None else ''} ORDER BY entry_id",
            () if entry_ids is None else (id_array(entry_ids),),
        )
        for entry_id, phrasing_id in rows:
            found = select(
                self._connection,
                f"SELECT embedding FROM {self.name} WHERE rowid = ?",
                (phrasing_id,),
            )
            if not found:
                raise SetIncomplete(
                    f"The question of entry {entry_id} has no vector. Check the collection with "
                    "repair."
                )
            yield entry_id, np.frombuffer(found[0][0], dtype=np.float32)

    def nearest(self, vector: Vector, k: int, where: SearchFilter) -> list[Neighbour]:
        """Return the `k` nearest distinct entries; see `Store.nearest`."""
        blob = checked(vector, self.model.dimension, "the query")
        condition, values = _condition(where)
        rows = min(LARGEST_K, 16 * k + 48)  # enough, mostly, where an entry has a hundred phrasings
        while True:
            found = select(
                self._connection,
                f"SELECT rowid, entry_id, distance FROM {self.name}"
                f" WHERE embedding MATCH ? AND k = ? AND {condition}",
                (blob, rows, *values),
            )
            best: dict[int, tuple[float, int]] = {}
            for phrasing_id, entry_id, distance in found:
                candidate = (-_rounded(1.0 - distance), phrasing_id)
                best[entry_id] = min(best.get(entry_id, candidate), candidate)
            ranked = sorted((cosine, entry_id, row) for entry_id, (cosine, row) in best.items())
            everything = len(found) < rows
            # Rows beyond the cut are no nearer than the last one; only a place strictly before it
            # is certain not to be shared with one of them.
            if everything or (len(ranked) >= k and ranked[k - 1][0] < -_rounded(1 - found[-1][2])):
                return self._neighbours([ranked[:k]])[0]
            if rows == LARGEST_K:
                return self.nearest_many(vector[np.newaxis], k, where)[0]
            rows = min(LARGEST_K, rows * 4)

    def nearest_many(
        self, vectors: NDArray[np.float32], k: int, where: SearchFilter
    ) -> list[list[Neighbour]]:
        """Return `nearest` for each row, by matrix products over blocks of the whole table."""
        for vector in vectors:
            checked(vector, self.model.dimension, "a query")
        condition, values = _condition(where)
        found = select(
            self._connection,
            f"SELECT DISTINCT entry_id FROM {self.name} WHERE {condition} ORDER BY entry_id",
            values,
        )
        entries = np.array([entry_id for (entry_id,) in found], dtype=np.int64)
        at_once = max(1, min(512, CELLS_AT_ONCE // max(1, len(entries))))
        ranked = []
        for start in range(0, len(vectors), at_once):
            queries = vectors[start : start + at_once]
            cosines = np.full((len(queries), len(entries)), -np.inf, dtype=np.float32)
            phrasings = np.zeros(cosines.shape, dtype=np.int64)
            for block in self.blocks(where):
                _improve(cosines, phrasings, queries, entries, *block)
            rounded = cosines.astype(np.float64).round(6)
            ranked += [
                [(-float(rounded[q, e]), int(entries[e]), int(phrasings[q, e])) for e in places]
                for q, places in enumerate(_largest(rounded, k))
            ]
        return self._neighbours(ranked)

    def blocks(
        self, where: SearchFilter, rows_at_once: int = ROWS_AT_ONCE
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]]:
        """Yield phrasing ids, entry ids and vectors, a block of rows at a time."""
        condition, values = _condition(where)
        cursor = self._connection.execute(
            f"SELECT rowid, entry_id, embedding FROM {self.name} WHERE {condition}", values
        )
        while rows := [row for _, row in zip(range(rows_at_once), cursor, strict=False)]:
            ids = np.array([(row[0], row[1]) for row in rows], dtype=np.int64)
            matrix = np.frombuffer(b"".join(row[2] for row in rows), dtype=np.float32)
            yield ids[:, 0], ids[:, 1], matrix.reshape(len(rows), self.model.dimension)

    def _neighbours(self, ranked: list[list[tuple[float, int, int]]]) -> list[list[Neighbour]]:
        """Turn (minus cosine, entry id, phrasing id) into neighbours."""
        wanted = sorted({row for places in ranked for _, _, row in places})
        texts: dict[int, str] = dict(
            select(
                self._connection,
                "SELECT id, text FROM phrasing WHERE id IN carray(?)",
                (id_array(wanted),),
            )
        )
        return [
            [Neighbour(entry_id, -cosine, texts[row]) for cosine, entry_id, row in places]
            for places in ranked
        ]


def _rounded(cosine: float) -> float:
    """Return a cosine to six places: float32 carries no more, and equal texts must tie."""
    return round(cosine, 6)


def _condition(where: SearchFilter) -> tuple[str, tuple[object, ...]]:
    least = FOR_EDITORS if where.unpublished else FOR_READERS
    if where.category is None:
        return "visibility >= ?", (least,)
    return "visibility >= ? AND category = ?", (least, where.category)


def _largest(values: NDArray[np.float64], k: int) -> Iterator[NDArray[np.intp]]:
    """Yield the columns of each row's `k` largest values, largest first, ties by column."""
    at_least = np.full(len(values), -np.inf)
    if k < values.shape[1]:
        at_least = np.partition(values, -k, axis=1)[:, -k]
    for row, least in zip(values, at_least, strict=True):
        columns = np.flatnonzero(row >= least)
        yield columns[np.argsort(-row[columns], kind="stable")[:k]]


def _improve(
    cosines: NDArray[np.float32],
    phrasings: NDArray[np.int64],
    queries: NDArray[np.float32],
    entries: NDArray[np.int64],
    phrasing_ids: NDArray[np.int64],
    entry_ids: NDArray[np.int64],
    matrix: NDArray[np.float32],
) -> None:
    """Take a block of vectors into each query's best cosine and phrasing an entry, in place."""
    order = np.lexsort((phrasing_ids, entry_ids))
    present, starts = np.unique(entry_ids[order], return_index=True)
    similarity = queries @ matrix[order].T
    if len(present) == len(order):  # one phrasing an entry: there is no choice
        best, first = similarity, np.broadcast_to(phrasing_ids[order], similarity.shape)
    else:
        best = np.maximum.reduceat(similarity, starts, axis=1)
        lengths = np.diff(starts, append=len(order))
        is_best = similarity == np.repeat(best, lengths, axis=1)
        rows = np.where(is_best, np.arange(len(order)), len(order))
        first = phrasing_ids[order][np.minimum.reduceat(rows, starts, axis=1)]
    columns = np.searchsorted(entries, present)
    better = best > cosines[:, columns]
    cosines[:, columns] = np.where(better, best, cosines[:, columns])
    phrasings[:, columns] = np.where(better, first, phrasings[:, columns])
