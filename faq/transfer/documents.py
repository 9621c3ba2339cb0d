"""Questions and answers in a document: a web page, Markdown, Word or plain text, all as HTML.

One reader finds the pairs, whatever they look like: schema.org data, folded parts, definition
lists, tables, headings, bold or numbered questions, `Q:` and `A:`. A document is flattened into
blocks; some are a question each way they could be one, and the document decides which ways count.
"""

import html
import json
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO

from faq.column_names import ANSWER, QUESTION, names
from faq.transfer.encoding import detected
from faq.transfer.grid import QUESTION_MARKS, is_table, table_of
from faq.transfer.json_files import table_of_entries
from faq.transfer.markup import MOST_CHARACTERS, markdown, parsed
from faq.transfer.table import Table, UnreadableFile
from faq.transfer.website import own_entries

if TYPE_CHECKING:
    from bs4.element import PageElement, Tag

LONGEST_QUESTION = 300
_SKIPPED = ("nav", "footer", "aside", "form", "script", "style", "template", "noscript", "dialog")
_SKIPPED_CLASS = re.compile(
    r"breadcrumb|\bnav|menu|cookie|sidebar|footer|toc\b|vote|share|pagination", re.I
)
_BLOCKS = (
    *("address", "article", "blockquote", "body", "button", "center", "dd", "details", "div", "dl"),
    *("dt", "fieldset", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li"),
    *("main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "th", "tr", "ul"),
)
_ACCORDION = re.compile(r"accordion|faq|question|collaps|toggle|expand|panel-title", re.I)
# One letter for a question and for an answer, as people write them in several languages.
_LETTERS = "QFPDVSBKTC", "AROSJVBC"
_WORDS = tuple(
    "|".join(sorted((re.escape(name) for name in names(words) if len(name) > 1), key=len)[::-1])
    for words in (QUESTION, ANSWER.partition("body|")[0])
)
_ASKS, _ANSWERS = (
    re.compile(
        rf"[\W_]{{0,4}}(?:(?:{words})\s*\d*|[{letters}ВО问問答]\s?\d*)[*_]*\s*[:：.)\]][*_]*\s*",
        re.I,
    )
    for words, letters in zip(_WORDS, _LETTERS, strict=True)
)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)*\s*[.):]|\d+(?:\.\d+)+)\s+")


class Way(IntEnum):
    """How a block can be a question. A document's questions are those of the first of these ways
    that it has any of, with all in `PAIR`, which are always questions."""

    PAIR = 0
    MARKED = 1  # Q: and A:
    HEADING = 2
    BOLD = 3
    NUMBERED = 4
    PARAGRAPH = 5
    NONE = 6


@dataclass(slots=True)
class Block:
    """A part of a document: how it can be a question, its text in one line, and in Markdown. A
    `level` says how deep a heading is. A pair has its `answer`, and maybe a category."""

    way: Way
    text: str
    markdown: str
    level: int = 0
    answer: str = ""
    category: str = ""

    @property
    def asks(self) -> bool:
        return self.text.rstrip("*_ \"'”»)").endswith(QUESTION_MARKS)


def read_html(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the questions and answers of a web page. Raises `UnreadableFile`."""
    text = _text(file, encoding)
    own = own_entries(text)
    return _table(own, "a web page") if own else table_of_page(text, "a web page", language)


def read_markdown(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the questions and answers of a text in Markdown. Raises `UnreadableFile`."""
    text = _text(file, encoding)
    own = own_entries(text)
    return _table(own, "Markdown") if own else table_of_page(_page_of(text), "Markdown", language)


def read_word(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the questions and answers of a Word document. Raises `UnreadableFile`."""
    import mammoth

    styles = "\n".join(
        ["p[style-name='Title'] => h1:fresh"]
        + [f"p[style-name='Heading {n}'] => h{n + 1}:fresh" for n in range(1, 6)]
    )
    try:
        page = mammoth.convert_to_html(file, style_map=styles, convert_image=lambda image: []).value
    except Exception as error:  # whatever is wrong with the document
        raise UnreadableFile(
            f"The Word document cannot be read: {str(error)[:80]}. Save it again as .docx."
        ) from None
    return table_of_page(page, "a Word document", language)


def read_text(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the questions and answers of a plain text. Raises `UnreadableFile`."""
    text = _text(file, encoding)
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = [block for paragraph in paragraphs for block in _of_paragraph(paragraph)]
    if rows := list(_pairs(blocks)):
        return _table(rows, "text")
    asked = [line.strip() for line in text.splitlines() if line.strip()]
    if asked and all(line.endswith(QUESTION_MARKS) for line in asked):
        numbered = ((number, {"question": line}) for number, line in enumerate(asked, start=1))
        return Table(("question",), numbered, "a list of questions", (), True)
    raise _nothing_found("text")


def table_of_page(page: str, what: str, language: str = "") -> Table:
    """Return the questions and answers of HTML. Raises `UnreadableFile` where it has none."""
    soup = parsed(page)
    data = [json_ld for script in soup.find_all("script") if (json_ld := _json_ld(script))]
    if data:
        try:
            return table_of_entries(f"schema.org data in {what}", iter(data), language)
        except UnreadableFile:
            pass  # data about something else
    rows = list(_pairs(list(_blocks(soup.body or soup))))
    if not rows:
        raise _nothing_found(what)
    return _table(rows, what)


def _nothing_found(what: str) -> UnreadableFile:
    return UnreadableFile(
        f"No questions and answers were found in {what}. Make each question a heading, or write "
        "Q: before it and A: before its answer."
    )


def _table(rows: list[dict[str, str]], what: str) -> Table:
    columns = ("question", "answer", "category")
    has_category = any(row.get("category") for row in rows)
    return Table(columns[: 2 + has_category], iter(list(enumerate(rows, start=1))), what)


def _text(file: BinaryIO, encoding: str) -> str:
    text = detected(file, encoding).text(file).read(MOST_CHARACTERS + 1)
    if len(text) > MOST_CHARACTERS:
        raise UnreadableFile(f"The text has more than {MOST_CHARACTERS:,} characters. Split it.")
    return text.replace("\ufeff", "")


def _page_of(text: str) -> str:
    from markdown_it import MarkdownIt

    text = re.sub(r"\A---\n.*?\n---\n", "", text, count=1, flags=re.DOTALL)  # front matter
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def _json_ld(script: "Tag") -> Any:
    if script.get("type") != "application/ld+json" or "Question" not in script.get_text():
        return None
    try:
        return json.loads(script.get_text())
    except (ValueError, RecursionError):
        return None


# From a document to blocks


def _blocks(tag: "Tag") -> Iterator[Block]:
    """Yield the blocks of an element, in order."""
    from bs4.element import Tag

    inline: list[PageElement] = []
    for child in list(tag.children):
        is_block = isinstance(child, Tag) and (
            child.name in _BLOCKS or child.find(_is_block) is not None
        )
        if not is_block:
            inline.append(child)
            continue
        assert isinstance(child, Tag)
        yield from _of_inline(inline)
        inline = []
        yield from _of_element(child)
    yield from _of_inline(inline)


def _is_block(tag: "Tag") -> bool:
    return tag.name in _BLOCKS


def _of_element(tag: "Tag") -> Iterator[Block]:
    classes = " ".join([*(tag.get("class") or ()), str(tag.get("role") or "")])
    if tag.name in _SKIPPED or _SKIPPED_CLASS.search(classes):
        return
    if tag.name == "header" and tag.find(["form", "nav"]):
        return
    match tag.name:
        case "details" if (summary := tag.find("summary")) is not None:
            asked = _line(summary)
            summary.decompose()
            yield Block(Way.PAIR, asked, "", answer=markdown(tag))
        case "dl":
            yield from _of_definitions(tag)
        case "table":
            yield from _of_table(tag)
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            yield Block(Way.HEADING, _line(tag), "", level=int(tag.name[1]))
        case "button":
            if _ACCORDION.search(classes) or tag.has_attr("aria-expanded"):
                yield Block(Way.HEADING, _line(tag), "", level=7)
        case "ol" | "ul":
            yield from _of_list(tag)
        case "p" | "pre" | "blockquote":
            yield from _of_inline([tag])
        case _:
            yield from _blocks(tag)


def _of_inline(parts: "list[PageElement]") -> Iterator[Block]:
    """Yield the block of elements that are one paragraph."""
    from bs4 import BeautifulSoup

    page = "".join(map(str, parts)) if len(parts) != 1 else str(parts[0])
    if not page.strip():
        return
    paragraph = BeautifulSoup(page, "lxml")
    text = _line(paragraph)
    if not text:
        return
    if paragraph.find("pre"):
        yield Block(Way.NONE, text, markdown(paragraph))
        return
    bold = paragraph.find(["b", "strong"])
    before = bold is not None and not _before(paragraph, bold).strip(" \n\t0123456789.):QF-•*")
    if bold is not None and before and (asked := _line(bold)):
        bold_only = text.strip() == asked or (text.endswith(asked) and len(text) - len(asked) < 8)
        if bold_only:
            yield Block(
                Way.MARKED if _ASKS.match(text) else Way.BOLD, text, markdown(paragraph), level=8
            )
            return
        if asked.rstrip(": ").endswith(QUESTION_MARKS) and not _ANSWERS.match(text):
            rest = markdown(paragraph).partition(markdown(BeautifulSoup(str(bold), "lxml")))[2]
            if rest.strip():
                yield Block(Way.BOLD, asked, "", level=8, answer=rest.strip(" \n:-–—"))
                return
    yield from _of_paragraph(markdown(paragraph))


def _before(paragraph: "Tag", bold: "Tag") -> str:
    return "".join(
        str(text)
        for text in bold.find_all_previous(string=True)
        if text.find_parent("html") is not None
    )


def _of_paragraph(text: str) -> Iterator[Block]:
    """Yield the blocks of a paragraph, in which each line may be marked as a question or answer."""
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        marked = _ASKS.match(line) or _ANSWERS.match(line)
        if lines and (marked or _NUMBER.match(line)):
            yield from _of_lines(lines)
            lines = []
        lines.append(line)
    yield from _of_lines(lines)


def _of_lines(lines: list[str]) -> Iterator[Block]:
    text = "\n".join(line.rstrip() for line in lines).strip()
    if not text:
        return
    first, _, rest = text.partition("\n")
    plain_first = re.sub(r"[*_]{1,3}", "", first)
    if _ASKS.match(text) and not _ANSWERS.match(text):
        yield Block(Way.MARKED, first, text, answer=rest)
    elif _NUMBER.match(plain_first) and Block(Way.NONE, plain_first, "").asks:
        yield Block(Way.NUMBERED, plain_first, text, level=9, answer=rest)
    elif Block(Way.NONE, plain_first, "").asks and len(first) <= LONGEST_QUESTION and not rest:
        yield Block(Way.PARAGRAPH, plain_first, text, level=10)
    else:
        yield Block(Way.NONE, plain_first, text)


def _of_definitions(tag: "Tag") -> Iterator[Block]:
    asked, answers = "", []
    for child in [*tag.find_all(["dt", "dd"])]:
        if child.name == "dd":
            answers.append(_inside(child))
            continue
        if asked and answers:
            yield Block(Way.PAIR, asked, "", answer="\n\n".join(answers))
        asked, answers = _line(child), []
    if asked and answers:
        yield Block(Way.PAIR, asked, "", answer="\n\n".join(answers))


def _of_table(tag: "Tag") -> Iterator[Block]:
    """Yield the rows of a table of questions and answers; or another table as part of a text."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in tag.find_all("tr")]
    lines = [[_inside(cell) for cell in cells] for cells in rows]
    table = table_of(enumerate(lines, start=1), "a table", padded=True)
    if not is_table(table):
        yield Block(Way.NONE, _line(tag), markdown(tag))
        return
    from faq.transfer.columns import by_field, guessed

    columns = guessed(table.columns)
    for _, cells in table.rows:
        if isinstance(cells, dict):
            row = by_field(cells, columns)
            asked = " ".join(row["question"].split())
            category = row.get("category", "")
            yield Block(Way.PAIR, asked, "", answer=row.get("answer", ""), category=category)


def _of_list(tag: "Tag") -> Iterator[Block]:
    """Yield the questions that items of a list are or begin with; or the list as part of a text."""
    items = tag.find_all("li", recursive=False)
    found = [list(_blocks(item)) for item in items]
    asking = [
        blocks
        for blocks in found
        if blocks and (blocks[0].way < Way.PARAGRAPH or blocks[0].way == Way.PARAGRAPH)
    ]
    links = [item for item in items if (a := item.find("a")) and _line(a) == _line(item)]
    if items and len(links) == len(items) and all(_to_itself(item) for item in items):
        return  # a table of contents
    if asking and len(asking) * 2 >= len(items):
        for blocks in found:
            if blocks and blocks[0].way == Way.PARAGRAPH:
                blocks[0].way = Way.NUMBERED
            yield from blocks
        return
    yield Block(Way.NONE, _line(tag), markdown(tag))


def _to_itself(item: "Tag") -> bool:
    link = item.find("a")
    return link is not None and str(link.get("href") or "").startswith("#")


def _inside(tag: "Tag") -> str:
    """Return what an element contains as Markdown, without what the element itself would add."""
    inside = copy(tag)
    inside.name = "div"
    return markdown(inside)


def _line(tag: "Tag") -> str:
    """Return an element's text in one line."""
    return " ".join(tag.get_text(" ", strip=False).replace("\xa0", " ").split())


# From blocks to pairs


def _pairs(blocks: list[Block]) -> Iterator[dict[str, str]]:
    """Yield the questions of a document, each with what follows it as its answer."""
    way, levels = _way_of_questions(blocks)
    headings = [block for block in blocks if block.way == Way.HEADING]
    tops = [block for block in headings if block.level == 1]
    title = tops[0] if len(tops) == 1 and headings[0] is tops[0] and len(headings) > 1 else None
    if way == Way.NONE and len(tops) == 1 and len(headings) == 1:
        title = tops[0]
    categories: list[Block] = []
    asked, answer = "", [""]
    category = ""

    def finished() -> Iterator[dict[str, str]]:
        text = "\n\n".join(part for part in answer if part).strip()
        if asked and text:
            row = {"question": _clean_question(asked), "answer": text}
            yield row | ({"category": category} if category else {})

    for block in blocks:
        is_question = (
            block.way == Way.PAIR
            or (
                (block.way == way and way in (Way.MARKED, Way.NUMBERED, Way.PARAGRAPH))
                and (block.asks or way == Way.MARKED)
            )
            or (block.way == way and way in (Way.HEADING, Way.BOLD) and block.level in levels)
        ) and block is not title
        if is_question:
            yield from finished()
            asked, answer = block.text, [block.answer]
            above = [heading for heading in categories if heading.level < (block.level or 10)]
            category = block.category or (above[-1].text if above else "")
            if block.way == Way.PAIR:
                yield from finished()
                asked = ""
        elif block.way == Way.HEADING and not (asked and block.level > max(levels, default=0) > 0):
            yield from finished()
            asked = ""
            categories = [heading for heading in categories if heading.level < block.level]
            categories += [block] * (block is not title)
        elif block.way == Way.HEADING:
            answer.append(f"**{block.text}**")
        elif block.way == Way.BOLD and way == Way.BOLD and not block.asks and not block.answer:
            yield from finished()
            asked = ""
            categories = [heading for heading in categories if heading.level < 7]
            categories.append(Block(Way.HEADING, block.text, "", level=7))
        else:
            answer.append(_clean_answer(block) if asked else "")
    yield from finished()


def _way_of_questions(blocks: list[Block]) -> tuple[Way, set[int]]:
    """Return which of the ways a document's questions are written in, and the levels of headings
    that are questions."""
    marked = [block for block in blocks if block.way == Way.MARKED]
    answers = [block for block in blocks if _ANSWERS.match(block.markdown)]
    if marked and answers:
        return Way.MARKED, set()
    headings = [block for block in blocks if block.way == Way.HEADING]
    levels = {block.level for block in headings if block.asks}
    if levels:
        return Way.HEADING, levels
    for way in (Way.BOLD, Way.NUMBERED, Way.PARAGRAPH):
        if any(block.way == way and block.asks for block in blocks):
            return way, {block.level for block in blocks if block.way == way}
    if any(block.way == Way.PAIR for block in blocks):
        return Way.PAIR, set()
    followed = [
        block.level
        for block, after in pairwise(blocks)
        if block.way == Way.HEADING and after.way == Way.NONE
    ]
    if len(followed) > 1:
        return Way.HEADING, {max(followed, key=followed.count)}
    return Way.NONE, set()


def _clean_question(text: str) -> str:
    text = " ".join(re.sub(r"[*_]{2,3}|^[-*•]\s+", "", text).split())
    text = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
    if _ASKS.match(text):
        text = _ASKS.sub("", text, count=1)
    return html.unescape(text).strip(" *_")


def _clean_answer(block: Block) -> str:
    return (
        _ANSWERS.sub("", block.markdown, count=1)
        if _ANSWERS.match(block.markdown)
        else block.markdown
    )
