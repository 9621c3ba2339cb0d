"""What people read of what was just done, or why it could not be done.

What was done is said in a corner, for a short time. Where it can be undone, a line says it at the
bottom of the page, where nothing moves because of it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import streamlit as st

from errors import AskwellError
from store import ModelMismatch
from ui import context
from ui.buttons import button
from ui.context import Context
from ui.text import plain

TOASTS = "notice_toasts"  # what is to be said in the corner, as the arguments of `st.toast`
LINE, PAGE = "notice_line", "notice_page"
QUICKLY_READ = 80  # characters
SWITCHED = (
    "The collection has gone over to another model in the meantime. Nothing was changed: do it "
    "again."
)


@dataclass(frozen=True, slots=True)
class Line:
    """What was done and can be undone, and `Context.changes` when that was last known."""

    text: str
    undo: Callable[[], str]
    entry_ids: frozenset[int]
    still: Callable[[Context], bool]
    changes: int | None = None

    def possible(self, run: Context) -> bool:
        """Return whether what it would undo is still there, unchanged."""
        if not self.still(run):
            return False
        if self.changes in (None, run.changes):
            return True
        changed = run.store.entries.changes_since(self.changes or 0).entry_ids
        return self.entry_ids.isdisjoint(changed)


def give(
    text: str,
    undo: Callable[[], str] | None = None,
    entry_ids: Sequence[int] = (),
    still: Callable[[Context], bool] = lambda run: True,
) -> None:
    """Say what was done, and to what.

    `undo` undoes it, and returns what came back, in a sentence. It is offered until it is used, the
    page is left, or what it would undo is there no more, after a restore for example: one of the
    entries `entry_ids` is changed, or it is not `still` so.
    """
    if undo:
        st.session_state[LINE] = Line(text, undo, frozenset(entry_ids), still)
    else:
        _say(text, "check", "short" if len(text) <= QUICKLY_READ else "long")


def refuse(text: str) -> None:
    """Say that something could not be done, and why, until it is closed."""
    _say(text, "block", "infinite")


def _say(text: str, icon: str, duration: str) -> None:
    toast = {"body": plain(text), "icon": f":material/{icon}:", "duration": duration}
    st.session_state.setdefault(TOASTS, []).append(toast)


def show_error(text: str) -> None:
    """Show at this place of the page why something could not be done."""
    st.error(plain(text))


@contextmanager
def errors(say: Callable[[str], object] = show_error) -> Iterator[None]:
    """Say why what is done within cannot be done, instead of raising it. Also a decorator, for a
    function that returns nothing.

    In the course of a page, the sentence is shown at this place. A callback runs before the page is
    drawn: there, `errors(refuse)` says it in the corner.
    """
    try:
        yield
    except AskwellError as error:
        say(reason(error))


def reason(error: AskwellError) -> str:
    """Return why something could not be done, as a page says it."""
    # A page answers with the collection's own model, as it was a moment ago.
    return SWITCHED if isinstance(error, ModelMismatch) else str(error)


def show_read_only(why: str) -> None:
    """Say that nothing can be saved, and why; nothing where it can."""
    if why:
        line = f"Nothing can be saved here: {plain(why)}. Questions are answered."
        st.caption(f":material/lock: {line}")


def show_toasts() -> None:
    """Show what is to be said in the corner. A fragment whose callbacks say something calls it, as
    the page is not run then."""
    for toast in st.session_state.pop(TOASTS, ()):
        st.toast(**toast)


def show() -> None:
    """Show on a page what is to be said in the corner, and offer to undo what was done there last,
    if that is still possible."""
    show_toasts()
    line: Line | None = st.session_state.get(LINE)
    if line is None:
        return
    run = context.read()
    if not line.possible(run):
        _close()
        return
    st.session_state[LINE] = replace(line, changes=run.changes)
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key=LINE):
        st.markdown(f":material/check: {plain(line.text)}", width="content")
        button("Undo", "notice_undo", _undo, line)
        button("Close", "notice_close", _close, quiet=True)


def on_page(page: str) -> None:
    """Take note of which page is shown: what was done on another one is not offered to be undone
    any more."""
    if st.session_state.get(PAGE) != page:
        st.session_state[PAGE] = page
        _close()


@errors(refuse)
def _undo(line: Line) -> None:
    _close()
    if line.possible(context.read()):
        give(line.undo())
    else:
        refuse("This was changed in the meantime, and cannot be undone any more.")


def _close() -> None:
    st.session_state.pop(LINE, None)
