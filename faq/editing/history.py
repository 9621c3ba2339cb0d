"""What a revision changed: field by field, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal

from store import Content, Revision

REWRITTEN = 0.5  # share of equal characters from which on one item of a list became the other
MOST_WORDS = 5_000  # that are compared one by one; a longer stretch is replaced as a whole

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: in both versions, or in one alone."""

    kind: Literal["same", "removed", "added"]
    text: str


TextDiff = tuple[Piece, ...]
"""In order. The pieces that are the same or removed are the text before; those that are the same or
added are the text after."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of `Content` that changed. A text has one diff; a list one for each item that was
    added, removed or rewritten, and none where only their order changed."""

    field: str
    diffs: tuple[TextDiff, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A revision with what it changed. `returned_to` is the last version before with the same
    content, where an edit went back to one."""

    revision: Revision
    changes: tuple[FieldChange, ...]
    returned_to: int | None

    @property
    def wrote(self) -> bool:
        """Whether somebody wrote this, rather than moved the entry into the bin or out of it."""
        return self.revision.action in ("add", "edit")


def steps(revisions: Sequence[Revision]) -> Iterator[Step]:
    """Yield what each revision of an entry changed; newest first, as the revisions are given."""
    for place, revision in enumerate(revisions):
        earlier = revisions[place + 1 :]
        if revision.action == "edit" and earlier:
            changed = tuple(changes(earlier[0].content, revision.content))
            same = (r.version for r in earlier if r.content == revision.content)
            yield Step(revision, changed, next(same, None))
        else:
            yield Step(revision, (), None)


def changes(before: Content, after: Content) -> Iterator[FieldChange]:
    """Yield the fields in which two contents differ, in the order of `Content`."""
    for field in fields(Content):
        yield from field_change(field.name, getattr(before, field.name), getattr(after, field.name))


def field_change(field: str, before: object, after: object) -> Iterator[FieldChange]:
    """Yield the change of one field; nothing where there is none."""
    if before == after:
        return
    if isinstance(before, tuple) and isinstance(after, tuple):
        yield FieldChange(field, tuple(_item_diffs(before, after)))
    else:
        yield FieldChange(field, (word_diff(_text(before), _text(after)),))


def word_diff(before: str, after: str) -> TextDiff:
    """Return how one text became the other, by words."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    middle = _compared(old[start : len(old) - end], new[start : len(new) - end])
    return tuple(_pieces([(head, head), *_joined(middle), (tail, tail)]))


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:%-d %B %Y}" if isinstance(value, date) else str(value)


def _item_diffs(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[TextDiff]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, i, j, k, m in matcher.get_opcodes():
        gone = [item for item in before[i:j] if item not in after]
        new = [item for item in after[k:m] if item not in before]
        for one, other in zip(gone, new, strict=False):
            rewritten = word_diff(one, other)
            same = sum(len(piece.text) for piece in rewritten if piece.kind == "same")
            if 2 * same >= REWRITTEN * (len(one) + len(other)):
                yield rewritten
            else:
                yield (Piece("removed", one),)
                yield (Piece("added", other),)
        for item in gone[len(new) :]:
            yield (Piece("removed", item),)
        for item in new[len(gone) :]:
            yield (Piece("added", item),)


Stretch = tuple[str, str]
"""A part of the text before and the part of the text after that took its place."""


def _shared(old: list[str], new: list[str]) -> int:
    """Return with how many tokens in common two texts begin."""
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compared(old: list[str], new: list[str]) -> list[Stretch]:
    if max(len(old), len(new)) > MOST_WORDS:
        return [("".join(old), "".join(new))]
    matcher = SequenceMatcher(None, old, new)  # ignores very frequent words as anchors
    return [("".join(old[i:j]), "".join(new[k:m])) for _, i, j, k, m in matcher.get_opcodes()]


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Return the stretches, changed ones joined where only spaces or signs separate them."""
    joined: list[Stretch] = []
    for before, after in stretches:
        goes_on = before != after or not re.search(r"\w", before)
        if goes_on and joined and joined[-1][0] != joined[-1][1]:
            joined[-1] = (joined[-1][0] + before, joined[-1][1] + after)
        else:
            joined.append((before, after))
    return joined


def _pieces(stretches: list[Stretch]) -> Iterator[Piece]:
    for before, after in stretches:
        if before == after:
            pieces = [Piece("same", before)]
        else:
            pieces = [Piece("removed", before), Piece("added", after)]
        yield from (piece for piece in pieces if piece.text)
