"""Parquet files of rows, with or without vectors beside the texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from faq.transfer.table import (
    Column,
    Row,
    Table,
    Unreadable,
    UnreadableFile,
    as_text,
    refuse_bomb,
)

READ_AT_ONCE = 64  # rows: each may be long
WRITTEN_AT_ONCE = 500  # rows, but fewer where they are long
CHARACTERS_AT_ONCE = 16_000_000
BUFFER_BYTES = 1 << 16

EmbeddedRow = tuple[Row, NDArray[np.float32]]
"""A row with the vector that came with it, which nobody has checked yet."""


def read(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the table of a Parquet file, without columns of vectors. Raises `UnreadableFile`."""
    from pyarrow import types

    parquet = opened(file)
    with _damage_as_sentence():
        fields = [(field.name, field.type) for field in parquet.schema_arrow]
    columns = tuple(dict.fromkeys(name for name, kind in fields if not _is_vector(types, kind)))

    def rows() -> Iterator[Row]:
        number = 0
        for batch in _batches(parquet, columns):
            for cells in _cells(batch, columns):
                number += 1
                yield number, cells

    return Table(columns, rows(), "Parquet")


def opened(file: BinaryIO) -> Any:
    """Return an open file as a `pyarrow.parquet.ParquetFile`. Raises `UnreadableFile`."""
    from pyarrow.parquet import ParquetFile

    with _damage_as_sentence():
        parquet = ParquetFile(file, buffer_size=BUFFER_BYTES, pre_buffer=False)
        groups = map(parquet.metadata.row_group, range(parquet.metadata.num_row_groups))
        for column in (group.column(n) for group in groups for n in range(group.num_columns)):
            refuse_bomb("file", column.total_uncompressed_size, column.total_compressed_size)
        return parquet


def embedded_rows(parquet: Any, columns: Sequence[str], embedding: str) -> Iterator[EmbeddedRow]:
    """Yield rows with these columns, and the vectors of the column `embedding`.

    Raises `UnreadableFile` where the file is damaged, or a row has no vector.
    """
    number = 0
    for batch in _batches(parquet, (*columns, embedding)):
        for cells, vector in zip(_cells(batch, columns), batch.column(embedding), strict=True):
            number += 1
            try:
                vector = np.asarray(vector.values, dtype=np.float32)
            except (AttributeError, TypeError, ValueError):
                vector = None
            if vector is None or not vector.ndim:
                raise UnreadableFile(f"Row {number} has no vector. Export the file again.")
            yield (number, cells), vector


def _batches(parquet: Any, columns: Sequence[str]) -> Iterator[Any]:
    with _damage_as_sentence():
        yield from parquet.iter_batches(READ_AT_ONCE, columns=list(columns))


def _cells(batch: Any, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    with _damage_as_sentence():
        texts = [_texts(batch.column(name)) for name in columns]
    for row in zip(*texts, strict=True):
        yield dict(zip(columns, row, strict=True))


def _texts(column: Any) -> list[str]:
    try:
        return [as_text(value) for value in column.to_pylist()]
    except (ValueError, OverflowError):  # text that is none, a day that no calendar has
        return [_text(value) for value in column]


def _text(scalar: Any) -> str:
    try:
        return as_text(scalar.as_py())
    except (ValueError, OverflowError):
        return Unreadable("something that is neither text nor a day")


def _is_vector(types: Any, kind: Any) -> bool:
    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return bool(is_list and types.is_floating(kind.value_type))


@contextmanager
def _damage_as_sentence() -> Iterator[None]:
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        reason = " ".join(str(error).split())[:200].rstrip(".")
        raise UnreadableFile(
            f"The file is not a whole Parquet file: {reason}. Export it again."
        ) from None


def write(
    file: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    embedding: str = "",
    metadata: Mapping[bytes, str] | None = None,
) -> None:
    """Write a table; several texts in a cell become a list. With a column `embedding`, every row
    ends with a vector."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    text = pyarrow.string()
    fields = [(column.name, pyarrow.list_(text) if column.several else text) for column in columns]
    if embedding:
        fields.append((embedding, pyarrow.list_(pyarrow.float32())))
    schema = pyarrow.schema(fields, metadata=metadata)
    with ParquetWriter(file, schema, compression="zstd") as writer:
        for part in _parts(rows):
            values = {name: [row[place] for row in part] for place, name in enumerate(schema.names)}
            writer.write_table(pyarrow.table(values, schema=schema))


def _parts(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """Yield what is in memory together: so many rows, but fewer where they are long."""
    part, characters = [], 0
    for row in rows:
        part.append(row)
        characters += sum(len("".join(cell)) for cell in row if isinstance(cell, str | tuple))
        if len(part) == WRITTEN_AT_ONCE or characters >= CHARACTERS_AT_ONCE:
            yield part
            part, characters = [], 0
    if part:
        yield part
