"""What people read of what was just done, or why it could not be done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from errors import AskwellError
from ui.text import plain

KEY = "notice"


def give(text: str, undo: Callable[[], object] | None = None) -> None:
    """Say something at the top of the page, until something else is said or it is closed."""
    st.session_state[KEY] = ("check", text, undo)


def refuse(text: str) -> None:
    """Say at the same place that something could not be done, and why."""
    st.session_state[KEY] = ("block", text, None)


def show_error(text: str) -> None:
    """Show at this place of the page why something could not be done."""
    st.error(plain(text))


@contextmanager
def errors(say: Callable[[str], object] = show_error) -> Iterator[None]:
    """Say why what is done within cannot be done, instead of raising it. Also a decorator, for a
    function that returns nothing.

    In the course of a page, the sentence is shown at this place. A callback runs before the page is
    drawn: there, `errors(refuse)` says it at the top.
    """
    try:
        yield
    except AskwellError as error:
        say(str(error))


def show() -> None:
    """Show what there is to say, if anything. Its text is plain text."""
    if KEY not in st.session_state:
        return
    icon, text, undo = st.session_state[KEY]
    with st.container(horizontal=True, vertical_alignment="center", key="notice_line"):
        st.markdown(f":material/{icon}: {plain(text)}", width="content")
        if undo:
            st.button("Undo", key="notice_undo", on_click=_undo, args=(undo,))
        st.button("Close", key="notice_close", type="tertiary", on_click=_close)


@errors(refuse)
def _undo(undo: Callable[[], object]) -> None:
    _close()
    undo()


def _close() -> None:
    st.session_state.pop(KEY, None)
