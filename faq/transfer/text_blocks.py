"""The blocks of a plain text, and of a paragraph of any document."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from faq.transfer.blocks import BULLET, LONGEST_QUESTION, NUMBER, Block, Form, asks, clean_title
from faq.transfer.labels import Labels, labels_in

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_RULE = re.compile(r"\s*([=\-–—~_*#])(\s?\1){2,}\s*")
_SENTENCE = re.compile(r"[.!?。！？؟](?=\s+\S)|[。！？](?=\S)")


def blocks_of_text(text: str, *, topics: bool = False) -> list[Block]:
    """Return the blocks of a plain text, whose paragraphs are apart by empty lines; with `topics`,
    a line with a number could be a question without asking."""
    labels = labels_in(text.split("\n"))
    blocks: list[Block] = []
    paragraph: list[str] = []

    def finish() -> None:
        for block in blocks_of_lines("\n".join(paragraph), labels, topics=topics):
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


def blocks_of_lines(
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
        if NUMBER.match(line) and len(line) < 80 and not line.rstrip().endswith((".", ":", "!")):
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
    bare = BULLET.sub("", start, count=1)
    numbered = NUMBER.match(bare.lstrip(" *_")) is not None
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
