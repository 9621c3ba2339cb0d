"""A document as blocks, one after the other: what each could ask, and what it says.

How a question looks is a block's `Form`. Which of the forms are a document's questions is decided
when all of its blocks are known, in `pairs`.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from faq.transfer.grid import QUESTION_MARKS, is_table, table_of
from faq.transfer.labels import Labels, labels_in
from faq.transfer.markup import markdown, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LONGEST_QUESTION = 300
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
_NUMBER = re.compile(
    r"\s*(?:[(（]\d{1,3}[)）]|#?\d{1,3}(?:\.\d{1,3})*\s?[.):、．）](?!\d)|\d{1,3}(?:\.\d{1,3})+(?=\s)"
    r"|[①-⑳])[^\S\n]*"
)
_BULLET = re.compile(r"\A\s*(?:[-*•●▪▸►‣–>]|>>)\s+")
_MARKS = (*(mark for mark in QUESTION_MARKS if mark not in ";։"), "\u037e", "?!")
_ASKING_END = re.compile(r"(か|吗|嗎|呢|ไหม|หรือไม่|อย่างไร|[\u0370-\u03ff]\s?;)[。．.]?$")
_ASKING_START = re.compile(
    r"(how|what|when|where|why|who|whom|whose|which|wie|was|wann|wo|warum|wer|welche[rsn]?|woher|"
    r"wohin|comment|quand|où|pourquoi|qui|quel(le)?s?|combien|cómo|qué|cuándo|dónde|por qué|"
    r"quiéne?s?|cuál(es)?|cuánt[oa]s?|come|cosa|quando|dove|perché|chi|quale|quanto|como|onde|"
    r"por que|quem|qual|hoe|wat|wanneer|waar|waarom|wie|welke|hur|vad|när|var|varför|hvordan|hvad|"
    r"hva|hvornår|hvor|hvorfor|hvem|jak|co|kdy|kde|proč|kdo|kiedy|gdzie|dlaczego|kto|как|что|когда|"
    r"где|почему|кто|сколько|чому|де|коли|що|nasıl|ne zaman|nerede|neden|kim|bagaimana|kapan|apa|"
    r"mengapa|như thế nào|miten|mitä|milloin|missä|miksi|kuka|hogyan|mikor|hol|miért|ki)\s",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*([=\-–—~_*#])(\s?\1){2,}\s*")
_SENTENCE = re.compile(r"[.!?。！？؟](?=\s+\S)|[。！？](?=\S)")


class Form(IntEnum):
    """How a question looks; 1 to 6 are headings of HTML. The smaller ones are the stronger."""

    LABEL = 0
    HEADING = 1
    LAST_HEADING = 6
    TOGGLE = 7  # what unfolds an answer
    BOLD = 8
    NUMBER = 9
    LINE = 10  # that ends as a question
    SENTENCE = 11  # the first one of a paragraph
    FOLDED = 12  # a pair with its answer: of details, a definition list, a table
    ANSWER = 13  # begins with a label of an answer
    TEXT = 14
    RULE = 15


@dataclass(slots=True)
class Block:
    """A part of a document: its form, what it could ask, and what of it would be the answer then.

    `whole` is all that it says, to be part of another block's answer, as elements or Markdown. Some
    have `parts`, which are blocks too, for where these are questions.
    """

    form: int
    title: str
    whole: "HtmlElement | str"
    rest: "HtmlElement | str" = ""
    category: str = ""
    parts: "Sequence[Block]" = ()

    @property
    def is_heading(self) -> bool:
        return Form.HEADING <= self.form <= Form.LAST_HEADING

    @property
    def asks(self) -> bool:
        return self.form == Form.LABEL or asks(self.title)


def asks(text: str, *, with_mark: bool = False) -> bool:
    """Whether a line is a question: by how it ends or, unless only that counts, how it begins."""
    text = text.rstrip("*_ \"'”»«“)）」")
    if text.endswith(_MARKS) or _ASKING_END.search(text):
        return True
    return not with_mark and not text.endswith((".", ":")) and bool(_ASKING_START.match(text))


def clean_title(text: str) -> str:
    """Return a question without emphasis, bullets and numbers before it."""
    text = re.sub(r"\s*\{[:#][^{}]*\}\s*$|\s+#+\s*$", "", text)
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", text.replace("`", ""))
    text = re.sub(r"(?<!\s)\*+|\*+(?!\s)|(?<!\w)_+(?=\w)|(?<=[^\s_])_+(?!\w)", "", text)
    text = _BULLET.sub("", text, count=1)
    if (number := _NUMBER.match(text)) and text[number.end() :].strip():
        text = text[number.end() :]
    return " ".join(text.split())


def blocks_of_text(text: str, *, topics: bool = False) -> list[Block]:
    """Return the blocks of a plain text, whose paragraphs are apart by empty lines; with `topics`,
    a line with a number could be a question without asking."""
    labels = labels_in(text.split("\n"))
    blocks: list[Block] = []
    paragraph: list[str] = []

    def finish() -> None:
        for block in _of_lines("\n".join(paragraph), labels, topics=topics):
            blocks.extend(block.parts or [block])
        paragraph.clear()

    for line in text.split("\n"):
        if _RULE.fullmatch(line):
            if len(paragraph) == 1 and not paragraph[0].rstrip().endswith((".", ":", "!")):
                title = clean_title(paragraph.pop())
                blocks.append(Block(Form.HEADING + 1, title, title))
            else:
                finish()
                blocks.append(Block(Form.RULE, "", ""))
        elif not line.strip():
            finish()
        elif not paragraph and (heading := _heading_of_text(line)):
            blocks.append(Block(Form.HEADING + 1, heading, heading))
        else:
            paragraph.append(line)
    finish()
    return blocks


def blocks_of_page(body: "HtmlElement") -> list[Block]:
    """Return the blocks of a page."""
    return list(_Page(body).blocks(body))


def _heading_of_text(line: str) -> str:
    """Return the name in a line as `=== Prices ===`, `[Prices]` or `PRICES`; empty in others."""
    if len(line) > 100:
        return ""
    if framed := re.fullmatch(r"\s*([=\-~*#+_])\1+\s*(\w[^\n]*?)\s*\1{2,}\s*", line):
        return framed[2]
    if framed := re.fullmatch(r"\s*\[([^\[\]]{2,60})\]\s*", line):
        return framed[1]
    plain = line.strip()
    is_loud = plain.isupper() and sum(map(str.isalpha, plain)) > 3 and plain[-1] not in ".!"
    return plain if is_loud and len(plain) <= 60 and not asks(plain, with_mark=True) else ""


def _of_lines(
    text: str, labels: Labels, source: "HtmlElement | None" = None, *, topics: bool = False
) -> Iterator[Block]:
    """Yield the block of a paragraph, with a part for each line that could be a question."""
    if not text.strip():
        return
    whole = text if source is None else source
    lines = text.split("\n")
    heads = [_of_line(line, labels, starts=True) for line in lines]
    if any(head.form != Form.SENTENCE for head in heads):
        heads[1:] = [_of_line(line, labels, starts=False) for line in lines[1:]]
    for place, line in enumerate(lines if topics else ()):
        if _NUMBER.match(line) and len(line) < 80 and not line.rstrip().endswith((".", ":", "!")):
            heads[place] = Block(Form.NUMBER, clean_title(line), line)
    starts = [0, *(place for place in range(1, len(lines)) if heads[place].form != Form.TEXT)]
    parts = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        head = heads[start]
        below = "\n".join(line.rstrip() for line in lines[start + 1 : end])
        said = "\n".join(line.rstrip() for line in lines[start:end]).strip("\n")
        rest = "\n".join(filter(str.strip, (str(head.rest), below)))
        parts.append(Block(head.form, head.title, said, rest))
    if len(parts) == 1:
        parts[0].whole = whole
        yield parts[0]
    else:
        yield Block(Form.TEXT, parts[0].title, whole, parts=parts)


def _of_line(line: str, labels: Labels, *, starts: bool) -> Block:
    """Return a line as a block; one that `starts` a paragraph may be a question of more than one
    sentence, and one with its answer behind it."""
    if (asked := labels.after_question(line)) is not None:
        return Block(Form.LABEL, clean_title(asked), line)
    if (answered := labels.after_answer(line)) is not None:
        return Block(Form.ANSWER, "", line, answered)
    start = line[: 2 * LONGEST_QUESTION]
    bare = _BULLET.sub("", start, count=1)
    numbered = _NUMBER.match(bare.lstrip(" *_")) is not None
    title = clean_title(start)
    is_short = len(line) <= LONGEST_QUESTION
    if is_short and asks(title, with_mark=True):
        if numbered:
            return Block(Form.NUMBER, title, line)
        if starts or not _SENTENCE.search(title):
            return Block(Form.LINE, title, line)
    sentence = _SENTENCE.search(bare, 0, LONGEST_QUESTION)
    if sentence and (starts or numbered or bare != start):
        first = clean_title(bare[: sentence.end()])
        if asks(first, with_mark=True):
            answer = (bare + line[len(start) :])[sentence.end() :].strip(" -–—:")
            return Block(Form.SENTENCE, first, line, answer)
    if is_short and numbered and asks(title):
        return Block(Form.NUMBER, title, line)
    return Block(Form.TEXT, title[:LONGEST_QUESTION], line)


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
        yield from _of_lines(written, self._labels, element)

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
