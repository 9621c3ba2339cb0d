"""A section of the Inbox: how its items are found and drawn, and what every item has."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

import streamlit as st

from faq.inbox import items
from store import Entry
from ui import context, notice
from ui.background import Found, Search
from ui.buttons import Actions, button, menu
from ui.context import Context
from ui.entry import drawer
from ui.text import plain, shortened

T = TypeVar("T")
Dismissed = frozenset[str]  # keys of items

NO_ANSWER = ":gray[no answer yet]"
AT_FIRST, MORE = 5, 20  # items of a section that are shown


@dataclass(frozen=True, slots=True)
class Section(Generic[T]):
    """Items of one kind: their name in the plural, what to do with them, how they are found, and
    how some of them are drawn. The model is needed where texts are compared. `size` is how many
    things some items are, where an item is several."""

    name: str
    hint: str
    find: Callable[[Context, Dismissed], Found[T]]
    draw: Callable[[Context, Sequence[T]], None]
    needs_model: bool = True
    size: Callable[[Sequence[T]], int] = len

    def show(self, run: Context, found: Found[T]) -> None:
        """Show the first of the items; nothing where there are none."""
        if not (found.items or found.looking or found.error):
            return
        count = f"  :gray-badge[{self.size(found.items):,}]" if found.items else ""
        st.header(f"{self.name.capitalize()}{count}", anchor=False)
        st.caption(self.hint)
        if found.error:
            notice.show_error(found.error)
        elif not found.items:
            st.skeleton(height=96)
        key = f"inbox_more_{self.name}"
        shown = st.session_state.get(key, AT_FIRST)
        self.draw(run, found.items[:shown])
        if len(found.items) > shown:
            more = f"Show more of {len(found.items):,}"
            show_more = partial(st.session_state.update, {key: shown + MORE})
            button(more, f"{key}_button", show_more, icon="expand_more", quiet=True)


def each(draw: Callable[[T], None]) -> Callable[[Context, Sequence[T]], None]:
    """Return how some items are drawn where each is drawn by itself."""

    def draw_all(_: Context, items: Sequence[T]) -> None:
        for item in items:
            draw(item)

    return draw_all


@st.cache_resource(show_spinner=False)
def search(name: str) -> Search[Any]:
    """Return the process's search for the items of a section."""
    return Search()


@contextmanager
def item(key: str, heading: str = "") -> Iterator[None]:
    """Draw what is drawn within in the frame of an item."""
    with st.container(border=True, key=f"item_{key}", gap="xsmall"):
        if heading:
            st.markdown(f"**{plain(shortened(heading, 200))}**")
        yield


@contextmanager
def buttons() -> Iterator[None]:
    """Draw what is drawn within in the row of an item's buttons."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        yield


def edit_button(entry: Entry, key: str) -> None:
    """Draw the button that opens an entry which an item of this key names."""
    button("Edit", f"edit_{key}_{entry.id}", drawer.edit_later, entry, icon="edit", quiet=True)


def more(
    keys: Sequence[str], what: str, label: str = "Dismiss", others: Actions | None = None
) -> None:
    """Draw what is seldom done to an item, which ends with its dismissal."""
    menu(f"more_{keys[0]}", {**(others or {}), label: partial(dismiss, keys, what)})


@notice.errors(notice.refuse)
def dismiss(keys: Sequence[str], what: str, done: str = "Dismissed") -> None:
    """Dismiss an item, say so, and offer the way back."""
    collection = context.collection()
    store = collection.store
    items.dismiss(store, keys, collection.actor)
    named = f"“{shortened(what, 80)}”"

    def undo() -> str:
        items.undismiss(store, keys)
        return f"{named} is back."

    def still(run: Context) -> bool:
        return items.dismissed(run.store).issuperset(keys)

    notice.give(f"{done} {named}.", undo, still=still)


def times(count: int) -> str:
    """Return how often something was asked."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def day(at: datetime) -> str:
    """Return a day as it is written in a line."""
    return f"{at:%-d %B %Y}"
