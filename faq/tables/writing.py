"""The kinds of files that tables are written as."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from faq.tables import delimited, objects, parquet, workbook
from faq.tables.table import Column, UnreadableFile

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
