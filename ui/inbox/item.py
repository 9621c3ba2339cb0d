"""What every item of the Inbox has: a frame, and a way to let it be."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import streamlit as st

from store import Content, Entry, StoreError
from ui import notice, resources
from ui.entry import drawer
from ui.inbox.finding import Found
from ui.text import plain, shortened

T = TypeVar("T")

WANTED = "inbox_wanted"  # what the drawer shall be opened with
AT_FIRST, MORE = 5, 20  # items of a section that are shown


def section(title: str, hint: str, found: Found[T], draw: Callable[[Sequence[T]], None]) -> None:
    """Show the items of one kind, the first of them at first; nothing where there are none."""
    if not (found.items or found.looking or found.error):
        return
    count = f"  :gray-badge[{len(found.items):,}]" if found.items else ""
    st.subheader(f"{title}{count}", anchor=False)
    st.caption(hint)
    if found.error:
        st.error(plain(found.error))
    elif not found.items:
        st.skeleton(height=96)
    key = f"inbox_more_{title}"
    shown = AT_FIRST + MORE * st.session_state.get(key, 0)
    draw(found.items[:shown])
    if len(found.items) > shown:
        st.button(
            f"Show more of {len(found.items):,}",
            key=f"{key}_button",
            type="tertiary",
            icon=":material/expand_more:",
            on_click=_show_more,
            args=(key,),
        )


def write(content: Content) -> None:
    """Open the drawer for a new entry, once the whole list is drawn."""
    st.session_state[WANTED] = content


def edit(entry: Entry) -> None:
    """Open the drawer with an entry, once the whole list is drawn."""
    st.session_state[WANTED] = entry


def open_wanted() -> bool:
    """Open the drawer that a click asked for; return whether one did."""
    wanted: Content | Entry | None = st.session_state.pop(WANTED, None)
    if isinstance(wanted, Content):
        drawer.open_new(wanted)
    elif wanted:
        drawer.open_entry(wanted)
    return wanted is not None


def dismiss_button(keys: Sequence[str], what: str, label: str = "Dismiss") -> None:
    """Show the button that lets an item be; `what` is named when that was done."""
    st.button(label, key=f"dismiss_{keys[0]}", type="tertiary", on_click=dismiss, args=(keys, what))


def dismiss(
    keys: Sequence[str],
    what: str,
    told: str = "Dismissed",
    *,
    on_done: Callable[[], object] = lambda: None,
    on_undo: Callable[[], object] = lambda: None,
) -> None:
    """Let an item be, with the way back offered. `on_done` is called once that is done, `on_undo`
    once it was taken back."""
    store = resources.store()
    try:
        store.dismiss(keys, resources.collection().actor)
    except StoreError as error:
        notice.refuse(str(error))
        return

    def undo() -> None:
        store.undismiss(keys)
        on_undo()

    on_done()
    notice.give(f"{told} “{shortened(what, 80)}”.", undo=undo)


def times(count: int) -> str:
    """Return how often something was asked."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def day(at: datetime) -> str:
    """Return a day as it stands in a line."""
    return f"{at:%-d %B %Y}"


def _show_more(key: str) -> None:
    st.session_state[key] = st.session_state.get(key, 0) + 1
