"""Taking the collection out as files."""

import csv
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from faq.collection import Collection
from faq.csv_table import UnreadableFile, defused
from store import Content

COLUMNS = ("key", "question", "answer", "category", "tags", "phrasings", "source", "status")


def write_entries(collection: Collection, file: IO[str]) -> int:
    """Write every entry outside the bin as CSV, by id; return how many."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    written = 0
    for entry in collection.all_entries():
        writer.writerow(defused(cell) for cell in _cells(entry.content))
        written += 1
    return written


def write_embeddings(collection: Collection, file: IO[str]) -> int:
    """Write the vector of every entry's question as CSV, in the order of `write_entries`: one
    column a dimension, no index, nothing else. Return how many."""
    writer = csv.writer(file)
    written = 0
    for _, vector in collection.store.question_vectors():
        if not written:
            writer.writerow(range(len(vector)))
        writer.writerow(str(value) for value in vector)  # shortest text of a float32
        written += 1
    return written


def export(collection: Collection, path: Path, write: Callable[[Collection, IO[str]], int]) -> int:
    """Write a file whole or not at all, as `replacing` does; return what `write` returns."""
    with replacing(path) as part, part.open("x", encoding="utf-8", newline="") as file:
        return write(collection, file)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the path of a file to write; once it is whole, it takes the place of `path`, where
    everything stays as it was until then.

    Raises `UnreadableFile` where the folder cannot be written.
    """
    if path.exists() and not path.is_file():
        raise UnreadableFile(f"{path} is no file. Name one.")
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def _cells(content: Content) -> tuple[str, ...]:
    return (
        content.key or "",
        content.question,
        content.answer,
        content.category,
        ", ".join(content.tags),
        "\n".join(content.phrasings),
        content.source,
        content.status.value,
    )
