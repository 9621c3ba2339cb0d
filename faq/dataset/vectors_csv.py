"""Vectors in a CSV file, beside the table of their questions."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from faq.dataset.parquet import EmbeddedRow
from faq.dataset.vectors import EmbeddedRows
from faq.tables import Row, UnreadableFile

_LONGEST_LINE = 1 << 20  # characters; a vector of 16,384 numbers takes fewer
_REMEDY = "Save the vectors as CSV, one a line, their numbers separated by commas."


def paired(rows: Callable[[], Iterator[Row]], vectors: Path) -> EmbeddedRows:
    """Return a table's rows, each with the vector in the same row of a CSV file as
    `exporting.write_embeddings` writes it: one column a dimension, no index; a header or none.

    Reading raises `UnreadableFile` where that file is none, or has more rows than the table, or
    fewer.
    """

    def read() -> Iterator[EmbeddedRow]:
        with _opened(vectors) as file:
            left = zip_longest(rows(), _numbers(vectors, file))
            for number, (row, vector) in enumerate(left):
                if row is not None and vector is not None:
                    yield row, vector
                    continue
                longer = number + 1 + sum(1 for _ in left)
                held, wanted = (number, longer) if vector is None else (longer, number)
                raise UnreadableFile(
                    f"{vectors} holds {held:,} vectors, but there are {wanted:,} rows of text. "
                    "Every row needs its own, in the same order."
                )

    return read


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    try:
        file = path.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        yield file


def _numbers(path: Path, file: IO[str]) -> Iterator[NDArray[np.float32]]:
    """Yield the vectors in a CSV file, whatever they are worth."""
    number = 0
    for cells in _lines(path, file):
        number += 1
        if number == 1 and _is_header(cells):
            number = 0
            continue
        try:
            with np.errstate(over="ignore"):  # what is infinite is refused as such
                vector = np.array(cells, dtype=np.float32)
        except ValueError as error:
            raise UnreadableFile(
                f"Row {number} of {path} is no vector: {error}. {_REMEDY}"
            ) from None
        yield vector


def _lines(path: Path, file: IO[str]) -> Iterator[list[str]]:
    """Yield the cells of every line that is not empty. Numbers hold neither commas nor line breaks,
    so quotation marks part nothing here."""
    try:
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
