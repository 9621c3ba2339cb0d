"""Lines of cells, from a text file, a sheet or a table in a document: where the names of the
columns are, what the columns are where they have no names, and which lines are rows."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from statistics import mean

from faq import column_names
from faq.transfer.columns import guessed
from faq.transfer.table import MOST_COLUMNS, Refused, Row, Table, UnreadableFile

Line = tuple[int, Sequence[str]]
"""A line's number in its file, and its cells."""

LOOKED_AT = 30  # lines from the first one, to find the names of the columns
QUESTION_MARKS = ("?", "？", "؟", ";", "։", "՞")
_ENDINGS = (*QUESTION_MARKS, *("か", "か。", "吗", "吗。", "呢", "嗎", "까", "까.", "요?"))
_ASKING = frozenset(column_names.names(column_names.ASKING))
_RULE = re.compile(r"\s*:?-{3,}:?\s*")


def table_of(
    lines: Iterable[Line], description: str, *, joint: str = "", padded: bool = False
) -> Table:
    """Return the table of lines, of which one has the names of the columns, each a different one: a
    name that comes again is numbered, and an empty one becomes its column's number.

    Lines above that one are passed over. Without such a line, columns with questions are
    recognised; where there are none either, the first line has the names. A row that is too long,
    or too short to have its question and answer, is refused; but where there are two columns, what
    is too much belongs to the second, after a `joint`, or to a question up to its mark. A short row
    lacks its last columns, unless
    it is `padded` with empty cells. A file that is damaged further on is read to there.
    """
    lines = iter(lines)
    first: list[Line] = []
    try:
        first.extend(islice((line for line in lines if any(map(str.strip, line[1]))), LOOKED_AT))
    except UnreadableFile as error:
        if not first:
            raise
        lines = _raising(error)
    trimmed = [_trimmed(cells) for _, cells in first]
    width = max(map(len, trimmed), default=0)
    named = [i for i, cells in enumerate(trimmed) if _has_names(cells, width)]
    found = {i: guessed(trimmed[i]) for i in named}
    # A letter alone, as "Q" or "A", is a name in the first of them only: below, it is a cell.
    both = [
        i
        for i in named
        if "answer" in found[i] and (i == named[0] or len(found[i]["question"]) > 1)
    ]
    place = next(iter(both or named), None)
    notes: tuple[str, ...] = ()
    if place is not None:
        header: Sequence[str] = trimmed[place]
        above = [" ".join(filter(None, cells)) for cells in trimmed[:place]]
        notes = tuple(f"The line {text[:60]!r} above the columns is not used." for text in above)
    elif names := _unnamed(trimmed):
        place, header = -1, names
        notes = ("The columns have no names; what they are was recognised by their texts.",)
    else:
        place, header = 0, trimmed[0] if trimmed else ()
    columns = _different(header)
    if 0 <= place < len(first) - 1 and _is_rule(first[place + 1][1]):
        del first[place + 1]
    rows = _rows(chain(first[place + 1 :], lines), columns, header, joint, padded)
    return Table(columns, rows, description, notes)


def is_table(table: Table) -> bool:
    """Return whether a table's columns are recognised as questions with something beside them."""
    return "question" in guessed(table.columns) and len(table.columns) > 1


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells up to the last one that says something."""
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return cells[:width]


def _has_names(cells: Sequence[str], width: int) -> bool:
    """Whether a line has names of columns: that of the question and, unless all lines of the table
    have one cell, of more."""
    if max(map(len, cells)) > 40 or _is_question(cells):
        return False
    found = guessed(cells)
    return "question" in found and (len(found) > 1 or len(cells) > 2 or len(cells) == width == 1)


def _unnamed(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return names for columns that have none; empty where no column has mostly questions."""
    width = Counter(len(cells) for cells in lines).most_common(1)[0][0] if lines else 0
    rows = [cells for cells in lines if len(cells) == width]
    if not rows or not any(map(is_asked, rows[0])):
        return ()
    if width == 1:  # a list of questions
        return ("question",) if all(map(_is_question, lines)) else ()
    shares = [mean(is_asked(row[place]) for row in rows) for place in range(width)]
    question = max(range(width), key=lambda place: shares[place])
    others = [p for p in range(width) if p != question]
    after = [p for p in others if p > question] or others
    answer = max(after, key=lambda place: mean(len(row[place]) for row in rows))
    if shares[question] < 0.5:
        return ()
    names = [f"column {place + 1}" for place in range(width)]
    names[question], names[answer] = "question", "answer"
    for place in others:
        texts = [row[place] for row in rows]
        repeated = len(set(texts)) < len(texts) and not any(text.isdecimal() for text in texts)
        if place != answer and repeated and "category" not in names:
            names[place] = "category"
    return tuple(names)


def is_asked(cell: str) -> bool:
    """Whether a text is a question, by its end or, where it is a sentence, by its first word."""
    text = cell.strip().casefold()
    if text.endswith(_ENDINGS):
        return True
    words = text.split(maxsplit=2)
    return len(words) > 2 and words[0] in _ASKING and not text.endswith((".", "!"))


def _is_question(cells: Sequence[str]) -> bool:
    return any(cell.rstrip().endswith(QUESTION_MARKS) for cell in cells)


def _end_of_question(cells: Sequence[str]) -> int:
    """Return how many of the cells, which a careless program wrote, are the question."""
    ends = (end for end, cell in enumerate(cells[:-1], 1) if cell.rstrip().endswith(QUESTION_MARKS))
    return next(ends, 1)


def _is_rule(cells: Sequence[str]) -> bool:
    """Whether a line is drawn below the names, as in a table of Markdown."""
    said = [cell for cell in cells if cell]
    return len(said) > 1 and all(map(_RULE.fullmatch, said))


def _raising(error: UnreadableFile) -> Iterator[Line]:
    """Raise what was raised where lines end, when the rows before it were read."""
    yield from ()
    raise error


def _different(header: Sequence[str]) -> tuple[str, ...]:
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(
            f"The first line has {len(header):,} columns, more than {MOST_COLUMNS:,}. Is it a "
            "table?"
        )
    seen: Counter[str] = Counter()
    columns = []
    for place, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {place}"
        seen[name.lower()] += 1
        columns.append(name if seen[name.lower()] == 1 else f"{name} ({seen[name.lower()]})")
    return tuple(columns)


def _rows(
    lines: Iterable[Line],
    columns: Sequence[str],
    header: Sequence[str],
    joint: str,
    padded: bool,
) -> Iterator[Row]:
    found = guessed(columns)
    texts = [columns.index(found[field]) for field in ("question", "answer") if field in found]
    needed, width, names = max(texts, default=-1) + 1, len(columns), list(header)
    for number, cells in lines:
        if len(cells) == width and cells[0] != names[0] and cells[0].strip():  # most rows
            yield number, dict(zip(columns, cells, strict=True))
            continue
        if not any(map(str.strip, cells)):
            continue
        if len(cells) > width:
            cells = [*cells[:width], *_trimmed(cells[width:])]
        if joint and width == 2 < len(cells):
            end = _end_of_question(cells) if texts == [0, 1] else 1
            cells = [joint.join(cells[:end]), joint.join(cells[end:])]
        if padded:
            cells = [*cells, *[""] * (width - len(cells))]
        if len(cells) > width:
            reason = f"The row has {len(cells)} cells, the line with the names {width}."
            yield number, Refused(reason, cells)
        elif 1 < len(cells) < needed and width > 2:
            reason = f"The row has only {len(cells)} of {width} cells: one is missing."
            yield number, Refused(reason, cells)
        elif list(cells[:width]) != names:  # the names again, as at the head of each page
            yield number, dict(zip(columns, cells, strict=False))
