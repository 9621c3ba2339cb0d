"""The changes of an entry: one as markdown, with what was removed struck out and what was added
marked, and their history in the drawer, with the way back to any version."""

import re
from collections.abc import Callable
from functools import partial
from itertools import islice

import streamlit as st

from faq.editing.history import FieldChange, Step, TextDiff, steps
from store import Entry, Revision
from ui.buttons import button
from ui.context import Context
from ui.text import escaped, on_one_line, plain, shortened, when

MARKS = {"removed": ":red-background[~~{}~~]", "added": ":green-background[{}]"}
AROUND = 80  # characters that are shown of what is the same before and after a change
LONGEST = 2_000  # characters of one change that are shown
NAMES = {
    "phrasings": "Other ways people ask this",
    "must_find": "Must find this entry",
    "must_not_find": "Must not find this entry",
}
ACTIONS = {
    "add": "Added",
    "edit": "Changed",
    "remove": "Put into the bin",
    "restore": "Taken out of the bin",
}
AT_FIRST, MORE = 10, 50  # revisions that are shown
SHOWN = "drawer_history_shown"

_BREAK = "  \n"
_REORDERED = "in another order"
_LINES = re.compile(r"[^\S\n\r]*[\n\r]\s*")
_EDGES = re.compile(r"([\s\ufeff]*)(.*?)([\s\ufeff]*)", re.DOTALL)  # to browsers that is a space


def name(field: str) -> str:
    """Return what people call a field of `Content`."""
    return NAMES.get(field, field.replace("_", " ").capitalize())


def markdown(change: FieldChange) -> str:
    """Return the markdown of a field's change: its name, and how it became another."""
    title = f"**{name(change.field)}**"
    if not change.diffs:
        return f"{title} {_REORDERED}"
    first = "".join(piece.text for piece in change.diffs[0])
    in_a_line = len(change.diffs) == 1 and len(first) <= AROUND and "\n" not in first
    return f"{title}{' ' if in_a_line else _BREAK}{body(change)}"


def body(change: FieldChange, *, whole: bool = False) -> str:
    """Return the markdown of how a field became another; unless `whole`, what stays the same is cut
    where it is long."""
    parts = [marked(pieces, whole=whole) for pieces in change.diffs]
    return _BREAK.join(parts) or _REORDERED.capitalize()


def marked(pieces: TextDiff, *, whole: bool = False) -> str:
    """Return the markdown of a difference. User text stays text."""
    last = len(pieces) - 1
    parts = []
    for place, piece in enumerate(pieces):
        text, is_long = piece.text, len(piece.text) > LONGEST
        if piece.kind == "same":
            shown = text if whole and not is_long else _cut(text, place == 0, place == last)
            parts.append(_as_it_is(shown))
        elif text.strip():
            shown = f"{text[:LONGEST]}…" if is_long else text
            parts.append(_as_it_is(shown, MARKS[piece.kind]))
        else:  # nothing could be seen of it
            symbols = "".join("↵" if c == "\n" else "␣" for c in text[:9])
            parts.append(MARKS[piece.kind].format(symbols))
    return "".join(parts)


def _cut(text: str, first: bool, last: bool) -> str:
    """Return the ends of a text that border on a change, between words where there are some."""
    start = "" if first else text[:AROUND]
    end = "" if last else text[-AROUND:]
    if len(start) + len(end) >= len(text):
        return text
    start, end = start[: start.rfind(" ") + 1] or start, end[max(0, end.find(" ")) :]
    return f"{start}…{end}"


def _as_it_is(text: str, mark: str = "{}") -> str:
    """Return markdown that shows text as it is, spaces at the ends of its lines, too; what is
    between those is in the `mark`."""
    lines = []
    for line in _LINES.split(text):
        edges = _EDGES.fullmatch(line)
        assert edges is not None
        before, inside, after = edges.groups()
        shown = mark.format(escaped(on_one_line(inside))) if inside else ""
        lines.append(f"{' ' * bool(before)}{shown}{' ' * bool(after)}")
    return _BREAK.join(lines)


def show_history(run: Context, entry: Entry, restore: Callable[[Revision], None]) -> None:
    """Show what happened to an entry, newest first. `restore` is called with the revision that
    somebody wants back."""
    with st.expander("History", on_change="rerun", key="drawer_history") as history:
        if not history.open:
            return
        revisions = run.store.entries.revisions(entry.id)
        shown = f"{SHOWN}_{entry.id}"
        most: int = st.session_state.get(shown, AT_FIRST)
        for step in islice(steps(revisions), most):
            _show_step(step, entry, restore)
        if len(revisions) > most:
            show_more = partial(st.session_state.update, {shown: most + MORE})
            label, key = f"Show more of {len(revisions):,}", "drawer_history_more"
            button(label, key, show_more, icon="expand_more", quiet=True)


def _show_step(step: Step, entry: Entry, restore: Callable[[Revision], None]) -> None:
    revision = step.revision
    with st.container(gap="xxsmall", key=f"revision_{revision.version}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.caption(_title(step))
            if step.wrote and revision.content != entry.content:
                help = f"Save the entry as it was in version {revision.version}."
                key = f"restore_{revision.version}"
                button("Restore", key, restore, revision, icon="undo", help=help, quiet=True)
        for change in step.changes:
            st.markdown(markdown(change))


def _title(step: Step) -> str:
    revision = step.revision
    who, at = plain(shortened(revision.actor, 40)), when(revision.at)
    title = f"{ACTIONS[revision.action]} by {who}, {at} · version {revision.version}"
    return f"{title}, as it was in {step.returned_to}" if step.returned_to else title
