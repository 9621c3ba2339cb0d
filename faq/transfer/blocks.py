"""A document as blocks, one after the other: what each could ask, and what it says.

How a question looks is a block's `Form`. Which of the forms are a document's questions is decided
when all of its blocks are known, in `pairs`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from faq.transfer.grid import QUESTION_MARKS

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LONGEST_QUESTION = 300
NUMBER = re.compile(
    r"\s*(?:[(（]\d{1,3}[)）]|#?\d{1,3}(?:\.\d{1,3})*\s?[.):、．）](?!\d)|\d{1,3}(?:\.\d{1,3})+(?=\s)"
    r"|[①-⑳])[^\S\n]*"
)
BULLET = re.compile(r"\A\s*(?:[-*•●▪▸►‣–>]|>>)\s+")
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
    text = BULLET.sub("", text, count=1)
    if (number := NUMBER.match(text)) and text[number.end() :].strip():
        text = text[number.end() :]
    return " ".join(text.split())
