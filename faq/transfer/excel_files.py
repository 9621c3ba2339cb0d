"""Excel workbooks (XLSX): the first sheet that is not hidden, its first filled row the names.

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
from itertools import chain
from math import isfinite
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from faq.transfer.table import (
    Column,
    Table,
    Unreadable,
    UnreadableFile,
    Value,
    as_text,
    defused,
    number_as_text,
    refuse_bomb,
    restored,
    with_header,
)

AT_ONCE = 1 << 16
MOST_OF_ELEMENT = 64 << 20  # bytes of XML without the end of a row or a text
BOOK = "officeDocument"  # the kind of the part that lists the sheets
MOST_IN_CELL = 32_767  # characters, by Excel's own rules
MOST_CELLS = 16_384  # in a row, by the same
IN_MEMORY = 8 << 20  # bytes of shared texts; more are kept on disk
DIGITS = 15  # of a number, as spreadsheets show it
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# What XML cannot hold, or would change, and what would pass for an escape.
_TO_ESCAPE = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def read(file: BinaryIO) -> Table:
    """Return the table of a workbook. Raises `UnreadableFile`."""
    package = _Package(file)
    book = next((part for kind, part in package.related("").values() if kind == BOOK), "")
    if book not in package:
        raise UnreadableFile("The file is a zip, but no Excel workbook. Save it as .xlsx or CSV.")
    related = package.related(book)
    name, sheet = _first_sheet(package, book, {id_: part for id_, (_, part) in related.items()})
    cells = _Cells(package, book, dict(related.values()))
    filled = (row for element in package.elements(sheet, "row") if any(row := cells.row(element)))
    return with_header(filled, f"an Excel workbook, sheet {name!r}", padded=True)


def _first_sheet(package: "_Package", book: str, related: dict[str, str]) -> tuple[str, str]:
    """Return the name and the part of the first sheet that is visible."""
    for element in package.elements(book, "sheet"):
        ids = [value for name, value in element.attrib.items() if name.endswith("}id")]
        part = related.get(ids[0], "") if ids else ""
        if part in package and element.get("state", "visible") == "visible":
            return element.get("name", "")[:40], part
    raise UnreadableFile("The workbook has no sheet that can be seen.")


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

    def elements(self, name: str, *tags: str) -> Iterator[Element]:
        """Yield the elements with one of these tags, whatever their namespace, each as it ends and
        forgotten before the next. None where there is no such part."""
        if name not in self:
            return
        parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        above: list[Element] = []
        inside = unfinished = 0  # levels below an element to yield; bytes since the last of them
        try:
            with self._archive.open(name) as part:
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
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError):
            raise _damaged() from None
        except (RuntimeError, NotImplementedError) as error:  # encrypted, or packed in a new way
            raise UnreadableFile(f"The workbook cannot be unpacked: {error}.") from None

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to: id -> (kind, name of the part)."""
        folder, file = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))[1:],
            )
            for element in self.elements(relations, "Relationship")
        }


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
        self._day_styles = set(_styles_of_days(styles))
        mac = any(
            element.get("date1904") in ("1", "true")
            for element in package.elements(book, "workbookPr")
        )
        self._epoch = CALENDAR_MAC_1904 if mac else CALENDAR_WINDOWS_1900

    def row(self, element: Element) -> list[str]:
        """Return the cells of a row up to the last one that says something."""
        found: dict[int, str] = {}
        place = -1
        for cell in element:
            place = _column(cell.get("r", "")) if cell.get("r") else place + 1
            place = min(place, MOST_CELLS)  # one more than there may be, and more than are columns
            if text := self._cell(cell):
                found[place] = text
        return [found.get(place, "") for place in range(max(found, default=-1) + 1)]

    def _cell(self, cell: Element) -> str:
        parts = {_tag(child): child for child in cell}
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return restored(_text(parts["is"])) if "is" in parts else ""
        value = (parts["v"].text or "") if "v" in parts else ""
        if not value:
            formula = "f" in parts and kind != "str"
            return Unreadable("a formula without a result") if formula else ""
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

        if style in self._day_styles:
            return as_text(from_excel(number, self._epoch))
        if not isfinite(number):
            raise ValueError("not a number")
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


def _styles_of_days(elements: Iterator[Element]) -> Iterator[int]:
    """Yield the places of the styles that show a number as a day or a time."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    formats = {str(place): code for place, code in BUILTIN_FORMATS.items()}
    for element in elements:
        if _tag(element) == "numFmt":
            formats[element.get("numFmtId", "")] = element.get("formatCode", "")
            continue
        for place, style in enumerate(element):
            if is_date_format(formats.get(style.get("numFmtId", ""))):
                yield place


def _column(reference: str) -> int:
    """Return the place of a cell's column: 0 for A7, 27 for AB7."""
    place = 0
    for letter in reference[:4].rstrip("0123456789").upper():
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
