"""The questions and answers in a document's blocks: which form its questions have, and what is
between them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from faq.column_names import QUESTION, names, plain
from faq.transfer.blocks import Block, Form, asks
from faq.transfer.markup import markdown

_NO_CATEGORY = frozenset(map(plain, names(QUESTION))) | {"questions and answers", "q a", "more"}


@dataclass(slots=True)
class Pair:
    """A question, its answer in Markdown, empty where there is none, and the heading above it."""

    question: str
    answer: str = ""
    category: str = ""


@dataclass(slots=True)
class Found:
    """The pairs of a document, in its order, and the texts that belong to none of them."""

    pairs: list[Pair] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The forms of a document's questions. Where they do not `ask`, each block of these forms is
    one."""

    forms: frozenset[int]
    ask: bool = True


def pairs_of(blocks: Sequence[Block]) -> Found:
    """Return the questions of a document, each with what follows it as its answer."""
    chosen = _chosen(blocks)
    return _Reading(chosen).found(list(_flat(blocks, chosen)))


def _chosen(blocks: Sequence[Block]) -> _Chosen:
    every = list(_every(blocks))
    asking = Counter(_kind(block) for block in every if block.asks)
    del asking[Form.TEXT], asking[Form.RULE], asking[Form.ANSWER]
    title = _title(blocks)
    if title is not None and title.asks and asking.total() > 1:
        asking[Form.HEADING] -= 1
    most = max(asking.values(), default=0)
    for kind in sorted(asking):
        if asking[kind] and asking[kind] * 2 >= most:
            if kind != Form.HEADING:
                return _Chosen(frozenset([kind]))
            return _Chosen(_levels_that_ask([b for b in every if b is not title]))
    if any(block.form == Form.FOLDED for block in every):
        return _Chosen(frozenset([Form.FOLDED]))
    flat = [block for block in every if block.form != Form.RULE]
    followed = Counter(
        block.form
        for block, after in pairwise(flat)
        if Form.HEADING <= block.form <= Form.NUMBER
        and block is not title
        and (block.rest != "" or after.form > block.form)
    )
    followed[Form.BOLD] += sum(b.form == Form.BOLD and b.rest != "" for b in flat[-1:])
    headings = Counter({form: followed.pop(form) for form in range(1, 7) if form in followed})
    for form, times in [*headings.most_common(1), *sorted(followed.items())]:
        if times > 1 or (times and form == Form.TOGGLE):
            return _Chosen(frozenset([form]), ask=False)
    return _Chosen(frozenset())


def _kind(block: Block) -> int:
    return Form.HEADING if block.is_heading else block.form


def _every(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield from _every(block.parts) if block.parts else (block,)


def _flat(blocks: Sequence[Block], chosen: _Chosen) -> Iterator[Block]:
    """Yield the blocks; of those with questions in them, their parts."""
    for block in blocks:
        parts = list(_flat(block.parts, chosen))
        if any(
            (
                part.form in chosen.forms
                and (part.asks or not chosen.ask or part.form == Form.FOLDED)
            )
            or (part.form == Form.FOLDED and part.asks)
            or part.form == Form.ANSWER
            for part in parts
        ):
            yield from parts
        else:
            yield block


def _title(blocks: Sequence[Block]) -> Block | None:
    """Return the heading that is the title of a document, if there is one: its only one of the
    first level, above all others."""
    headings = [block for block in blocks if block.is_heading]
    tops = [block for block in headings if block.form == Form.HEADING]
    return tops[0] if len(tops) == 1 and headings[0] is tops[0] else None


def _levels_that_ask(blocks: Sequence[Block]) -> frozenset[int]:
    """Return the levels of headings of which most ask, and that of the most that ask."""
    every = Counter(block.form for block in blocks if block.is_heading)
    asking = Counter(block.form for block in blocks if block.is_heading and block.asks)
    if not asking:
        return frozenset([Form.HEADING])
    most = max(asking, key=lambda form: asking[form])
    return frozenset(form for form in asking if form == most or asking[form] * 2 > every[form])


class _Reading:
    """One pass over the blocks of a document."""

    def __init__(self, chosen: _Chosen):
        self._chosen = chosen
        self._above: list[Block] = []
        self._open: Pair | None = None
        self._level = 0  # the form of the question that is open
        self._answer: list[str] = []
        self._after_rule: int | None = None  # where in the answer a line across the page was
        self._result = Found()

    def found(self, blocks: list[Block]) -> Found:
        title = _title(blocks)
        others = any(self._is_question(b) for b in blocks if b is not title)
        for place, block in enumerate(blocks):
            after = next((b for b in blocks[place + 1 : place + 3] if b.form != Form.RULE), None)
            if block is title and (others or not block.asks):
                self._finish()
            elif block.form == Form.RULE:
                self._after_rule = len(self._answer)
            elif self._is_question(block) and not self._is_category(block, after):
                self._ask(block)
            elif block.is_heading or (
                block.form in (Form.TOGGLE, Form.BOLD) and self._is_category(block, after)
            ):
                self._head(block)
            else:
                self._add(block)
        self._finish(at_end=True)
        return self._result

    def _is_question(self, block: Block) -> bool:
        if block.form == Form.FOLDED:
            free = self._open is None or self._level == Form.FOLDED
            return Form.FOLDED in self._chosen.forms or block.asks or free
        if block.form in self._chosen.forms:
            return block.asks or not self._chosen.ask or block.form <= Form.TOGGLE
        if block.is_heading and any(form <= Form.LAST_HEADING for form in self._chosen.forms):
            return self._chosen.ask and block.asks
        is_strong = block.form <= Form.BOLD and asks(block.title, with_mark=True)
        return is_strong and self._open is None and bool(self._chosen.forms)

    def _is_category(self, block: Block, after: Block | None) -> bool:
        """Whether a block has no text of its own, but a question of another form below it."""
        if after is None or block.rest != "" or block.form in (Form.LABEL, Form.FOLDED):
            return False
        if block.form == Form.BOLD and not block.asks:
            answers = self._open is not None and not any(self._answer)
            bold = self._chosen.ask and min(self._chosen.forms, default=0) >= Form.BOLD
            return bold and not answers and self._is_question(after)
        if block.form > Form.TOGGLE or not self._is_question(after):
            return False
        return after.form > block.form or (after.form == block.form and not block.asks)

    def _ask(self, block: Block) -> None:
        self._finish()
        above = [heading for heading in self._above if heading.form <= (block.form or Form.FOLDED)]
        category = block.category or (above[-1].title if above else "")
        self._open = Pair(block.title, category="" if plain(category) in _NO_CATEGORY else category)
        self._level = block.form
        self._answer = [_written(block.rest)]
        if block.form == Form.FOLDED:
            self._finish()

    def _head(self, block: Block) -> None:
        inside = self._open is not None and block.form > self._level > 0
        if inside and block.is_heading and self._level <= Form.LAST_HEADING:
            self._answer.append("#" * block.form + " " + block.title)
            return
        self._finish()
        level = min(block.form, Form.TOGGLE)
        self._above = [heading for heading in self._above if heading.form < level]
        self._above.append(Block(level, block.title, ""))

    def _add(self, block: Block) -> None:
        text = _written(block.rest if block.form == Form.ANSWER else block.whole)
        if self._open is None:
            self._result.unused += [text] * bool(text)
        elif not self._open.question:  # its label is on a line of its own
            self._open.question = block.title
            self._answer.append(_written(block.rest))
        else:
            self._answer.append(text)

    def _finish(self, *, at_end: bool = False) -> None:
        pair, self._open = self._open, None
        cut, self._after_rule = self._after_rule, None
        if pair is None:
            return
        if at_end and cut and any(self._answer[:cut]):
            self._result.unused += self._answer[cut:]
            self._answer = self._answer[:cut]
        pair.answer = "\n\n".join(filter(None, self._answer)).strip("\n")
        self._result.pairs.append(pair)


def _written(source: object) -> str:
    """Return an element or a text as Markdown."""
    return source.strip("\n") if isinstance(source, str) else markdown(source)
