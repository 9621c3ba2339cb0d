"""HTML in texts: parsed, never run, and turned into Markdown. Nothing is fetched."""

import re
from typing import TYPE_CHECKING

from faq.transfer.table import UnreadableFile

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

MOST_CHARACTERS = 20_000_000  # of a page
MOST_DEPTH = 200  # elements in elements
HIDDEN = ("script", "style", "template", "noscript", "svg", "iframe", "object", "head", "input")
_TAG = re.compile(
    r"</(p|b|i|a|em|strong|u|div|span|ul|ol|li|h[1-6]|table|tr|td|code|pre|blockquote|font)>"
    r"|<br ?/?>|<p>|<hr ?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(nbsp|amp|lt|gt|quot|apos|#\d{2,5}|#x[0-9a-f]{2,4}|[a-z]{1,3}(uml|acute|grave|circ|slash|tilde|cedil|lig|ring|quo|dash));"
)


def parsed(html: str) -> "BeautifulSoup":
    """Return the document in a text. Raises `UnreadableFile` where it is too large or too deep."""
    from bs4 import BeautifulSoup

    if len(html) > MOST_CHARACTERS:
        raise UnreadableFile(
            f"The page has more than {MOST_CHARACTERS:,} characters. Split it, or save its table "
            "as CSV."
        )
    soup = BeautifulSoup(html, "lxml")
    if _depth(soup) > MOST_DEPTH:
        raise UnreadableFile(
            f"The page has more than {MOST_DEPTH} elements inside one another. Copy its text into "
            "a text file."
        )
    return soup


def markdown(html: "str | Tag") -> str:
    """Return HTML as Markdown: links, lists, tables and code stay, scripts and styles go."""
    from markdownify import MarkdownConverter

    soup = parsed(html) if isinstance(html, str) else html
    for hidden in soup.find_all(HIDDEN):
        hidden.decompose()
    converter = MarkdownConverter(
        heading_style="ATX",
        bullets="-",
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
    )
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


def _depth(soup: "Tag") -> int:
    """Return how many elements are inside one another; none is visited by recursion."""
    most, level = 0, [soup]
    while level:
        level = [child for tag in level for child in tag.find_all(True, recursive=False)]
        most += bool(level)
    return most
