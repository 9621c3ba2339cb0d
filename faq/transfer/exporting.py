"""Taking the collection out as files, each whole or not at all."""

import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from itertools import count
from pathlib import Path
from typing import BinaryIO

from faq.collection import ReadableCollection
from faq.fields import FIELDS
from faq.transfer.csv_files import write_rows
from faq.transfer.files import Kind
from faq.transfer.table import Column, UnreadableFile
from store import Entry, Status, fault_points


def write_entries(file: BinaryIO, kind: Kind, entries: Iterable[Entry]) -> int:
    """Write entries, in order; return how many. In a file for a website those alone that are
    published and have an answer.

    Raises `UnreadableFile` where one does not fit into a file of this kind.
    """
    written = count()
    contents = (
        entry.content
        for entry in entries
        if not kind.for_website
        or (entry.content.status is Status.PUBLISHED and entry.content.answer)
    )
    rows = (
        [field.cell(content) if kind.flat else field.value(content) for field in FIELDS]
        for content, _ in zip(contents, written, strict=False)
    )
    columns = [Column(field.name, field.several and not kind.flat) for field in FIELDS]
    if kind.write is None:
        raise UnreadableFile(f"Nothing is written as {kind.title}.")
    kind.write(file, columns, rows)
    return next(written)


def entries_as_bytes(kind: Kind, entries: Iterable[Entry]) -> bytes:
    """Return the contents of a file with entries, as `write_entries` writes it."""
    file = BytesIO()
    write_entries(file, kind, entries)
    return file.getvalue()


def write_embeddings(collection: ReadableCollection, file: BinaryIO) -> int:
    """Write the vector of every entry's question as CSV, in the order of `write_entries`: one
    column a dimension, no index, nothing else. Return how many."""
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    written = 0
    for _, vector in collection.embedded_entries() if collection.state.model else ():
        write_rows(text, [vector] if written else [range(len(vector)), vector])
        written += 1
    text.detach()  # flushed; closing the file is for who opened it
    return written


def export(path: Path, write: Callable[[BinaryIO], int]) -> int:
    """Write a file; what was at `path` stays until the new one is there.

    Returns what `write` returns. Raises `UnreadableFile` where the folder cannot be written.
    """
    if path.exists() and not path.is_file():
        raise UnreadableFile(f"{path} is not a file. Name one.")
    with draft_beside(path) as draft:
        with draft.open("xb") as file:
            written = write(file)
        fault_points.reached("export: written")
        draft.replace(path)
    return written


@contextmanager
def draft_beside(path: Path) -> Iterator[Path]:
    """Give a name on the same disk for what is to take the place of `path`; what is left under that
    name is removed. Raises `UnreadableFile` where the disk cannot be written."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield draft
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        draft.unlink(missing_ok=True)
