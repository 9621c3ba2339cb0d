"""The kinds of files that have rows, all in one place: recognised by what is in a file, and by its
name where that is not enough."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from faq.transfer import csv_files, excel_files, json_files, parquet_files
from faq.transfer.encoding import detected
from faq.transfer.table import Reader, Table, UnreadableFile, Writer, to_the_end

HEAD_BYTES = 4096
FOREIGN = {  # how files begin that have no rows
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password. Save it as .xlsx",
    b"%PDF": "a PDF. Copy its table into a spreadsheet and save that as .xlsx or CSV",
    b"\x1f\x8b": "packed with gzip. Unpack it first",
    b"SQLite format 3\0": "a database. Export a table from it as CSV",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text document. Save its table as CSV",
}
_JSON = re.compile(r"\s*(\[\s*[{\]]|\{\s*[\"}])")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what people call it, the ending of its names, its media type, and how it is
    read and written.

    Files to read may have `other_endings` too. In a `flat` one a cell is one text; others have
    lists.
    """

    title: str
    ending: str
    media_type: str
    read: Reader
    write: Writer
    other_endings: tuple[str, ...] = ()
    flat: bool = True


CSV = Kind("CSV", ".csv", "text/csv", csv_files.read, csv_files.write, (".txt", ".tab"))
TSV = Kind(
    "TSV",
    ".tsv",
    "text/tab-separated-values",
    csv_files.read,
    partial(csv_files.write, delimiter="\t"),
)
EXCEL = Kind(
    "Excel",
    ".xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    excel_files.read,
    excel_files.write,
    (".xlsm",),
)
JSON = Kind("JSON", ".json", "application/json", json_files.read, json_files.write, flat=False)
JSON_LINES = Kind(
    "JSON Lines",
    ".jsonl",
    "application/jsonl",
    json_files.read,
    partial(json_files.write, lines=True),
    (".ndjson",),
    flat=False,
)
PARQUET = Kind(
    "Parquet",
    ".parquet",
    "application/vnd.apache.parquet",
    parquet_files.read,
    parquet_files.write,
    flat=False,
)
KINDS = (CSV, TSV, EXCEL, JSON, JSON_LINES, PARQUET)
BY_ENDING = {ending: kind for kind in KINDS for ending in (kind.ending, *kind.other_endings)}
"""How files that are read end, as a rule; what is in them decides."""


def kind_to_write(name: str) -> Kind:
    """Return the kind of file that a name asks for, CSV where it has no ending.

    Raises `UnreadableFile` where it has one that none of them has.
    """
    ending = PurePath(name).suffix.lower() or CSV.ending
    for kind in KINDS:
        if kind.ending == ending:
            return kind
    endings = ", ".join(kind.ending for kind in KINDS)
    raise UnreadableFile(f"{name!a} ends in {ending!a}, expected {endings}.")


@contextmanager
def opened_table(path: Path) -> Iterator[Table]:
    """Open the table in a file; its rows can be read inside the context.

    Raises `UnreadableFile` where there is none, or it is of a kind that is not read.
    """
    with opened(path) as file, tempfile.TemporaryFile() as copy:
        if not file.seekable():  # a pipe, say
            shutil.copyfileobj(file, copy)
        yield read_table(file if file.seekable() else cast(BinaryIO, copy), path.name)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file. Raises `UnreadableFile` where it cannot be opened."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        yield file


def read_table(file: BinaryIO, name: str = "") -> Table:
    """Return the table in an open file, which is read as the rows are asked for.

    Raises `UnreadableFile` where there is none, or it is of a kind that is not read.
    """
    try:
        file.seek(0)
        table = _kind(file, name).read(file)
    except OSError as error:
        raise UnreadableFile(f"The file cannot be read: {error.strerror}.") from None
    return replace(table, rows=to_the_end(table.rows))


def _kind(file: BinaryIO, name: str) -> Kind:
    head = file.read(HEAD_BYTES)
    for start, what in FOREIGN.items():
        if head.startswith(start):
            raise UnreadableFile(f"The file is {what}.")
    if head.startswith(b"PK"):
        return EXCEL
    if head.startswith(b"PAR1"):
        return PARQUET
    named = BY_ENDING.get(PurePath(name).suffix.lower())
    if named in (None, EXCEL, PARQUET):  # it is text, whatever its name says
        encoding = detected(file)
        return JSON if _JSON.match(head.decode(encoding.codec, encoding.errors)) else CSV
    return named
