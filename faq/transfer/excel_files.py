"""Excel workbooks (XLSX): the sheets with questions; one that is hidden or has none is named.

A merged cell's text holds for all its rows, and the address of a link stays with its text.

They are read with the standard library's XML parser, a row in memory at a time, and a damaged cell
costs its row alone. python-calamine ends the whole process where two cells are far apart, and reads
errors and formulas without a result as empty; openpyxl walks through every row of a gap, keeps all
shared texts in memory, and reads nothing where one style or property is not as it expects.
"""

import posixpath
import re
import tempfile
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from math import isfinite
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from faq.transfer.columns import guessed
from faq.transfer.grid import Line, is_table, table_of
from faq.transfer.table import (
    MOST_COLUMNS,
    SHEET,
    Column,
    Refused,
    Row,
    Table,
    Unreadable,
    UnreadableFile,
    Value,
    as_text,
    defused,
    number_as_text,
    refuse_bomb,
    restored,
)

AT_ONCE = 1 << 16
MOST_OF_ELEMENT = 64 << 20  # bytes of XML without the end of a row or a text
BOOK = "officeDocument"  # the kind of the part that lists the sheets
MOST_IN_CELL = 32_767  # characters, by Excel's own rules
MOST_CELLS = 16_384  # in a row, by the same
IN_MEMORY = 8 << 20  # bytes of shared texts; more are kept on disk
ADDRESSES = ("http://", "https://", "mailto:")
DIGITS = 15  # of a number, as spreadsheets show it
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
_LINK = re.compile(r'HYPERLINK\("([^"]+)"(?:[,;] ?"([^"]*)")?\)', re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# What XML cannot hold, or would change, and what would pass for an escape.
_TO_ESCAPE = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def read(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the table of a workbook, whose text has an encoding of its own. Of several sheets
    with questions, the name is in a column of its own. Raises `UnreadableFile`."""
    package = _Package(file)
    book = next((part for kind, part in package.related("").values() if kind == BOOK), "")
    if book not in package:
        raise UnreadableFile("The file is a zip, but no Excel workbook. Save it as .xlsx or CSV.")
    related = package.related(book)
    cells = _Cells(package, book, dict(related.values()))
    parts = {id_: part for id_, (_, part) in related.items()}
    tables, notes = [], []
    for name, sheet, is_visible in _sheets(package, book, parts):
        table = table_of(cells.lines(package, sheet), f"sheet {name!r}", padded=True)
        if not is_visible:
            notes.append(f"The hidden sheet {name!r} is not used.")
        elif table.columns:
            tables.append((name, table))
    if not tables:
        raise UnreadableFile("The workbook has no sheet that can be seen.")
    used = [(name, table) for name, table in tables if is_table(table)] or tables[:1]
    left_out = [name for name, table in tables if table not in [other for _, other in used]]
    notes += [f"The sheet {name!r} has no questions and is not used." for name in left_out]
    notes += [f"Sheet {name!r}: {note}" for name, table in used for note in table.notes]
    what = f"an Excel workbook, {', '.join(f'sheet {name!r}' for name, _ in used[:5])}"
    if len(used) == 1:
        return replace(used[0][1], description=what, notes=tuple(notes))
    return _joined(used, what, tuple(notes))


def _joined(sheets: Sequence[tuple[str, Table]], what: str, notes: tuple[str, ...]) -> Table:
    """Return the rows of all sheets, with the names that the first one has for its fields; where a
    sheet has no categories, its name is the category."""
    found = [guessed(table.columns) for _, table in sheets]
    names: dict[str, str] = {"category": SHEET}
    for each in reversed(found):
        names |= each
    renamed = [{column: names[field] for field, column in each.items()} for each in found]
    columns = dict.fromkeys(
        new.get(column, column)
        for (_, table), new in zip(sheets, renamed, strict=True)
        for column in table.columns
    )

    def rows() -> Iterator[Row]:
        for (sheet, table), new in zip(sheets, renamed, strict=True):
            for number, cells in table.rows:
                if isinstance(cells, dict):
                    cells = {new.get(column, column): cell for column, cell in cells.items()}
                    yield number, {names["category"]: sheet, SHEET: sheet} | cells
                else:
                    where = Refused(f"Sheet {sheet!r}: {cells}", getattr(cells, "cells", ()))
                    yield number, where

    return Table(tuple(dict.fromkeys([*columns, names["category"], SHEET])), rows(), what, notes)


def _sheets(
    package: "_Package", book: str, related: dict[str, str]
) -> Iterator[tuple[str, str, bool]]:
    """Yield the name and the part of each sheet, and whether it is visible."""
    for element in package.elements(book, "sheet"):
        ids = [value for name, value in element.attrib.items() if name.endswith("}id")]
        part = related.get(ids[0], "") if ids else ""
        if part in package:
            yield element.get("name", "")[:40], part, element.get("state", "visible") == "visible"


class _Package:
    """The parts of a zip file by their names. Raises `UnreadableFile` where one cannot be read."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise _damaged() from None
        for part in self._archive.infolist():
            refuse_bomb("workbook", part.file_size, part.compress_size)

    def __contains__(self, name: str) -> bool:
        return name in self._archive.NameToInfo

    def has_text(self, name: str, texts: Iterable[bytes]) -> bool:
        """Whether one of some texts may be in a part, which is read faster than its elements."""
        with _reading(), self._archive.open(name) as part:
            end = b""
            while data := part.read(AT_ONCE):
                data = end + data.replace(b"\0", b"")  # which UTF-16 has between the letters
                if any(text in data for text in texts):
                    return True
                end = data[-40:]
        return False

    def elements(self, name: str, *tags: str) -> Iterator[Element]:
        """Yield the elements with one of these tags, whatever their namespace, each as it ends and
        forgotten before the next. None where there is no such part."""
        if name not in self:
            return
        parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        above: list[Element] = []
        inside = unfinished = 0  # levels below an element to yield; bytes since the last of them
        try:
            with _reading(), self._archive.open(name) as part:
                while data := part.read(AT_ONCE):
                    parser.feed(data)
                    unfinished += len(data)
                    for event, element in cast(Iterator[tuple[str, Element]], parser.read_events()):
                        if event == "start":
                            above.append(element)
                            inside += inside > 0 or _tag(element) in tags
                            continue
                        above.pop()
                        if inside == 1:
                            yield element
                            unfinished = 0
                        inside -= inside > 0
                        if not inside and above:
                            above[-1].remove(element)
                    if unfinished > MOST_OF_ELEMENT:
                        raise UnreadableFile("A row of the workbook is larger than any that fits.")
                parser.close()
        except ParseError as error:
            raise UnreadableFile(f"The workbook is damaged from here on: {error}.") from None

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to: id -> (kind, name of the part)."""
        folder = posixpath.dirname(name)
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))[1:],
            )
            for element in self._relations(name)
        }

    def addresses(self, name: str) -> dict[str, str]:
        """Return the targets of what a part refers to, as they are written, by their ids."""
        return {e.get("Id", ""): e.get("Target", "") for e in self._relations(name)}

    def _relations(self, name: str) -> Iterator[Element]:
        folder, file = posixpath.split(name)
        return self.elements(posixpath.join(folder, "_rels", f"{file}.rels"), "Relationship")


@contextmanager
def _reading() -> Iterator[None]:
    """Raise `UnreadableFile` where a part cannot be unpacked."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError):
        raise _damaged() from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in a new way
        raise UnreadableFile(f"The workbook cannot be unpacked: {error}.") from None


def _damaged() -> UnreadableFile:
    return UnreadableFile(
        "The file is not a whole Excel workbook; it may have been cut short. Save it again as "
        ".xlsx, or as CSV."
    )


class _Cells:
    """What the cells of a workbook's sheets say. `parts` are the names of its other parts."""

    def __init__(self, package: _Package, book: str, parts: dict[str, str]) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

        self._texts = _Texts(package.elements(parts.get("sharedStrings", ""), "si"))
        styles = package.elements(parts.get("styles", ""), "numFmt", "cellXfs")
        self._kinds = dict(_kinds_of_numbers(styles))
        mac = any(
            element.get("date1904") in ("1", "true")
            for element in package.elements(book, "workbookPr")
        )
        self._epoch = CALENDAR_MAC_1904 if mac else CALENDAR_WINDOWS_1900

    def lines(self, package: "_Package", sheet: str) -> Iterator[Line]:
        """Yield the numbers and cells of a sheet's rows."""
        merged, links = _below_the_rows(package, sheet)
        held: dict[int, tuple[int, str]] = {}  # column: until which row it says what
        number = 0
        for element in package.elements(sheet, "row"):
            number = int(element.get("r", "") or number + 1)
            cells = self.row(element)
            for place, (end, text) in [*held.items()] if held else ():
                if number > end:
                    del held[place]
                elif text and not (place < len(cells) and cells[place]):
                    cells += [""] * (place + 1 - len(cells))
                    cells[place] = text
            for place, end in merged.get(number, ()):
                held[place] = end, cells[place] if place < len(cells) else ""
            for place, address in links.get(number, ()):
                if place < len(cells) and cells[place] and address not in cells[place]:
                    cells[place] = f"[{cells[place]}]({address})"
            if any(cells):
                yield number, cells

    def row(self, element: Element) -> list[str]:
        """Return the cells of a row up to the last one that says something."""
        cells: list[str] = []
        place = -1
        for cell in element:
            place = _column(reference) if (reference := cell.get("r")) else place + 1
            place = min(place, MOST_CELLS)  # one more than there may be, and more than are columns
            if not (text := self._cell(cell)):
                continue
            if place == len(cells):
                cells.append(text)
                continue
            cells += [""] * (place + 1 - len(cells))
            cells[place] = text
        return cells

    def _cell(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        parts = {_tag(child): child for child in cell}
        if kind == "inlineStr":
            return restored(_text(parts["is"])) if "is" in parts else ""
        value = (parts["v"].text or "") if "v" in parts else ""
        if not value:
            formula = (parts["f"].text or "") if "f" in parts else ""
            if link := _LINK.match(formula):
                return f"[{link[2] or link[1]}]({link[1]})"
            has_none = "f" in parts and kind != "str"
            return Unreadable("a formula without a result") if has_none else ""
        if "f" in parts and (link := _LINK.match(parts["f"].text or "")):
            return f"[{_unescaped(value)}]({link[1]})"
        try:
            match kind:
                case "s":
                    return restored(self._texts[int(value)])
                case "b":
                    return as_text(bool(int(value)))
                case "n":
                    return self._number(float(value), int(cell.get("s", "0")))
        except (ValueError, IndexError, OverflowError):
            return Unreadable("something that the workbook does not explain")
        return Unreadable(f"the error {value[:20]}") if kind == "e" else restored(_unescaped(value))

    def _number(self, number: float, style: int) -> str:
        from openpyxl.utils.datetime import from_excel

        kind = self._kinds.get(style)
        if kind == "day":
            return as_text(from_excel(number, self._epoch))
        if not isfinite(number):
            raise ValueError("not a number")
        if kind == "share":
            return f"{number_as_text(number * 100, DIGITS)}%"
        if kind == "duration":
            return f"{round(number * 1440) // 60}:{round(number * 1440) % 60:02}"
        return number_as_text(number, DIGITS)


class _Texts:
    """The texts that cells of a workbook share, by their places; many of them are kept on disk."""

    def __init__(self, elements: Iterator[Element]) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._ends = array("Q", [0])
        for element in elements:
            written = self._file.write(_text(element).encode(errors="surrogatepass"))
            self._ends.append(self._ends[-1] + written)

    def __del__(self) -> None:
        self._file.close()

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < len(self._ends) - 1:
            raise IndexError(place)
        self._file.seek(self._ends[place])
        size = self._ends[place + 1] - self._ends[place]
        return self._file.read(size).decode(errors="surrogatepass")


def _kinds_of_numbers(elements: Iterator[Element]) -> Iterator[tuple[int, str]]:
    """Yield the places of the styles that show a number as a day or a time, a duration or a
    share, and which of them."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

    formats = {str(place): code for place, code in BUILTIN_FORMATS.items()}
    for element in elements:
        if _tag(element) == "numFmt":
            formats[element.get("numFmtId", "")] = element.get("formatCode", "")
            continue
        for place, style in enumerate(element):
            shown = formats.get(style.get("numFmtId", ""), "")
            if is_timedelta_format(shown):
                yield place, "duration"
            elif is_date_format(shown):
                yield place, "day"
            elif shown.endswith("%"):
                yield place, "share"


def _below_the_rows(
    package: _Package, sheet: str
) -> tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, str]]]]:
    """Return what a sheet says of its cells after its rows: for rows where cells of several rows
    begin, their columns and last rows; for rows with links, their columns and addresses."""
    merged: dict[int, list[tuple[int, int]]] = {}
    links: dict[int, list[tuple[int, str]]] = {}
    addresses: dict[str, str] | None = None
    if not package.has_text(sheet, (b"mergeCell", b"hyperlink")):
        return {}, {}
    for element in package.elements(sheet, "mergeCell", "hyperlink"):
        if not (found := _RANGE.fullmatch(element.get("ref", ""))):
            continue
        column, first, last = _column(found[1]), int(found[2]), int(found[4] or found[2])
        ids = [value for name, value in element.attrib.items() if name.endswith("}id")]
        if _tag(element) == "mergeCell":
            if first < last:
                merged.setdefault(first, []).append((column, last))
        elif ids:
            addresses = package.addresses(sheet) if addresses is None else addresses
            if (address := addresses.get(ids[0], "")).startswith(ADDRESSES):
                links.setdefault(first, []).append((column, address))
    return merged, links


def _column(reference: str) -> int:
    """Return the place of a cell's column: 0 for A7, 27 for AB7."""
    return _place(reference[:4].rstrip("0123456789"))


@lru_cache(maxsize=MOST_COLUMNS)
def _place(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - ord("A") + 1
    return max(0, place - 1)


def _text(element: Element) -> str:
    """Return the text of a shared or inline text, without how its signs are pronounced."""
    parts = []
    for child in element:
        runs = child if _tag(child) == "r" else (child,)
        parts += [run.text or "" for run in runs if _tag(run) == "t"]
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _tag(element: Element) -> str:
    """Return an element's tag without its namespace."""
    return element.tag.rpartition("}")[2]


def write(file: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    """Write single texts as a workbook with one sheet. None would run as CSV either.

    Raises `UnreadableFile` where a text is longer than a cell can be.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Entries")
    try:
        for row in chain([[column.name for column in columns]], rows):
            cells = []
            for text in map(as_text, row):
                escaped = _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", defused(text))
                if len(escaped) > MOST_IN_CELL:
                    raise UnreadableFile(
                        f"The text that begins with {text[:30]!r} is longer than the "
                        f"{MOST_IN_CELL:,} characters that a cell of Excel can have. Export as CSV "
                        "or JSON."
                    )
                cell = WriteOnlyCell(sheet, escaped)
                cell.data_type = "s"  # whatever it looks like
                cells.append(cell if text else None)
            sheet.append(cells)
    finally:
        sheet.close()
    book.save(file)
