"""Words of a question, marked where they stand in other text on its way into markdown."""

import re
from collections.abc import Callable, Set

from faq.search.words import folded, words
from ui.text import escaped, markdown, on_one_line

MARK = ":primary-background[{}]"

_PARAGRAPHS = re.compile(r"(\n[ \t\r]*\n)")
# Where markdown takes text literally, or for a link: a mark could change what it means.
_LITERAL = re.compile(r"[`\[\]]|^(?: {4}|\t)", re.MULTILINE)
_LITERAL_TO_THE_END = re.compile(r"```|~~~|<")
_PIECES = re.compile(r"([^ \t\r\n]+)")
# A word in its ordinary punctuation. Emphasis stays what it is: asterisks stand at the ends alone.
_ORDINARY = re.compile(
    r"(\**[\"'(\u201c\u2018\u201e\u00ab]*)"
    r"([^\W_](?:[-'\u2019/,\u0300-\u036f]*[^\W_])*[\u0300-\u036f]*)"
    r"([\"')\u201d\u2019\u00bb.,;:!?\u2026]*\**)"
)


def plain(text: str, wanted: Set[str]) -> str:
    """Return markdown that shows `text` as it is, on one line, with the `wanted` words marked.
    Those are as `faq.search.words.folded` gives them."""
    return _marked(on_one_line(text), wanted, escaped)


def answer(text: str, wanted: Set[str]) -> str:
    """Return the markdown of an answer with the `wanted` words marked in its running text. Code,
    links and whatever else a mark could change are left alone."""
    parts = _PARAGRAPHS.split(markdown(text))
    for place, part in enumerate(parts):
        if _LITERAL_TO_THE_END.search(part):
            break
        if not _LITERAL.search(part):
            parts[place] = _PIECES.sub(lambda piece: _piece(piece[0], wanted), part)
    return "".join(parts)


def _piece(piece: str, wanted: Set[str]) -> str:
    ordinary = _ORDINARY.fullmatch(piece)
    if ordinary is None:
        return piece
    before, inside, after = ordinary.groups()
    if inside.isdecimal() and after:  # perhaps the number of a list's item
        return piece
    return f"{before}{_marked(inside, wanted, str)}{after}"


def _marked(text: str, wanted: Set[str], written: Callable[[str], str]) -> str:
    told, end = [], 0
    for word in words(text):
        if folded(word[0]) in wanted:
            told += [written(text[end : word.start()]), MARK.format(word[0])]
            end = word.end()
    return "".join([*told, written(text[end:])])
