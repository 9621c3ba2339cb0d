"""Which kind of table a file holds, told by what is in it, and by its name where that is not
enough."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from faq.transfer import csv_files as delimited
from faq.transfer import excel_files as workbook
from faq.transfer import json_files as objects
from faq.transfer import parquet_files as parquet
from faq.transfer.encoding import detected
from faq.transfer.table import Column, Table, UnreadableFile, to_the_end

HEAD_BYTES = 4096
FOREIGN = {  # how files begin that are no tables
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, or one with a password. Save it as .xlsx",
    b"%PDF": "a PDF. Copy its table into a spreadsheet and save that as .xlsx or CSV",
    b"\x1f\x8b": "packed with gzip. Unpack it first",
    b"SQLite format 3\0": "a database. Export a table from it as CSV",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text document. Save its table as CSV",
}
JSON_NAMES = (".json", ".jsonl", ".ndjson")
TEXT_NAMES = (".csv", ".tsv", ".txt", ".tab")
NAMES = (*TEXT_NAMES, *JSON_NAMES, ".xlsx", ".xlsm", ".parquet")
"""How files that are read end, as a rule; what is in them decides."""
_JSON = re.compile(r"\s*(\[\s*[{\]]|\{\s*[\"}])")


@contextmanager
def opened_table(path: Path) -> Iterator[Table]:
    """Open the table in a file; its rows can be read inside the context.

    Raises `UnreadableFile` where there is none, or it is of a kind that is not read.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    with file, tempfile.TemporaryFile() as copy:
        if not file.seekable():  # a pipe, say
            shutil.copyfileobj(file, copy)
        yield read_table(file if file.seekable() else cast(BinaryIO, copy), path.name)


def read_table(file: BinaryIO, name: str = "") -> Table:
    """Return the table in an open file, which is read as the rows are asked for.

    Raises `UnreadableFile` where there is none, or it is of a kind that is not read.
    """
    try:
        file.seek(0)
        table = _read(file, name)
    except OSError as error:
        raise UnreadableFile(f"The file cannot be read: {error.strerror}.") from None
    return Table(table.columns, to_the_end(table.rows), table.told)


def _read(file: BinaryIO, name: str) -> Table:
    head = file.read(HEAD_BYTES)
    for begin, kind in FOREIGN.items():
        if head.startswith(begin):
            raise UnreadableFile(f"The file is {kind}.")
    if head.startswith(b"PK"):
        return workbook.read(file)
    if head.startswith(b"PAR1"):
        return parquet.read(file)
    ending = PurePath(name).suffix.lower()
    encoding = detected(file)
    text = head.decode(encoding.codec, encoding.errors)
    if ending in JSON_NAMES or (ending not in TEXT_NAMES and _JSON.match(text)):
        return objects.read(file)
    return delimited.read(file)


Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the ending of its names, what people call it, and its media type.

    In a `flat` one a cell is one text; others hold lists too.
    """

    ending: str
    title: str
    media_type: str
    flat: bool = True


KINDS = (
    Kind(".csv", "CSV", "text/csv"),
    Kind(".tsv", "TSV", "text/tab-separated-values"),
    Kind(
        ".xlsx",
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    Kind(".json", "JSON", "application/json", flat=False),
    Kind(".jsonl", "JSON Lines", "application/jsonl", flat=False),
    Kind(".parquet", "Parquet", "application/vnd.apache.parquet", flat=False),
)


def kind_of(name: str) -> Kind:
    """Return the kind that a file's name says, CSV where it has no ending.

    Raises `UnreadableFile` where it has one that none of them has.
    """
    ending = PurePath(name).suffix.lower() or KINDS[0].ending
    for kind in KINDS:
        if kind.ending == ending:
            return kind
    endings = ", ".join(kind.ending for kind in KINDS)
    raise UnreadableFile(f"{name!a} ends in {ending!a}, expected {endings}.")


def write_table(
    file: BinaryIO, kind: Kind, columns: Sequence[Column], rows: Iterable[Sequence[Value]]
) -> None:
    """Write a table, row by row. In flat kinds every value must be one text.

    Raises `UnreadableFile` where a text does not fit into a file of this kind.
    """
    if kind.ending == ".parquet":
        parquet.write(file, columns, rows)
    elif kind.ending in (".json", ".jsonl"):
        objects.write(file, columns, rows, lines=kind.ending == ".jsonl")
    else:
        names = [column.name for column in columns]
        flat = ([value for value in row if isinstance(value, str)] for row in rows)
        if kind.ending == ".xlsx":
            workbook.write(file, names, flat)
        else:
            delimited.write(file, names, flat, "\t" if kind.ending == ".tsv" else ",")
