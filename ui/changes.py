"""How a change of an entry reads: what went is struck out, what came is marked."""

import re

from faq.history import Difference, FieldChange, Piece
from ui.text import escaped, on_one_line

MARKS = {"removed": ":red-background[~~{}~~]", "added": ":green-background[{}]"}
AROUND = 80  # characters that are shown of what is the same before and after a change
LONGEST = 2_000  # characters of one change that are shown
NAMES = {"phrasings": "Other ways of asking"}

_LINES = re.compile(r"[^\S\n\r]*[\n\r]\s*")
_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


def name(field: str) -> str:
    """Return what people call a field of `Content`."""
    return NAMES.get(field, field.replace("_", " ").capitalize())


def markdown(change: FieldChange) -> str:
    """Return the markdown of a field's change: its name, and below it, how it became another."""
    if not change.differences:
        return f"**{name(change.field)}** in another order"
    told = [f"**{name(change.field)}**", *map(marked, change.differences)]
    return "  \n".join(told)


def marked(pieces: Difference) -> str:
    """Return the markdown of a difference. User text stays text; what is the same is cut where it
    is long."""
    last = len(pieces) - 1
    return "".join(
        _same(piece.text, first=place == 0, last=place == last)
        if piece.kind == "same"
        else _changed(piece)
        for place, piece in enumerate(pieces)
    )


def _same(text: str, *, first: bool, last: bool) -> str:
    before = "" if first else text[:AROUND]
    after = "" if last else text[-AROUND:]
    if first and last:
        before = text[:LONGEST]
    if len(before) + len(after) < len(text):
        text = f"{before}\u2026{after}"
    return "  \n".join(_spaced(line) for line in _LINES.split(text))


def _changed(piece: Piece) -> str:
    text = piece.text if len(piece.text) <= LONGEST else f"{piece.text[:LONGEST]}\u2026"
    if not text.strip():  # else nothing could be seen of it
        return MARKS[piece.kind].format(
            "".join("\u21b5" if c == "\n" else "\u2423" for c in text[:9])
        )
    return "  \n".join(_line(piece.kind, line) for line in _LINES.split(text))


def _line(kind: str, line: str) -> str:
    edges = _EDGES.fullmatch(line)
    assert edges is not None
    before, inside, after = edges.groups()
    if not inside:
        return " " * bool(before)
    return f"{' ' * bool(before)}{MARKS[kind].format(_spaced(inside))}{' ' * bool(after)}"


def _spaced(text: str) -> str:
    """Return markdown that shows a line as it is, spaces at its ends, too."""
    edges = _EDGES.fullmatch(text)
    assert edges is not None
    before, inside, after = edges.groups()
    return f"{' ' * bool(before)}{escaped(on_one_line(inside))}{' ' * bool(after)}"
