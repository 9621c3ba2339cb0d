"""JSON: a list of objects, or JSON Lines, an object a line.

Read with the standard library: ijson fails the rest of a file for one byte that is not UTF-8,
replaces half a character by a question mark, and names no line where a file is damaged.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from io import TextIOWrapper
from itertools import chain
from typing import Any, BinaryIO

from faq.transfer.encoding import detected
from faq.transfer.table import (
    MOST_CHARACTERS,
    Column,
    Refused,
    Row,
    Table,
    UnreadableFile,
    Value,
    as_text,
    to_the_end,
)

HEADER_ROWS = 1_000  # rows whose names are the columns
HEADER_CHARACTERS = 1_000_000
AT_ONCE = 1 << 16
SPACE = " \t\n\r"
# Numbers stay as they are written: 1.10 and a number of a thousand digits too.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_KINDS = {bool: "true or false", list: "a list", type(None): "null"}


def read(file: BinaryIO) -> Table:
    """Return the table of a JSON file. Its columns are the names in the first thousand objects."""
    text = detected(file).text(file, newline="\n")
    is_list = _Window(text).peek() == "["
    text.seek(0)
    rows = to_the_end(_numbered(_items(text) if is_list else _lines(text)))
    first: list[Row] = []
    characters = 0
    for row in rows:
        first.append(row)
        characters += sum(map(len, row[1].values())) if isinstance(row[1], dict) else 0
        if len(first) >= HEADER_ROWS or characters >= HEADER_CHARACTERS:
            break
    names = dict.fromkeys(name for _, cells in first if isinstance(cells, dict) for name in cells)
    if not names and first:
        why = next((row for _, row in first if isinstance(row, str)), "They name nothing.")
        raise UnreadableFile(f"The file has no JSON objects with names. {why}")
    return Table(tuple(names), chain(first, rows), "JSON" if is_list else "JSON Lines")


def _numbered(values: Iterator[Any]) -> Iterator[Row]:
    for number, value in enumerate(values, start=1):
        if isinstance(value, dict):
            yield number, {name.strip(): as_text(cell) for name, cell in value.items()}
        elif isinstance(value, Refused):
            yield number, value
        else:
            kind = _KINDS.get(type(value), "text or a number")
            yield number, Refused(f"The row is {kind}, expected an object with names.")


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
            yield Refused(_not_json(error), [line])


def _items(text: TextIOWrapper) -> Iterator[Any]:
    """Yield the items of the list that is the whole file."""
    window = _Window(text)
    window.take("[")
    if window.peek() == "]":
        return
    while True:
        yield window.value()
        if window.take(",]") == "]":
            break
    if window.peek():
        raise UnreadableFile("There is more behind the end of the list. It was not read.")


class _Window:
    """The part of a text that is being read."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._part, self._at = "", 0

    def peek(self) -> str:
        """Return the next character that is not white space; empty at the end."""
        while True:
            while self._at < len(self._part) and self._part[self._at] in SPACE:
                self._at += 1
            if self._at < len(self._part) or not self._more(AT_ONCE):
                return self._part[self._at : self._at + 1]

    def take(self, expected: str) -> str:
        """Return the next character, which must be one of those expected, and go on behind it."""
        found = self.peek()
        if not found or found not in expected:
            shown = repr(found) if found else "the end of the file"
            raise UnreadableFile(
                f"The file is not JSON from here on: got {shown}, expected "
                f"{' or '.join(expected)}. Nothing more was read."
            )
        self._at += 1
        return found

    def value(self) -> Any:
        """Return the next value, and go on behind it."""
        self.peek()
        size = AT_ONCE
        while True:
            try:
                value, end = _DECODER.raw_decode(self._part, self._at)
            except (ValueError, RecursionError) as error:
                too_long = len(self._part) - self._at > MOST_CHARACTERS
                if isinstance(error, RecursionError) or too_long or not self._more(size):
                    raise UnreadableFile(f"{_not_json(error)} Nothing more was read.") from None
            else:
                # What ends with the part may go on in the next: a number, say.
                if end < len(self._part) or not self._more(size):
                    self._at = end
                    return value
            size *= 2  # so that a long value is not tried anew too often

    def _more(self, size: int) -> bool:
        more = self._text.read(size)
        self._part, self._at = self._part[self._at :] + more, 0
        return bool(more)


def _not_json(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "The row has objects too deep in objects."
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"The row is not JSON: {reason}."


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
