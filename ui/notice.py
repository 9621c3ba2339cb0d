"""One line that says what was just done, with the way back beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from store import StoreError
from ui.text import plain

KEY = "notice"


def give(text: str, undo: Callable[[], None] | None = None) -> None:
    """Say something at the top of the page, until something else is said or it is closed."""
    st.session_state[KEY] = ("check", text, undo)


def refuse(text: str) -> None:
    """Say at the same place that something could not be done, and why."""
    st.session_state[KEY] = ("block", text, None)


@contextmanager
def of_refusal() -> Iterator[None]:
    """Say why the store refuses what is done within: it is busy, full, read-only."""
    try:
        yield
    except StoreError as error:
        refuse(str(error))


def show() -> None:
    """Show the standing notice, if there is one. `text` is plain text."""
    if KEY not in st.session_state:
        return
    icon, text, undo = st.session_state[KEY]
    with st.container(horizontal=True, vertical_alignment="center", key="notice_line"):
        st.markdown(f":material/{icon}: {plain(text)}", width="content")
        if undo:
            st.button("Undo", key="notice_undo", on_click=_undo, args=(undo,))
        st.button("Close", key="notice_close", type="tertiary", on_click=_close)


def _undo(undo: Callable[[], None]) -> None:
    _close()
    with of_refusal():
        undo()


def _close() -> None:
    st.session_state.pop(KEY, None)
