"""The XML in an XLSX file, which is a zip: read element by element, and no bomb unpacked."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from faq.tables.table import UnreadableFile

AT_ONCE = 1 << 16
MOST_OF_ELEMENT = 64 << 20  # bytes of XML without the end of a row or a text
UNSUSPICIOUS = 64 << 20  # a part that unpacks to less may be packed as tightly as it likes
MOST_PACKED = 100  # times smaller than unpacked; text is packed ten times, a bomb a thousand times
MOST_UNPACKED = 4 << 30
Events = Iterator[tuple[str, Element]]


class Package:
    """The parts of a zip file by their names. Raises `UnreadableFile` where one cannot be read."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise _damaged() from None
        for part in self._archive.infolist():
            unpacked = part.file_size
            bomb = unpacked > UNSUSPICIOUS and unpacked > MOST_PACKED * part.compress_size
            if bomb or unpacked > MOST_UNPACKED:
                raise UnreadableFile(
                    f"The workbook would unpack to {unpacked / 2**20:,.0f} MB from "
                    f"{part.compress_size / 2**20:,.1f} MB, more than a workbook with text in it "
                    "does. Save it as CSV if it is one."
                )

    def __contains__(self, name: str) -> bool:
        return name in self._archive.NameToInfo

    def elements(self, name: str, *tags: str) -> Iterator[Element]:
        """Yield the elements with one of these tags, whatever their namespace, each as it ends and
        forgotten before the next."""
        parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        above: list[Element] = []
        inside = held = 0
        try:
            with self._archive.open(name) as part:
                while data := part.read(AT_ONCE):
                    parser.feed(data)
                    held += len(data)
                    for event, element in cast(Events, parser.read_events()):
                        if event == "start":
                            above.append(element)
                            inside += inside > 0 or tag_of(element) in tags
                            continue
                        above.pop()
                        if inside == 1:
                            yield element
                            held = 0
                        inside -= inside > 0
                        if not inside and above:
                            above[-1].remove(element)
                    if held > MOST_OF_ELEMENT:
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
        if relations not in self:
            return {}
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))[1:],
            )
            for element in self.elements(relations, "Relationship")
        }


def tag_of(element: Element) -> str:
    """Return an element's tag without its namespace."""
    return element.tag.rpartition("}")[2]


def _damaged() -> UnreadableFile:
    return UnreadableFile(
        "The file is no whole Excel workbook; it may have been cut short. Save it again as .xlsx, "
        "or as CSV."
    )
