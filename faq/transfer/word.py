"""A Word document as a page: its paragraphs with their styles, its lists, tables and links."""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from faq.column_names import QUESTION, names, plain
from faq.transfer.markup import MOST_CHARACTERS, MOST_ELEMENTS
from faq.transfer.table import UnreadableFile

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_BYTES = 100 << 20  # of a part, unpacked
MOST_TAGS = 2_000_000  # of a part
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"  # the name of the same in ISO's files
_QUESTION_STYLES = {plain(name) for name in names(QUESTION) if len(name) > 1} | {"faq question"}
_ADDRESS = re.compile(r'HYPERLINK\s+"([^"]+)"')
_AROUND = frozenset(_W + name for name in ("sdt", "sdtContent", "ins", "smartTag", "customXml"))


@dataclass(slots=True)
class _Style:
    """What a paragraph has of its style: its level as a heading (0: none), whether it is bold,
    and whether it is an item of a list, of one with numbers if `ordered`."""

    level: int = 0
    bold: bool = False
    listed: bool = False
    ordered: bool = False
    contents: bool = False


@dataclass(slots=True)
class _Document:
    """What the text of a document refers to."""

    styles: dict[str, _Style] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    bulleted: dict[str, bool] = field(default_factory=dict)  # by the number of a list


def page_of(file: BinaryIO) -> "HtmlElement":
    """Return a Word document as a page. Raises `UnreadableFile`."""
    from lxml import etree

    try:
        with zipfile.ZipFile(file) as archive:
            document = _Document()
            with suppress(KeyError):
                _read_numbering(document, _tree(archive, "word/numbering.xml"))
            with suppress(KeyError):
                _read_styles(document, _tree(archive, "word/styles.xml"))
            with suppress(KeyError):
                _read_links(document, _tree(archive, "word/_rels/document.xml.rels"))
            body = _tree(archive, "word/document.xml").find(f"{_W}body")
    except (zipfile.BadZipFile, etree.XMLSyntaxError, zlib.error) as error:
        raise _broken(str(error)) from None
    except (KeyError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _broken(str(error)) from None
    if body is None:
        raise _broken("it has no text")
    page = etree.Element("body")
    _fill(page, body, document)
    return _checked(page)


def _broken(why: str) -> UnreadableFile:
    return UnreadableFile(
        f"The Word document cannot be read: {why[:80].rstrip('.')}. Save it again as .docx."
    )


def _tree(archive: zipfile.ZipFile, part: str) -> Any:
    from lxml import etree

    with archive.open(part) as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES or data.count(b"<") > MOST_TAGS:
        raise UnreadableFile("The Word document is too large. Split it, or save it as a web page.")
    data = data.replace(_STRICT, _W[1:-1].encode())
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def _checked(page: Any) -> "HtmlElement":
    from lxml.html import fromstring, tostring

    written = tostring(page, encoding="unicode")
    if len(written) > MOST_CHARACTERS or written.count("<") > 2 * MOST_ELEMENTS:
        raise UnreadableFile("The Word document is too large. Split it, or save it as a web page.")
    return fromstring(f"<html>{written}</html>").find("body")


def _read_numbering(document: _Document, tree: Any) -> None:
    kinds = {
        each.get(f"{_W}abstractNumId"): all(
            kind.get(f"{_W}val") == "bullet" for kind in list(each.iter(f"{_W}numFmt"))[:1]
        )
        for each in tree.iter(f"{_W}abstractNum")
    }
    for number in tree.iter(f"{_W}num"):
        kind = number.find(f"{_W}abstractNumId")
        known = kinds.get(kind.get(f"{_W}val"), False) if kind is not None else False
        document.bulleted[number.get(f"{_W}numId")] = known


def _read_styles(document: _Document, tree: Any) -> None:
    elements = {
        style.get(f"{_W}styleId"): style
        for style in tree.iter(f"{_W}style")
        if style.get(f"{_W}type", "paragraph") == "paragraph"
    }

    def named(id_: str) -> _Style:
        if id_ in document.styles:
            return document.styles[id_]
        document.styles[id_] = style = _Style()  # also ends a circle of styles
        element = elements[id_]
        if (based := _value(element, "basedOn")) in elements:
            base = named(based)
            style.bold, style.listed, style.ordered = base.bold, base.listed, base.ordered
            style.level = base.level
        _apply(style, _value(element, "name"), element, document)
        return style

    for id_ in list(elements)[:2_000]:
        with suppress(RecursionError):
            named(id_)


def _apply(style: _Style, name: str, element: Any, document: _Document) -> None:
    """Change a style by its name and by what an element says."""
    name = plain(name)
    if heading := re.fullmatch(r"heading ?([1-9])", name):
        style.level = min(int(heading[1]) + 1, 6)
    elif name == "title":
        style.level = 1
    elif name in _QUESTION_STYLES:
        style.level = 6
    elif (outline := _value(element, "outlineLvl")).isdecimal() and int(outline) < 9:
        style.level = min(int(outline) + 2, 6)
    style.contents = re.match(r"toc( ?\d|$)|toc heading", name) is not None
    run = element.find(f"{_W}rPr")
    if run is not None and (bold := run.find(f"{_W}b")) is not None:
        style.bold = _is_on(bold)
    if number := _value(element, "numId"):
        style.listed = number != "0"
        style.ordered = not document.bulleted.get(number, False)
    elif name.startswith("list number") or name.startswith("list bullet"):
        style.listed, style.ordered = True, "number" in name


def _value(element: Any, name: str) -> str:
    """Return the value of the first setting of this name in an element."""
    found = next(element.iter(_W + name), None)
    return "" if found is None else found.get(f"{_W}val") or ""


def _is_on(setting: Any) -> bool:
    return setting is not None and setting.get(f"{_W}val", "1") not in ("0", "false", "off", "none")


def _read_links(document: _Document, tree: Any) -> None:
    for each in tree:
        if str(each.get("Type")).endswith("/hyperlink"):
            document.links[each.get("Id")] = each.get("Target") or ""


def _fill(parent: Any, source: Any, document: _Document) -> None:
    """Append what is in a part of a document to an element of a page."""
    from lxml.etree import SubElement

    lists: list[Any] = []  # those that are open, the outer one first
    for element in _content(source):
        if element.tag == f"{_W}tbl":
            lists = []
            _fill_table(SubElement(parent, "table"), element, document)
            continue
        if not len(element):
            continue
        style, depth = _style_of(element, document)
        if style.contents:
            continue
        pieces = list(_pieces(element, document, style.bold and not style.level))
        if not any(text.strip() for text, *_ in pieces):
            continue
        if style.level or not style.listed:
            lists = []
            _write(SubElement(parent, f"h{style.level}" if style.level else "p"), pieces)
            continue
        del lists[depth + 1 :]
        tag = "ol" if style.ordered else "ul"
        if lists and lists[-1].tag != tag and len(lists) > depth:
            lists.pop()
        while len(lists) <= depth:
            within = lists[-1][-1] if lists and len(lists[-1]) else lists[-1] if lists else parent
            lists.append(SubElement(within, tag))
        _write(SubElement(lists[-1], "li"), pieces)


def _content(source: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables of a part, without the table of contents."""
    for element in source:
        if element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
        elif element.tag in _AROUND and (_value(element, "docPartGallery") != "Table of Contents"):
            yield from _content(element)


def _style_of(paragraph: Any, document: _Document) -> tuple[_Style, int]:
    """Return the style of a paragraph, and how deep in lists it is."""
    settings = paragraph.find(f"{_W}pPr")
    if settings is None:
        return document.styles.get("Normal", _Style()), 0
    id_ = _value(settings, "pStyle") or "Normal"
    named = document.styles.get(id_, _Style())
    own = _Style(named.level, named.bold, named.listed, named.ordered, named.contents)
    name = id_ if id_ not in document.styles else ""
    _apply_own(own, re.sub(r"(?<=[a-z])(?=\d)", " ", name), settings, document)
    depth = _value(settings, "ilvl")
    return own, min(int(depth), 8) if depth.isdecimal() else 0


def _apply_own(style: _Style, name: str, settings: Any, document: _Document) -> None:
    contents = style.contents
    bold = style.bold  # what a paragraph says of bold is about the sign at its end
    _apply(style, name, settings, document)
    style.contents, style.bold = style.contents or contents, bold


def _fill_table(table: Any, source: Any, document: _Document) -> None:
    from lxml.etree import SubElement

    above: dict[int, Any] = {}
    for row in source.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl")) is not source:
            continue
        written, place = SubElement(table, "tr"), 0
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is not row:
                continue
            settings = cell.find(f"{_W}tcPr")
            width = _value(settings, "gridSpan") if settings is not None else ""
            merged = settings.find(f"{_W}vMerge") if settings is not None else None
            if merged is not None and merged.get(f"{_W}val") != "restart" and place in above:
                above[place].set("rowspan", str(int(above[place].get("rowspan", "1")) + 1))
            else:
                above[place] = SubElement(written, "td")
                if width.isdecimal():
                    above[place].set("colspan", width)
                _fill(above[place], cell, document)
            place += int(width) if width.isdecimal() and len(width) < 4 else 1


_Piece = tuple[str, bool, bool, str]
"""A text, whether it is bold and italic, and the address that it links to."""


def _pieces(paragraph: Any, document: _Document, is_bold: bool) -> Iterator[_Piece]:
    """Yield the pieces of a paragraph."""
    address = ""
    for run in paragraph.iter(f"{_W}r"):
        if next(run.iterancestors(f"{_W}p")) is not paragraph:
            continue  # a text box
        link = next(run.iterancestors(f"{_W}hyperlink", f"{_W}p"))
        settings = run.find(f"{_W}rPr")
        bold, italic = is_bold, False
        if settings is not None:
            weight = settings.find(f"{_W}b")
            bold = _is_on(weight) if weight is not None else is_bold
            italic = _is_on(settings.find(f"{_W}i"))
        for child in run:
            if child.tag == f"{_W}instrText" and (found := _ADDRESS.search(child.text or "")):
                address = found[1]
            elif child.tag == f"{_W}fldChar" and child.get(f"{_W}fldCharType") == "end":
                address = ""
        text = "".join(map(_text, run))
        if text:
            to = address
            for name, value in link.attrib.items():
                if name.endswith("}id"):
                    to = document.links.get(value, "")
                elif name == f"{_W}anchor":
                    to = f"#{value}"
            yield text, bold, italic, to


def _text(child: Any) -> str:
    if child.tag == f"{_W}t":
        return child.text or ""
    if child.tag == f"{_W}br" or child.tag == f"{_W}cr":
        return "\n" if child.get(f"{_W}type", "") in ("", "textWrapping") else ""
    if child.tag == f"{_W}noBreakHyphen":
        return "-"
    return " " if child.tag in (f"{_W}tab", f"{_W}ptab") else ""


def _write(element: Any, pieces: Iterable[_Piece]) -> None:
    """Write the pieces of a paragraph into an element, those of one look as one."""
    from lxml.etree import SubElement

    joined: list[list[Any]] = []
    for text, *look in pieces:
        if joined and (joined[-1][1] == look or not text.strip()):
            joined[-1][0] += text
        else:
            joined.append([text, look])
    for text, (bold, italic, address) in joined:
        inside = element
        plain_heading = element.tag.startswith("h")
        if address:
            inside = SubElement(inside, "a", href=_allowed(address))
        if bold and not plain_heading:
            inside = SubElement(inside, "b")
        if italic and not plain_heading:
            inside = SubElement(inside, "i")
        for place, line in enumerate(_allowed(text).split("\n")):
            if place:
                SubElement(inside, "br")
            if len(inside):
                inside[-1].tail = (inside[-1].tail or "") + line
            else:
                inside.text = (inside.text or "") + line


def _allowed(text: str) -> str:
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
