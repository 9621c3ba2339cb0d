"""JSON: entries wherever they are nested, or JSON Lines, an object a line.

A list is in memory as text while its items are read one by one; an object is read whole. ijson
would read it from disk, but it ends the process at a number of 5,000 digits, and names no line
where a file is damaged.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from io import SEEK_END, TextIOWrapper
from itertools import chain
from typing import Any, BinaryIO

from faq.transfer.encoding import detected
from faq.transfer.objects import Number, Reading
from faq.transfer.table import (
    MOST_CHARACTERS,
    Column,
    Refused,
    Row,
    Table,
    UnreadableFile,
    Value,
    to_the_end,
)

HEADER_ROWS = 1_000  # rows whose names are the columns
HEADER_CHARACTERS = 1_000_000
MOST_BYTES = 200 << 20  # of a list; as much as Streamlit takes
MOST_KEPT = 16 << 20  # of a list whose items are kept in memory, not read twice
AT_ONCE = 1 << 16
SPACE = " \t\n\r"
_START = re.compile(r"\s*\[\s*(?P<end>\])?\s*")
_NEXT = re.compile(r"\s*(?:,|(?P<end>\]))\s*")
_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


def read(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the table of a JSON file. Its columns are the names in the first thousand entries."""
    size = file.seek(0, SEEK_END)
    text = detected(file, encoding).text(file, newline="\n")
    parts = iter(partial(text.read, AT_ONCE), "")
    start = next((part.lstrip() for part in parts if not part.isspace()), "").lstrip("\ufeff")
    text.seek(0)
    one_a_line = start[:1] == "{" and _is_json(text.readline(MOST_CHARACTERS)) and text.readline()
    text.seek(0)
    if one_a_line or start[:1] not in ("[", "{"):
        return table_of_entries("JSON Lines", _lines(text), language, "line")
    if size > MOST_BYTES:
        raise UnreadableFile(
            f"A JSON list may have {MOST_BYTES >> 20:,} MB, this one has {size >> 20:,}. Save it "
            "as JSON Lines, an object a line."
        )
    if start[0] == "{":
        return table_of_entries("JSON", iter([_whole(text.read())]), language)
    whole = text.read()
    if size <= MOST_KEPT:
        return table_of_entries("JSON", iter([*_items(whole)]), language)
    for _ in _items(whole):  # it can be read to its end, before anything of it is imported
        pass
    return table_of_entries("JSON", _items(whole), language)


def table_of_entries(
    kind: str, values: Iterator[Any], language: str = "", what: str = "item"
) -> Table:
    """Return the table of the entries that are nested in values, read as they are asked for."""
    reading = Reading(language)
    rows = to_the_end(reading.rows(values, what))
    first: list[Row] = []
    characters = 0
    for row in rows:
        first.append(row)
        characters += sum(map(len, row[1].values())) if isinstance(row[1], dict) else 0
        if len(first) >= HEADER_ROWS or characters >= HEADER_CHARACTERS:
            break
    names = dict.fromkeys(name for _, cells in first if isinstance(cells, dict) for name in cells)
    if not names:
        refused = ((number, row) for number, row in first if isinstance(row, str))
        number, why = next(refused, (0, ""))
        why = f"Line {number}: {why}" if why.startswith("The row") else why
        raise UnreadableFile(why or f"No questions and answers were found in the {kind}.")
    columns = tuple(names)
    notes = ("Where a bot has several answers, the first one is taken.",) * reading.more_answers
    return Table(
        columns, chain(first, rows), kind, notes, reading.without_answers, reading.languages
    )


def _is_json(line: str) -> bool:
    try:
        _DECODER.decode(line)
    except (ValueError, RecursionError):
        return False
    return True


def _whole(text: str) -> Any:
    try:
        return _DECODER.decode(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(_not_json(error, "file")) from None


def _lines(text: TextIOWrapper) -> Iterator[Any]:
    while line := text.readline(MOST_CHARACTERS + 1):
        if len(line) > MOST_CHARACTERS:
            raise UnreadableFile(
                f"The row has more than {MOST_CHARACTERS:,} characters. Nothing was read from "
                "here on."
            )
        if not (line := line.strip(SPACE)):
            continue
        try:
            yield _DECODER.decode(line)
        except (ValueError, RecursionError) as error:
            yield Refused(_not_json(error, "row"), [line])


def _items(text: str) -> Iterator[Any]:
    """Yield the items of the list that is the whole file."""
    found = _START.match(text)
    try:
        while found and not found["end"]:
            value, at = _DECODER.raw_decode(text, found.end())
            yield value
            found = _NEXT.match(text, at)
            if not found:
                raise json.JSONDecodeError("Expecting ',' or ']'", text, at)
        if found and found.end() < len(text):
            raise json.JSONDecodeError("Extra data", text, found.end())
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{_not_json(error, 'file')} Nothing of it was imported.") from None


def _not_json(error: Exception, what: str) -> str:
    if isinstance(error, RecursionError):
        return f"The {what} has objects too deep in objects."
    if isinstance(error, json.JSONDecodeError) and what == "file":
        return f"The file is not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
    return f"The {what} is not JSON: {getattr(error, 'msg', error)}."


def write(
    file: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    lines: bool = False,
) -> None:
    """Write a list of objects, or with `lines` an object a line; several texts become a list."""
    names = [column.name for column in columns]
    separator = b"" if lines else b"["
    for row in rows:
        values = dict(zip(names, row, strict=True))
        file.write(separator + json.dumps(values, ensure_ascii=False).encode())
        separator = b"\n" if lines else b",\n"
    if lines:
        file.write(b"\n" if separator else b"")
    else:
        file.write(b"[]\n" if separator == b"[" else b"]\n")
