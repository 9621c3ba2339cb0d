"""HTML: parsed, never run, and turned into Markdown. Nothing is fetched."""

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from faq.transfer.table import UnreadableFile

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from markdownify import MarkdownConverter

MOST_CHARACTERS = 20_000_000  # of a text
MOST_ELEMENTS = 200_000  # of a page
MOST_DEPTH = 200  # elements in elements
HIDDEN = ("script", "style", "template", "noscript", "svg", "iframe", "object", "head", "input")
_HIDDEN = (*HIDDEN, "select", "textarea", "option", "audio", "video", "canvas", "math")
_TAG = re.compile(
    r"</(p|b|i|a|em|strong|u|div|span|ul|ol|li|h[1-6]|table|tr|td|code|pre|blockquote|font)>"
    r"|<br ?/?>|<p>|<hr ?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(nbsp|amp|lt|gt|quot|apos|#\d{2,5}|#x[0-9a-f]{2,4}|[a-z]{1,3}(uml|acute|grave|circ|slash|tilde|cedil|lig|ring|quo|dash));"
)
_BOLD_STYLE = re.compile(r"font-weight:\s*(bold|[6-9]00)")
_BOLD_CLASS = re.compile(r"\.([\w-]+)\s*\{[^{}]*font-weight:\s*(?:bold|[6-9]00)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML
_SPACE = re.compile(r"\s+")
_TRACKED = re.compile(r"https?://www\.google\.com/url\?(?:[^#]*&)?q=([^&]+)")


def parsed(html: str, *, source_lines: bool = False) -> "HtmlElement":
    """Return the body of a page, without what is not shown. Line breaks of its source are spaces,
    unless they are kept as `source_lines`.

    Raises `UnreadableFile` where it is too large or too deep.
    """
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    if len(html) > MOST_CHARACTERS or html.count("<") > 2 * MOST_ELEMENTS:
        raise UnreadableFile(
            f"The page has more than {MOST_CHARACTERS:,} characters or {MOST_ELEMENTS:,} elements. "
            "Split it, or save its table as CSV."
        )
    data = _FORBIDDEN.sub(" ", html).encode()
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        page = document_fromstring(b"<!doctype html>" + data + b"<p></p>", parser=parser)
    except ParserError:
        raise UnreadableFile("The page is empty, or all of it is a comment.") from None
    if _is_deep(page):
        raise UnreadableFile(
            f"The page has more than {MOST_DEPTH} elements inside one another. Copy its text into "
            "a text file."
        )
    _make_plain(page, source_lines)
    body = page.find("body")
    return page if body is None else body


def markdown(html: "str | HtmlElement") -> str:
    """Return HTML as Markdown: links, lists, tables and code stay, scripts and styles go."""
    from bs4 import BeautifulSoup
    from lxml.html import tostring

    body = parsed(html, source_lines=True) if isinstance(html, str) else html
    if not len(body) and body.tag in ("p", "div", "body", "td", "th", "li", "dd", "dt"):
        return _in_lines(body.text or "")
    converter = _converter()(
        heading_style="ATX",
        bullets="-",
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
        code_language_callback=_language_of,
    )
    soup = BeautifulSoup(tostring(body, encoding="unicode", with_tail=False), "lxml")
    text: str = converter.convert_soup(soup).replace("\xa0", " ")
    lines = [line.rstrip() for line in text.strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def cleaned(cell: str) -> str:
    """Return a text that may have been written for a web page, as Markdown; others as they are."""
    if not (_TAG.search(cell) or _ENTITY.search(cell)):
        return cell
    # A line break of the text itself is none in HTML.
    broken = (
        cell if re.search(r"<(p|br|div|li)\b", cell, re.IGNORECASE) else cell.replace("\n", "<br>")
    )
    return markdown(broken)


def text_of(element: "HtmlElement") -> str:
    """Return an element's text in one line."""
    if not len(element):
        return " ".join((element.text or "").split())
    parts: list[str] = []
    for each in element.iter():
        parts.append(" " * (each.tag in ("br", "p", "div", "li", "td")) + (each.text or ""))
        parts.append(each.tail or "" if each is not element else "")
    return " ".join("".join(parts).split())


def _is_deep(page: "HtmlElement") -> bool:
    level = [page]
    for _ in range(MOST_DEPTH):
        level = [child for element in level for child in element]
    return bool(level)


def _make_plain(page: "HtmlElement", source_lines: bool) -> None:
    """Take out what is not shown, and write as elements what is done by styles and by classes."""
    styles = "".join(style.text or "" for style in page.iter("style"))
    bold = set(_BOLD_CLASS.findall(styles))
    for element in list(page.iter()):
        if element.tag in _HIDDEN and element.getparent() is not None:
            element.drop_tree()
        elif element.tag in ("span", "font", "b", "strong"):
            weight = element.get("style") or ""
            classes = (element.get("class") or "").split()
            if element.tag == "b" and "font-weight:normal" in weight.replace(" ", ""):
                element.tag = "span"  # around all that was copied from Google Docs
            elif _BOLD_STYLE.search(weight) or bold.intersection(classes):
                element.tag = "b"
        elif element.tag == "a" and (tracked := _TRACKED.match(element.get("href") or "")):
            element.set("href", unquote(tracked[1]))
    for element in page.iter():  # what was written as &#12;
        if element.text and _FORBIDDEN.search(element.text):
            element.text = _FORBIDDEN.sub(" ", element.text)
        if element.tail and _FORBIDDEN.search(element.tail):
            element.tail = _FORBIDDEN.sub(" ", element.tail)
    if source_lines:
        return
    code = {element for pre in page.iter("pre") for element in pre.iter()}
    for element in page.iter():
        if element.text and element not in code:
            element.text = _SPACE.sub(" ", element.text)
        if element.tail and (element not in code or element.tag == "pre"):
            element.tail = _SPACE.sub(" ", element.tail)


def _in_lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


@cache
def _converter() -> "type[MarkdownConverter]":
    from markdownify import MarkdownConverter

    class Converter(MarkdownConverter):
        def convert_summary(self, el: object, text: str, parent_tags: object) -> str:
            return f"\n\n**{text.strip()}**\n\n"

    return Converter


def _language_of(code: "HtmlElement") -> str:
    for element in (code, code.find("code")):
        classes = element.get("class") if element is not None else None
        for name in classes or ():
            if name.startswith("language-"):
                return str(name[len("language-") :])
    return ""
