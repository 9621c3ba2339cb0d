"""Questions and answers in a document: a web page, Markdown, Word or plain text.

All but plain text become HTML, and one reader finds the pairs in it, whatever they look like.
"""

import json
import re
from collections.abc import Iterable
from textwrap import dedent
from typing import TYPE_CHECKING, Any, BinaryIO

from faq.transfer.blocks import asks
from faq.transfer.cleaning import cleaned
from faq.transfer.encoding import detected
from faq.transfer.json_files import table_of_entries
from faq.transfer.markup import MOST_CHARACTERS, parsed
from faq.transfer.page_blocks import blocks_of_page
from faq.transfer.pairs import Found, Pair, pairs_of
from faq.transfer.table import Refused, Row, Table, UnreadableFile
from faq.transfer.text_blocks import blocks_of_text
from faq.transfer.website import own_entries
from faq.transfer.word import page_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_FRONT_MATTER = re.compile(r"\A\s*(---|\+\+\+)\n.*?\n\1[^\S\n]*\n", re.DOTALL)
MOST_LINES = 300_000  # of a text
_JSON_LD = re.compile(r"<script[^>]{0,200}application/ld\+json[^>]{0,200}>", re.IGNORECASE)
_AROUND_JSON = re.compile(r"\A\s*(?://\s*)?<!(?:\[CDATA\[|--)|(?://\s*)?(?:\]\]|--)>\s*\Z")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


def read_html(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the questions and answers of a web page. Raises `UnreadableFile`."""
    text = _text(file, encoding)
    if own := own_entries(text):
        return _table(Found([Pair(**entry) for entry in own]), "a web page")
    if asked := _json_ld(text):
        data = iter([{"@type": "FAQPage", "mainEntity": asked}])
        return cleaned(table_of_entries("schema.org data in a web page", data, language))
    return _table_of_page(parsed(text), "a web page")


def read_markdown(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the questions and answers of a text in Markdown. Raises `UnreadableFile`."""
    from markdown_it import MarkdownIt

    text = _text(file, encoding)
    if own := own_entries(text):
        return _table(Found([Pair(**entry) for entry in own]), "Markdown")
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    page = str(renderer.render(_tidy(text)))
    return _table_of_page(parsed(page, source_lines=True), "Markdown")


def read_word(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the questions and answers of a Word document. Raises `UnreadableFile`."""
    return _table_of_page(page_of(file), "a Word document")


def read_text(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the questions and answers of a plain text. Raises `UnreadableFile`."""
    text = _text(file, encoding)
    found = pairs_of(blocks_of_text(text))
    if not any(pair.answer for pair in found.pairs):
        found = pairs_of(blocks_of_text(text, topics=True))
    for pair in found.pairs:
        pair.answer = _without_indent(pair.answer)
    return _table(found, "text")


def _table_of_page(body: "HtmlElement", what: str) -> Table:
    return _table(pairs_of(blocks_of_page(body)), what)


def _table(found: Found, what: str) -> Table:
    """Return the table of what was found in a document. Raises `UnreadableFile` for nothing."""
    pairs = _without_contents(found.pairs)
    if not any(pair.answer for pair in pairs):
        if len(pairs) > 1 and all(asks(pair.question, with_mark=True) for pair in pairs):
            rows: Iterable[Row] = ((n, {"question": p.question}) for n, p in enumerate(pairs, 1))
            return Table(
                ("question",), iter(list(rows)), f"a list of questions in {what}", (), True
            )
        raise UnreadableFile(
            f"No questions and answers were found in {what}. Make each question a heading, or "
            "write Q: before it and A: before its answer."
        )
    columns = ("question", "answer", "category")[: 2 + any(pair.category for pair in pairs)]
    unused = [f"'{' '.join(text.split())[:60]}'" for text in found.unused if text]
    note = f"Text that belongs to no question is not used: {', '.join(unused[:3])}" + (
        f" and {len(unused) - 3} more." if len(unused) > 3 else "."
    )
    rows = [(number, _cells(pair, columns)) for number, pair in enumerate(pairs, start=1)]
    return Table(columns, iter(rows), what, (note,) * bool(unused), is_markdown=True)


def _without_indent(answer: str) -> str:
    """Return an answer without the spaces that all of its lines begin with; the first may have
    lost them with a label, unless a list begins there."""
    first, _, rest = answer.partition("\n")
    if re.match(r"\s*([-*•]|\d+[.)])\s", first):
        return dedent(answer)
    return first.strip() + ("\n" + dedent(rest)) * bool(rest)


def _without_contents(pairs: list[Pair]) -> list[Pair]:
    """Return the pairs without questions that come once more with an answer: a list of contents."""
    answered = {pair.question.casefold() for pair in pairs if pair.answer}
    return [p for p in pairs if p.answer or p.question.casefold() not in answered]


def _cells(pair: Pair, columns: Iterable[str]) -> dict[str, str] | Refused:
    if not pair.answer:
        return Refused(f"The question '{pair.question[:60]}' has no answer.", [pair.question])
    return {column: getattr(pair, column) for column in columns}


def _text(file: BinaryIO, encoding: str) -> str:
    text = detected(file, encoding).text(file).read(MOST_CHARACTERS + 1)
    if len(text) > MOST_CHARACTERS:
        raise UnreadableFile(f"The text has more than {MOST_CHARACTERS:,} characters. Split it.")
    if text.count("\n") + text.count("\r") > 2 * MOST_LINES:
        raise UnreadableFile(f"The text has more than {MOST_LINES:,} lines. Split it.")
    return text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")


def _tidy(text: str) -> str:
    """Return Markdown without front matter, and with the space that headings lack in some."""
    text = _FRONT_MATTER.sub("", text, count=1)
    lines, fence = text.split("\n"), ""
    for place, line in enumerate(lines):
        if mark := _FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        elif not fence:
            lines[place] = re.sub(r"^(#{2,6})(?=[^#\s])", r"\1 ", line)
    return "\n".join(lines)


def _json_ld(text: str) -> list[dict[str, Any]]:
    """Return the questions that a page has for search engines, as schema.org describes them."""
    found: list[dict[str, Any]] = []
    for part in re.split("</script", text, flags=re.IGNORECASE)[:-1]:
        start = _JSON_LD.search(part)
        script = part[start.end() :] if start else ""
        if "Question" not in script:
            continue
        try:
            data = json.loads(_AROUND_JSON.sub("", script), strict=False)
        except (ValueError, RecursionError):
            continue
        left = [data]
        while left:
            value = left.pop()
            if isinstance(value, dict) and value.get("@type") in ("Question", ["Question"]):
                found.append(value)
            elif isinstance(value, dict | list):
                inside = list(value.values()) if isinstance(value, dict) else value
                left += reversed(inside)
    return found
