"""Which kind of table a file holds, told by what is in it, and by its name where that is not
enough."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from faq.tables import delimited, objects, parquet, workbook
from faq.tables.encoding import detected
from faq.tables.table import Table, UnreadableFile, to_the_end

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
