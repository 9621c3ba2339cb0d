"""Tables in Parquet files."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from faq.transfer.excel_files import MOST_PACKED, UNSUSPICIOUS
from faq.transfer.table import Column, Row, Table, Unreadable, UnreadableFile, as_text

READ_AT_ONCE = 64  # rows: each may hold much
WRITTEN_AT_ONCE = 1_000
BUFFER_BYTES = 1 << 16


def read(file: BinaryIO) -> Table:
    """Return the table of a Parquet file, columns of vectors left out. Raises `UnreadableFile`."""
    from pyarrow import ArrowException, types
    from pyarrow.parquet import ParquetFile

    try:
        opened = ParquetFile(file, buffer_size=BUFFER_BYTES, pre_buffer=False)
        _refuse_bomb(opened.metadata)
        schema = opened.schema_arrow
    except (ArrowException, OSError, ValueError) as error:
        raise _damaged(error) from None
    names = [field.name for field in schema if not _is_vector(types, field.type)]
    columns = tuple(dict.fromkeys(names))

    def rows() -> Iterator[Row]:
        number = 0
        try:
            for batch in opened.iter_batches(READ_AT_ONCE, columns=list(columns)):
                values = {name: _texts(batch.column(name)) for name in batch.schema.names}
                for place in range(batch.num_rows):
                    number += 1
                    yield number, {name: texts[place] for name, texts in values.items()}
        except (ArrowException, OSError, ValueError, MemoryError) as error:
            raise _damaged(error) from None

    return Table(columns, rows(), "Parquet")


def _is_vector(types: Any, kind: Any) -> bool:
    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return bool(is_list and types.is_floating(kind.value_type))


def _refuse_bomb(metadata: Any) -> None:
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            unpacked, packed = column.total_uncompressed_size, column.total_compressed_size
            if unpacked > UNSUSPICIOUS and unpacked > MOST_PACKED * packed:
                raise UnreadableFile(
                    f"The file would unpack to {unpacked / 2**20:,.0f} MB from "
                    f"{packed / 2**20:,.1f} MB, more than a table with text in it does."
                )


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


def _damaged(error: BaseException) -> UnreadableFile:
    reason = " ".join(str(error).split())[:200].rstrip(".")
    return UnreadableFile(f"The file is no whole Parquet file: {reason}. Export it again.")


def write(
    file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[str | tuple[str, ...]]]
) -> None:
    """Write a table of texts; several texts in a cell become a list."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    text = pyarrow.string()
    schema = pyarrow.schema(
        [(column.name, pyarrow.list_(text) if column.several else text) for column in columns]
    )
    remaining = iter(rows)
    with ParquetWriter(file, schema) as writer:
        while some := list(islice(remaining, WRITTEN_AT_ONCE)):
            held = {
                column.name: [row[place] for row in some] for place, column in enumerate(columns)
            }
            writer.write_table(pyarrow.table(held, schema=schema))
