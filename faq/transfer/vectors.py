"""Vectors that come from elsewhere with the texts that they stand for.

The text is the truth: vectors save the time to embed it, and are let in only where they are what
the collection's own model makes of it.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embedding import Embedder, Vectors
from embedding.delegation import Delegating
from faq.collection import Collection
from faq.fields import FIELDS
from faq.transfer.importing import ImportReport, OnDuplicate, import_entries
from faq.transfer.parquet_files import EmbeddedRow
from faq.transfer.table import Row, Table, UnreadableFile

SAMPLE = 64  # rows that are embedded to compare
LEAST_COSINE = 0.999  # of one text's vectors by one model, in whatever precision
_UNIT = 1e-6  # how far a length in float32 may be from 1
_KEPT = 4096  # vectors at a time
_LONGEST_LINE = 1 << 20  # characters; a vector of 16,384 numbers takes fewer
_REMEDY = "Save the vectors as CSV, one a line, their numbers separated by commas."

EmbeddedRows = Callable[[], Iterator[EmbeddedRow]]
"""Rows by field with their vectors; each call reads them anew."""


class ForeignVectors(UnreadableFile):
    """Vectors are not what the collection's model makes of their texts."""


def import_embedded(
    collection: Collection,
    embedded: EmbeddedRows,
    on_duplicate: OnDuplicate = "skip",
    *,
    file: str = "",
    progress: Callable[[ImportReport], None] = lambda report: None,
) -> ImportReport:
    """Import rows as `import_entries` does, their questions with the vectors that came with them.
    The other ways of asking, and answers, are embedded.

    Raises `ForeignVectors`, with nothing imported, where the vectors come from another model than
    the collection's, which embeds a sample of the rows to find out.
    """
    refuse_foreign(collection.embedder, embedded)
    known = _KnownVectors(collection.embedder)

    def rows() -> Iterator[Row]:
        for row, vector in embedded():
            known.learn(_question(row), unit(vector))
            yield row

    within = Collection(collection.store, known, collection.actor)
    columns = {field.name: field.name for field in FIELDS}
    table = Table(tuple(columns), rows(), "entries with their vectors")
    return import_entries(within, table, on_duplicate, columns, file=file, progress=progress)


def refuse_foreign(embedder: Embedder, embedded: EmbeddedRows) -> None:
    """Raise `ForeignVectors` unless every vector could be the model's, and those of a sample are
    what the model makes of their questions."""
    dimension = embedder.model.dimension
    chance = random.Random(0)
    sample: list[tuple[int, str, NDArray[np.float32]]] = []
    eligible = 0
    for row, vector in embedded():
        _refuse_damaged(row[0], vector, dimension, embedder.model.name)
        if question := _question(row):
            # Reservoir sampling (J. S. Vitter, "Random Sampling with a Reservoir", ACM Transactions
            # on Mathematical Software 11, 1985, algorithm R).
            place = len(sample) if eligible < SAMPLE else chance.randint(0, eligible)
            eligible += 1
            if place < SAMPLE:
                sample[place : place + 1] = [(row[0], question, unit(vector))]
    if not sample:
        return
    made = embedder.encode_documents([question for _, question, _ in sample])
    cosines = np.einsum("nd,nd->n", made, np.stack([vector for *_, vector in sample]))
    strange = [
        (number, cosine)
        for (number, *_), cosine in sorted(
            zip(sample, cosines, strict=True), key=lambda one: one[0][0]
        )
        if cosine < LEAST_COSINE
    ]
    if not strange:
        return
    number, cosine = strange[0]
    example = f"row {number} has cosine {cosine:.3f} to its question's, expected {LEAST_COSINE}"
    if len(strange) == len(sample):
        raise ForeignVectors(
            f"These vectors come from another model than the collection's, {embedder.model.name}, "
            f"or belong to other questions: {example}. Import the texts without them."
        )
    raise ForeignVectors(
        f"Of {len(sample)} rows that were compared, {len(strange)} have the vector of another "
        f"text: {example}. Texts and vectors must stand in the same order, and be of one day; or "
        "import the texts without the vectors."
    )


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a vector at unit length; one that has it, within float32, comes back as it is."""
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if abs(length - 1.0) <= _UNIT:
        return np.ascontiguousarray(vector)
    return (vector.astype(np.float64) / length).astype(np.float32)


def _refuse_damaged(number: int, vector: NDArray[np.float32], dimension: int, model: str) -> None:
    if vector.shape != (dimension,):
        index = " Was it written with its index? Leave that out." * (len(vector) == dimension + 1)
        raise ForeignVectors(
            f"The vector of row {number} has {len(vector)} numbers, but the collection's model, "
            f"{model}, makes {dimension}.{index or ' Import the texts without the vectors.'}"
        )
    if not np.isfinite(vector).all():
        raise ForeignVectors(
            f"The vector of row {number} holds a number that is not finite (NaN, or infinity). "
            "Import the texts without the vectors."
        )
    if not vector.any():
        raise ForeignVectors(
            f"The vector of row {number} is all zeros, which has no direction. Import the texts "
            "without the vectors."
        )


def _question(row: Row) -> str:
    """Return a row's question as it is embedded; empty where it is not readable."""
    cells = row[1]
    return "" if isinstance(cells, str) else cells.get("question", "").strip()


class _KnownVectors(Delegating):
    """An embedder that has the vectors of some texts already; another makes the others'.

    It keeps the last ones only: what it has forgotten is embedded.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def learn(self, text: str, vector: NDArray[np.float32]) -> None:
        self._known[text] = vector
        if len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]

    @property
    def ready(self) -> bool:
        return self._embedder.ready

    def serving(self) -> Embedder:
        return self._embedder

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self.model.dimension), dtype=np.float32)
        unknown = [place for place, text in enumerate(texts) if text not in self._known]
        for place, text in enumerate(texts):
            if text in self._known:
                vectors[place] = self._known[text]
        if unknown:
            vectors[unknown] = super().encode_documents([texts[place] for place in unknown])
        return vectors


def paired(rows: Callable[[], Iterator[Row]], vectors: Path) -> EmbeddedRows:
    """Return a table's rows, each with the vector in the same row of a CSV file as
    `exporting.write_embeddings` writes it: one column a dimension, no index; a header or none.

    Reading raises `UnreadableFile` where the vectors cannot be read, or are more or fewer than the
    rows.
    """

    def read() -> Iterator[EmbeddedRow]:
        pairs = zip_longest(rows(), _vectors_in(vectors))
        for number, (row, vector) in enumerate(pairs):
            if row is not None and vector is not None:
                yield row, vector
                continue
            longer = number + 1 + sum(1 for _ in pairs)
            got, expected = (number, longer) if vector is None else (longer, number)
            raise UnreadableFile(
                f"{vectors} holds {got:,} vectors, but there are {expected:,} rows of text. "
                "Every row needs its own, in the same order."
            )

    return read


def _vectors_in(path: Path) -> Iterator[NDArray[np.float32]]:
    """Yield the vectors in a CSV file, whatever their numbers."""
    number = 0
    for place, cells in enumerate(_lines(path)):
        if not place and _is_header(cells):
            continue
        number += 1
        try:
            with np.errstate(over="ignore"):  # what is infinite is refused as such
                vector = np.array(cells, dtype=np.float32)
        except ValueError as error:
            raise UnreadableFile(
                f"Row {number} of {path} is no vector: {error}. {_REMEDY}"
            ) from None
        yield vector


def _lines(path: Path) -> Iterator[list[str]]:
    """Yield the cells of every line that is not empty. Numbers have neither commas nor line breaks,
    so quotation marks separate nothing here."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            while line := file.readline(_LONGEST_LINE + 1):
                if len(line) > _LONGEST_LINE:
                    raise UnreadableFile(
                        f"{path} has a line of more than {_LONGEST_LINE:,} characters. {_REMEDY}"
                    )
                if line.strip():
                    yield [cell.strip(' "\r\n') for cell in line.split(",")]
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None


def _is_header(cells: Sequence[str]) -> bool:
    """Return whether a first line names columns, by numbers as they are counted or by words."""
    try:
        return [float(cell) for cell in cells] == [*range(len(cells))]
    except ValueError:
        return True
