"""What a revision changed: field by field, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

from store import Content, Revision

SIMILAR = 0.5  # share of their characters from which on one item of a list became the other
MOST_WORDS = 5_000  # that are compared one by one; a longer stretch is told as a whole

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: in both versions, or in one alone."""

    kind: Literal["same", "removed", "added"]
    text: str


Difference = tuple[Piece, ...]
"""In order. What is the same with what was removed is the text before, with what was added the text
after."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of `Content` that is another now. A text has one difference; a list one for each item
    that came, went or was rewritten, and none where only their order changed."""

    field: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A revision with what it changed. `returned_to` is the last version before that said the same,
    where an edit went back to one."""

    revision: Revision
    changes: tuple[FieldChange, ...]
    returned_to: int | None

    @property
    def wrote(self) -> bool:
        """Whether somebody wrote this, rather than moved the entry into the bin or out of it."""
        return self.revision.action in ("add", "edit")


def steps(revisions: Sequence[Revision]) -> Iterator[Step]:
    """Yield what each revision of an entry changed; newest first, as they come."""
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
        yield FieldChange(field, tuple(_items(before, after)))
    else:
        yield FieldChange(field, (difference(_text(before), _text(after)),))


def difference(before: str, after: str) -> Difference:
    """Return how one text became the other, by words."""
    ours, theirs = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _shared(ours, theirs)
    end = _shared(ours[start:][::-1], theirs[start:][::-1])
    head, tail = ours[:start], ours[len(ours) - end :]
    middle = _compared(ours[start : len(ours) - end], theirs[start : len(theirs) - end])
    around = [("".join(same),) * 2 for same in (head, tail)]
    return tuple(_pieces([around[0], *_joined(middle), around[1]]))


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:%-d %B %Y}" if isinstance(value, date) else str(value)


def _items(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone = [item for item in before[i:j] if item not in after]
        new = [item for item in after[k:m] if item not in before]
        for one, other in zip(gone, new, strict=False):
            rewritten = difference(one, other)
            same = sum(len(piece.text) for piece in rewritten if piece.kind == "same")
            if 2 * same >= SIMILAR * (len(one) + len(other)):
                yield rewritten
            else:
                yield (Piece("removed", one),)
                yield (Piece("added", other),)
        for item in gone[len(new) :]:
            yield (Piece("removed", item),)
        for item in new[len(gone) :]:
            yield (Piece("added", item),)


Stretch = tuple[str, str]
"""What stood before and what stands after; equal where nothing changed."""


def _shared(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Return with how many tokens in common two texts begin."""
    shared = 0
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            break
        shared += 1
    return shared


def _compared(ours: list[str], theirs: list[str]) -> list[Stretch]:
    if max(len(ours), len(theirs)) > MOST_WORDS:
        return [("".join(ours), "".join(theirs))]
    matcher = SequenceMatcher(None, ours, theirs)  # words that stand everywhere anchor nothing
    return [("".join(ours[i:j]), "".join(theirs[k:m])) for _, i, j, k, m in matcher.get_opcodes()]


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Return the stretches with those that changed as one where only spaces or marks part them."""
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
            if before:
                yield Piece("same", before)
            continue
        if before:
            yield Piece("removed", before)
        if after:
            yield Piece("added", after)
