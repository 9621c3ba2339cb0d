"""Taking the collection out as files."""

import csv
import uuid
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from faq.collection import ReadableCollection
from faq.fields import FIELDS
from faq.transfer.files import Kind, Value, write_table
from faq.transfer.table import Column, UnreadableFile
from store import Entry, fault_points


def write_entries(file: BinaryIO, kind: Kind, entries: Iterable[Entry]) -> int:
    """Write entries, in order; return how many.

    Raises `UnreadableFile` where one does not fit into a file of this kind.
    """
    columns = [Column(field.name, field.several and not kind.flat) for field in FIELDS]
    written = 0

    def rows() -> Iterator[list[Value]]:
        nonlocal written
        for entry in entries:
            read = entry.content
            yield [field.cell(read) if kind.flat else field.value(read) for field in FIELDS]
            written += 1

    write_table(file, kind, columns, rows())
    return written


def write_embeddings(collection: ReadableCollection, file: BinaryIO) -> int:
    """Write the vector of every entry's question as CSV, in the order of `write_entries`: one
    column a dimension, no index, nothing else. Return how many."""
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    written = 0
    for _, vector in collection.embedded_entries() if collection.state.model else ():
        if not written:
            writer.writerow(range(len(vector)))
        writer.writerow(str(value) for value in vector)  # shortest text of a float32
        written += 1
    text.detach()  # flushed; closing the file is for who opened it
    return written


def export(path: Path, write: Callable[[BinaryIO], int]) -> int:
    """Write a file whole or not at all: what stood at `path` stays until the new one is there.

    Returns what `write` returns. Raises `UnreadableFile` where the folder cannot be written.
    """
    if path.exists() and not path.is_file():
        raise UnreadableFile(f"{path} is no file. Name one.")
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            written = write(file)
        fault_points.reached("export: written")
        temporary.replace(path)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        temporary.unlink(missing_ok=True)
    return written
