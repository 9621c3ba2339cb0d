"""Vectors that come from elsewhere with the texts that they belong to.

The text is the truth: vectors save the time to embed it, and are let in only where they are what
the collection's own model makes of it.
"""

import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np

from embedding import Embedder, Vector
from faq.collection import SAME_TEXT, Collection
from faq.fields import FIELDS
from faq.transfer import csv_files
from faq.transfer.files import opened
from faq.transfer.import_report import ImportReport
from faq.transfer.importing import OnDuplicate, import_entries
from faq.transfer.parquet_files import EmbeddedRow
from faq.transfer.table import Row, Table, UnreadableFile

SAMPLE = 64  # rows that are embedded to compare
UNIT = 1e-6  # how far a length in float32 may be from 1
KEPT = 4096  # vectors at a time

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
    again: bool = False,
) -> ImportReport:
    """Import rows as `import_entries` does, their questions with the vectors that came with them.
    The other ways of asking, and answers, are embedded.

    Raises `ForeignVectors`, with nothing imported, where the vectors come from another model than
    the collection's, which embeds a sample of the rows to find out.
    """
    refuse_foreign(collection.embedder, embedded)
    known: dict[str, Vector] = {}

    def rows() -> Iterator[Row]:
        for row, vector in embedded():
            known[_question(row)] = unit(vector)
            if len(known) > KEPT:  # what is forgotten is embedded
                del known[next(iter(known))]
            yield row

    columns = {field.name: field.name for field in FIELDS}
    table = Table(tuple(columns), rows(), "entries with their vectors")
    return import_entries(
        collection,
        table,
        on_duplicate,
        columns,
        file=file,
        known=known,
        progress=progress,
        again=again,
    )


def refuse_foreign(embedder: Embedder, embedded: EmbeddedRows) -> None:
    """Raise `ForeignVectors` unless every vector could be the model's, and those of a sample are
    what the model makes of their questions."""

    def eligible() -> Iterator[tuple[int, str, Vector]]:
        for row, vector in embedded():
            if problem := _problem(vector, embedder.model.dimension):
                raise ForeignVectors(
                    f"The vector of row {row[0]} {problem} Import the texts without the vectors."
                )
            if question := _question(row):
                yield row[0], question, vector

    chance = random.Random(0)
    sample = heapq.nsmallest(SAMPLE, eligible(), key=lambda _: chance.random())
    if not sample:
        return
    sample.sort(key=lambda one: one[0])
    made = embedder.encode_documents([question for _, question, _ in sample])
    cosines = np.einsum("nd,nd->n", made, np.stack([unit(vector) for *_, vector in sample]))
    strange = [
        (number, cosine)
        for (number, *_), cosine in zip(sample, cosines, strict=True)
        if cosine < SAME_TEXT
    ]
    if not strange:
        return
    number, cosine = strange[0]
    example = f"row {number} has cosine {cosine:.3f} to its question's, expected {SAME_TEXT}"
    if len(strange) == len(sample):
        raise ForeignVectors(
            f"These vectors come from another model than the collection's, {embedder.model.name}, "
            f"or belong to other questions: {example}. Import the texts without them."
        )
    raise ForeignVectors(
        f"Of {len(sample)} rows that were compared, {len(strange)} have the vector of another "
        f"text: {example}. Texts and vectors must have the same order, and be of one day; or "
        "import the texts without the vectors."
    )


def unit(vector: Vector) -> Vector:
    """Return a vector at unit length; one that has it, within float32, comes back as it is."""
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if abs(length - 1.0) <= UNIT:
        return np.ascontiguousarray(vector)
    return (vector.astype(np.float64) / length).astype(np.float32)


def _problem(vector: Vector, dimension: int) -> str:
    """Return why a vector is none of a model of this dimension; empty where it may be one."""
    if vector.shape != (dimension,):
        index = " Was it written with its index?" if len(vector) == dimension + 1 else ""
        return f"has {len(vector)} numbers, but the collection's model makes {dimension}.{index}"
    if not np.isfinite(vector).all():
        return "has a number that is not finite (NaN, or infinity)."
    return "" if vector.any() else "is all zeros, which has no direction."


def _question(row: Row) -> str:
    """Return a row's question as it is embedded; empty where it is not readable."""
    cells = row[1]
    return "" if isinstance(cells, str) else cells.get("question", "").strip()


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
                f"{vectors} contains {got:,} vectors, but there are {expected:,} rows of text. "
                "Every row needs its own, in the same order."
            )

    return read


def _vectors_in(path: Path) -> Iterator[Vector]:
    """Yield the vectors in a CSV file, whatever their numbers."""
    with opened(path) as file:
        lines = csv_files.lines(file)
        first = next(lines, [])
        header = _is_header(first)
        for number, cells in enumerate(lines if header else chain([first], lines), 1 + header):
            try:
                with np.errstate(over="ignore"):  # what is infinite is refused as such
                    vector = np.array(cells, dtype=np.float32)
            except ValueError as error:
                raise UnreadableFile(
                    f"Row {number} of {path} is not a vector: {error}. Save one a line, as CSV."
                ) from None
            yield vector


def _is_header(cells: Sequence[str]) -> bool:
    """Return whether a first line names columns, by numbers as they are counted or by words."""
    try:
        return [float(cell) for cell in cells] == [*range(len(cells))]
    except ValueError:
        return True
