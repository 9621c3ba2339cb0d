"""The blocks of a web page."""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from faq.transfer.blocks import LONGEST_QUESTION, Block, Form, asks, clean_title
from faq.transfer.grid import is_table, table_of
from faq.transfer.labels import labels_in
from faq.transfer.markup import markdown, text_of
from faq.transfer.text_blocks import blocks_of_lines

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_CELLS = 100  # of a row; merged cells count as often as they reach
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "button", "center", "dd", "details"),
        *("dialog", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "header", "hr"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "html", "li", "main", "nav", "ol", "p", "pre"),
        *("section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_MARKING = ("h2", "h3", "h4", "h5", "h6", "summary", "dt", "b", "strong", "p")
_AROUND = frozenset(["nav", "footer", "aside", "form", "dialog"])
_AROUND_CLASS = re.compile(
    r"(^|[\s_-])(breadcrumbs?|nav(bar|igation)?|menu|cookies?|consent|gdpr|sidebar|footer|toc|"
    r"table-of-contents|votes?|voting|shar(e|ing)|social|pagination|pager|related|comments?|"
    r"newsletter|subscribe|feedback|helpful|reactions?|rating|skip-link|banner|search|meta|byline|"
    r"author|more-questions|advert\w*|promo|modal|popup)([\s_-]|$)",
    re.IGNORECASE,
)
_TOGGLE_CLASS = re.compile(
    r"question|accordion|collaps|toggle|expand|panel-title|faq-?_?-?(title|head|q)|(^|[\s_-])q([\s_-]|$)",
    re.IGNORECASE,
)
_NO_TOGGLE_CLASS = re.compile(
    r"answer|content|body|description|inner|wrap|list|group|item$|icon|panel(?!-title|-head)",
    re.IGNORECASE,
)
_RATING = re.compile(
    r"(was|were|did|is) (this|these|that|we) .{0,30}(helpful|useful|help you|answer your question)"
    r"|war (dieser|diese|das) .{0,30}hilfreich|cet article .{0,20}utile|te resultó útil|fue útil",
    re.IGNORECASE,
)


def blocks_of_page(body: "HtmlElement") -> list[Block]:
    """Return the blocks of a page."""
    return list(_Page(body).blocks(body))


class _Page:
    """What of a page the reading of each of its elements needs: its labels, and its size."""

    def __init__(self, body: "HtmlElement"):
        self._labels = labels_in(_lines(body))
        self._marks = _marks(body)
        self._with_blocks = _with_blocks(body)

    def blocks(self, element: "HtmlElement") -> Iterator[Block]:
        """Yield the blocks of what is in an element."""
        inline: list[HtmlElement | str] = [element.text or ""]
        for child in element:
            if self._is_block(child):
                yield from self._of_inline(inline)
                inline = []
                yield from self._of_element(child)
            else:
                inline.append(child)
            inline.append(child.tail or "")
        yield from self._of_inline(inline)

    def _is_block(self, element: "HtmlElement") -> bool:
        return element.tag in _BLOCKS or element in self._with_blocks or _is_toggle(element)

    def _of_element(self, element: "HtmlElement") -> Iterator[Block]:
        tag = element.tag
        if self._is_around(element):
            return
        if (element.get("itemtype") or "").rstrip("/").endswith("schema.org/Question"):
            yield from self._of_microdata(element)
        elif tag == "hr":
            yield Block(Form.RULE, "", "")
        elif tag == "details" and (summary := element.find("summary")) is not None:
            yield from self._of_details(element, summary)
        elif tag == "dl":
            yield from self._of_definitions(element)
        elif tag == "table":
            yield from self._of_table(element)
        elif tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            yield from self._of_heading(element, int(tag[1]))
        elif _is_toggle(element) and element not in self._with_blocks:
            yield from self._of_heading(element, Form.TOGGLE)
        elif tag == "button":
            return
        elif tag in ("ol", "ul"):
            yield from self._of_list(element)
        elif tag == "pre":
            yield Block(Form.TEXT, text_of(element)[:LONGEST_QUESTION], element)
        elif tag == "blockquote":
            inside = list(self.blocks(element))
            yield Block(Form.TEXT, "", element, parts=inside)
        elif tag == "p" and element not in self._with_blocks:
            if element.find(".//br") is None:
                yield from self._of_paragraph(element)
            else:
                yield from self.blocks(element)
        else:
            yield from self.blocks(element)

    def _is_around(self, element: "HtmlElement") -> bool:
        """Whether an element is none of the text, but beside it, as a menu."""
        role = element.get("role") or ""
        names = " ".join(filter(None, (element.get("class"), element.get("id"))))
        if element.tag == "header":
            around = element.find(".//form") is not None or element.find(".//nav") is not None
        else:
            around = (
                element.tag in _AROUND
                or role in ("navigation", "search", "dialog", "alertdialog", "complementary")
                or bool(names and _AROUND_CLASS.search(names))
            )
        if not around or next(element.iter("h1", "main", "article"), None) is not None:
            return False
        if (marks := _marks(element)) > 1 and marks * 2 > self._marks:
            return False  # it is around the text
        if element.tag == "nav" or role == "navigation":
            length = _length(element)
            return sum(_length(link) for link in element.iter("a", "button")) * 2 >= length
        if element.tag == "aside" and not names:
            return any(element.find(f".//{tag}") is not None for tag in ("h2", "h3", "h4", "nav"))
        return True

    def _of_heading(self, element: "HtmlElement", form: int) -> Iterator[Block]:
        for link in list(element.iter("a")):
            if text_of(link) in ("", "#", "¶", "§", "🔗", "Link", "Permalink", "Anchor"):
                link.drop_tree()
        title = text_of(element)
        if not title:
            return
        if (asked := self._labels.after_question(title)) is not None:
            yield Block(Form.LABEL, clean_title(asked), element)
        elif (answer := self._labels.after_answer(title)) is not None:
            yield Block(Form.ANSWER, "", element, answer)
        else:
            yield Block(form, clean_title(title), element)

    def _of_inline(self, parts: "list[HtmlElement | str]") -> Iterator[Block]:
        """Yield the blocks of text that is in no block of its own; two line breaks end one."""
        if all(isinstance(part, str) and not part.strip() for part in parts):
            return
        paragraph: list[HtmlElement | str] = []
        breaks = 0
        for part in parts:
            if isinstance(part, str):
                breaks = 0 if part.strip() else breaks
            elif part.tag == "br":
                breaks += 1
            else:
                breaks = 0
            paragraph.append(part)
            if breaks > 1:
                yield from self._of_paragraph(_paragraph_of(paragraph))
                paragraph, breaks = [], 0
        yield from self._of_paragraph(_paragraph_of(paragraph))

    def _of_paragraph(self, element: "HtmlElement") -> Iterator[Block]:
        """Yield the block of an element that has text alone."""
        text = text_of(element)
        if not text:
            if element.find(".//img") is not None:
                yield Block(Form.TEXT, "", element)
            return
        if _is_way_back(element, text) or (len(text) < 120 and _RATING.match(text)):
            return
        bold, rest = _bold_start(element) if len(element) else ("", None)
        said = text_of(rest) if rest is not None else ""
        if bold and rest is not None and self._is_free(f"**{bold}** {said}"):
            broken = rest.find("br") is not None or element.find("br") is not None
            if not said or not re.search(r"\w", said):
                yield Block(Form.BOLD, clean_title(bold), element)
                return
            if asks(bold.rstrip(": "), with_mark=True) or (broken and not bold.endswith(":")):
                yield Block(Form.BOLD, clean_title(bold.rstrip(": ")), element, _trimmed(rest))
                return
        written = (
            markdown(element)
            if len(element)
            else "\n".join(
                filter(None, (" ".join(line.split()) for line in (element.text or "").split("\n")))
            )
        )
        yield from blocks_of_lines(written, self._labels, element)

    def _is_free(self, text: str) -> bool:
        """Whether a text has no label that says what it is."""
        labels = self._labels
        return labels.after_question(text) is None and labels.after_answer(text) is None

    def _of_details(self, element: "HtmlElement", summary: "HtmlElement") -> Iterator[Block]:
        title = text_of(summary)
        inside = deepcopy(element)
        inside.find("summary").drop_tree()
        inside.tag, inside.tail = "div", None
        parts = list(self.blocks(inside))
        nested = [part for part in parts if part.form in (Form.FOLDED, *range(1, 8)) and part.asks]
        if nested and not asks(title, with_mark=True):
            level = min(part.form for part in nested) - 1
            yield Block(min(max(level, 1), 6), clean_title(title), summary)
            yield from parts
            return
        asked = self._labels.after_question(title)
        yield Block(Form.FOLDED, clean_title(title if asked is None else asked), element, inside)

    def _of_definitions(self, element: "HtmlElement") -> Iterator[Block]:
        parts: list[Block] = []
        answers: list[str] = []
        for child in element.iter("dt", "dd"):
            if next(child.iterancestors("dl"), None) is not element:
                continue
            if child.tag == "dt":
                answers = []
                title = text_of(child)
                asked = self._labels.after_question(title)
                parts.append(Block(Form.FOLDED, clean_title(asked or title), child))
            elif parts:
                answers.append(_inside(child))
                parts[-1].rest = "\n\n".join(answers)
        yield Block(Form.TEXT, "", element, parts=parts)

    def _of_microdata(self, element: "HtmlElement") -> Iterator[Block]:
        found: dict[str, HtmlElement] = {}
        for each in element.iter():
            for name in (each.get("itemprop") or "").split():
                found.setdefault(name, each)
        answer = found.get("text", found.get("acceptedAnswer"))
        if answer is None or "name" not in found:
            yield from self.blocks(element)
            return
        title = found["name"].get("content") or text_of(found["name"])
        yield Block(Form.FOLDED, clean_title(title), element, _as_division(answer))

    def _of_table(self, element: "HtmlElement") -> Iterator[Block]:
        """Yield the table; its parts are the questions in its rows, or what else is in cells."""
        from faq.transfer.columns import by_field, guessed

        rows = _rows(element)
        width = max(map(len, rows), default=0)
        written = {cell: _inside(cell) for row in rows for cell in dict.fromkeys(row)}
        lines = [[written[cell] for cell in row] for row in rows]
        categories: dict[int, str] = {}
        category = ""
        for number, row in enumerate(rows):
            if width > 1 and len({id(cell) for cell in row}) == 1 and number:
                category, lines[number] = lines[number][0], []
            categories[number] = clean_title(category)
        table = table_of(enumerate(lines), "a table", padded=True)
        parts: list[Block] = []
        if is_table(table):
            columns = guessed(table.columns)
            for number, cells in table.rows:
                if isinstance(cells, dict):
                    texts = by_field(cells, columns)
                    asked, answer = texts.get("question", ""), texts.get("answer", "")
                    asked = self._labels.after_question(asked) or asked
                    answer = self._labels.after_answer(answer) or answer
                    about = texts.get("category", "") or categories[number]
                    parts.append(Block(Form.FOLDED, clean_title(asked), "", answer, about))
            yield Block(Form.TEXT, "", element, parts=parts)
            return
        seen: set[int] = set()
        for row in rows:
            for cell in row:
                if id(cell) not in seen:
                    parts += self.blocks(cell)
                seen.add(id(cell))
        has_blocks = any(part.is_heading or part.form == Form.FOLDED for part in parts)
        if width == 1 or has_blocks:
            yield from parts
        else:
            yield Block(Form.TEXT, "", element, parts=parts)

    def _of_list(self, element: "HtmlElement") -> Iterator[Block]:
        """Yield the list; its parts are what is in its items. A table of contents is left out."""
        links = [link for link in element.iter("a") if "#" in (link.get("href") or "")]
        length = _length(element)
        if links and sum(map(_length, links)) >= 0.8 * length:
            return
        parts = []
        for item in element.iter("li"):
            if item.getparent() is not element:
                continue
            inside = list(self.blocks(item))
            if inside and inside[0].form == Form.LINE and element.tag == "ol":
                inside[0].form = Form.NUMBER
            parts += inside
        yield Block(Form.TEXT, "", element, parts=parts)


def _is_toggle(element: "HtmlElement") -> bool:
    """Whether an element is what people click on to see an answer."""
    tag = element.tag
    if tag in ("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "ul", "ol", "table", "details", "dl"):
        return False
    if element.get("aria-expanded") or element.get("data-toggle") == "collapse":
        return tag not in ("nav", "a") or bool(element.get("aria-controls") or tag == "a")
    names = element.get("class") or ""
    if not names or not _TOGGLE_CLASS.search(names):
        return False
    return not any(_NO_TOGGLE_CLASS.search(name) for name in names.split()) and (
        tag in ("div", "button", "span", "a", "strong", "b", "label", "dt", "summary")
    )


def _lines(body: "HtmlElement") -> list[str]:
    """Return the lines of a page, roughly as they are shown."""
    from lxml.etree import iterwalk

    parts: list[str] = []
    for event, element in iterwalk(body, events=("start", "end")):
        ends = element.tag in _BLOCKS or element.tag == "br"
        bold = element.tag in ("b", "strong")
        parts.append("\n" * ends + "**" * bold)
        if event == "start":
            parts.append(element.text or "")
        else:
            parts.append(element.tail or "")
    return [line for line in "".join(parts).split("\n") if line.strip()]


def _with_blocks(body: "HtmlElement") -> "set[HtmlElement]":
    """Return the elements that have blocks in them."""
    found: set[HtmlElement] = set()
    for element in body.iter():
        if element.tag in _BLOCKS or _is_toggle(element):
            for ancestor in element.iterancestors():
                if ancestor in found:
                    break
                found.add(ancestor)
    return found


def _marks(element: "HtmlElement") -> int:
    """Return how many elements there are that questions could be."""
    return sum(1 for _ in element.iter(*_MARKING))


def _length(element: "HtmlElement") -> int:
    return sum(len(text.strip()) for text in element.itertext())


def _paragraph_of(parts: "Sequence[HtmlElement | str]") -> "HtmlElement":
    """Return a paragraph of texts and copies of elements."""
    from lxml.html import Element

    paragraph = Element("p")
    last = None
    for part in parts:
        if not isinstance(part, str):
            last = deepcopy(part)
            last.tail = None
            paragraph.append(last)
        elif last is None:
            paragraph.text = (paragraph.text or "") + part
        else:
            last.tail = (last.tail or "") + part
    return paragraph


def _bold_start(element: "HtmlElement") -> "tuple[str, HtmlElement | None]":
    """Return the bold text that a paragraph begins with, after a number maybe, and the rest."""
    rest = deepcopy(element)
    rest.tail = None
    if re.search(r"[^\W\d_](?![.):\d])", rest.text or ""):
        return "", None
    titles = [rest.text or ""]
    for child in list(rest):
        is_bold = child.tag in ("b", "strong") or (
            child.tag in ("span", "em", "i", "u", "a", "font")
            and len(child) == 1
            and child[0].tag in ("b", "strong")
            and text_of(child) == text_of(child[0])
        )
        if not is_bold:
            break
        tail = child.tail or ""
        titles.append("".join(child.itertext()))
        rest.text = tail
        rest.remove(child)
        if tail.strip():
            break
        titles.append(tail)
    title = " ".join("".join(titles).split())
    if len(titles) == 1:
        return "", None
    return title, rest


def _trimmed(element: "HtmlElement") -> "HtmlElement":
    """Return what is below a bold question, without the colon or the line break between them."""
    element.text = (element.text or "").lstrip(" \n:-–—")
    while not element.text and len(element) and element[0].tag == "br":
        element.text = (element[0].tail or "").lstrip(" \n:-–—")
        element.remove(element[0])
    return element


def _is_way_back(element: "HtmlElement", text: str) -> bool:
    """Whether a paragraph is nothing but links inside its page, as 'Back to top'."""
    links = [link for link in element.iter("a") if (link.get("href") or "").startswith("#")]
    return bool(links) and sum(len(text_of(link)) for link in links) >= len(text) - 4


def _as_division(element: "HtmlElement") -> "HtmlElement":
    """Return a copy of an element that adds nothing of its own."""
    inside = deepcopy(element)
    inside.tag, inside.tail = "div", None
    return inside


def _inside(element: "HtmlElement") -> str:
    """Return what is in an element as Markdown."""
    return markdown(_as_division(element) if len(element) else element)


def _rows(table: "HtmlElement") -> "list[list[HtmlElement]]":
    """Return the cells of a table by row; one that is merged is in all of its places."""
    rows: list[list[HtmlElement]] = []
    reaching: dict[int, tuple[int, HtmlElement]] = {}  # by column: rows left, and the cell
    for row in table.iter("tr"):
        if next(row.iterancestors("table"), None) is not table:
            continue
        cells: list[HtmlElement] = []
        later: dict[int, tuple[int, HtmlElement]] = {}
        own = [cell for cell in row if cell.tag in ("td", "th")]
        while (own or len(cells) in reaching) and len(cells) < MOST_CELLS:
            left, cell = reaching.pop(len(cells), (0, None))
            if cell is None:
                cell = own.pop(0)
                for place in range(len(cells), len(cells) + _span(cell, "colspan")):
                    reaching[place] = (_span(cell, "rowspan"), cell)
                continue
            if left > 1:
                later[len(cells)] = (left - 1, cell)
            cells.append(cell)
        reaching = later
        if cells:
            rows.append(cells)
    return rows


def _span(cell: "HtmlElement", name: str) -> int:
    number = cell.get(name) or ""
    return min(int(number), 100) if number.isascii() and number.isdecimal() and int(number) else 1
