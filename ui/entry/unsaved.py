"""Text of an entry that is not saved: kept while somebody writes, and offered when they come
back."""

from collections.abc import Callable

import streamlit as st

from faq.collection import Collection
from faq.editing import unsaved
from faq.editing.unsaved import Unsaved
from store import Content
from ui import context, notice
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer
from ui.entry.drawer import Opened
from ui.text import counted, plain, shortened, when

KEPT = "drawer_kept"  # what was last kept of the text in the drawer


def show(run: Context) -> None:
    """Offer on a page to go on with what this person left unsaved, if anything: the newest, and the
    others below it."""
    if not run.may_edit or not (own := unsaved.own(run.collection)):
        return
    wanted = own[:1] if _offer(own[0], "unsaved") else []
    if others := own[1:]:
        with st.expander(f"{counted(len(others), 'more text')} not saved", key="unsaved_others"):
            wanted += [left for left in others if _offer(left, f"unsaved_{left.id}")]
    for left in wanted:
        drawer.go_on(*reopened(run, left))


def show_other(run: Context, opened: Opened, go_on: Callable[[Unsaved], None]) -> None:
    """Offer in the drawer what this person left unsaved in the same entry, if anything; `go_on` is
    called with it once they want to go on with it."""
    entry_id = opened.entry.id if opened.entry else None
    for left in unsaved.own(run.collection):
        if left.entry_id == entry_id and left.id != opened.id:
            _offer(left, "drawer_unsaved", go_on)
            break


def reopened(run: Context, left: Unsaved) -> tuple[Opened, Content]:
    """Return what the drawer is opened with to go on with what was left, and the text for its
    fields."""
    entry = unsaved.basis(run.store, left)
    others = run.store.entries.get([left.absorbed_id]) if entry and left.absorbed_id else []
    absorbed = next((other for other in others if not other.deleted), None)
    before = entry.content if entry else Content("")
    return Opened(entry, before, left.id, absorbed), left.content


def begin(written: Content) -> None:
    """Keep nothing until another text than this is in the fields."""
    st.session_state[KEPT] = written


def keep(run: Context, opened: Opened, written: Content) -> None:
    """Keep what is written in the drawer, unless it was kept already."""
    if written == st.session_state[KEPT]:
        return
    if written == opened.content:
        discard(run.editable, opened)
    else:
        entry = opened.entry
        entry_id, version = (entry.id, entry.version) if entry else (None, 0)
        absorbed_id = opened.absorbed.id if opened.absorbed else None
        left = Unsaved(run.actor, written, entry_id, version, opened.id, absorbed_id=absorbed_id)
        unsaved.keep(run.editable, left)
    begin(written)


def discard(collection: Collection, opened: Opened) -> None:
    """Forget what was kept of the text in the drawer."""
    unsaved.discard(collection, opened.id)


def _offer(left: Unsaved, key: str, go_on: Callable[[Unsaved], None] = lambda left: None) -> bool:
    """Say what was left when, and return whether this person wants to go on with it."""
    begun = "began a new entry" if left.entry_id is None else "began to change an entry"
    question = plain(shortened(left.content.question, 80))
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        named = f": “{question}”" if question else ""
        st.markdown(f"On {when(left.at)}, you {begun}{named}. It is not saved.", width="content")
        with st.container(horizontal=True, width="content", wrap=False):  # on one line
            wanted = button("Go on writing", f"{key}_go_on", go_on, left)
            button("Throw it away", f"{key}_throw", _throw_away, left.id, quiet=True)
    return wanted


@notice.errors(notice.refuse)
def _throw_away(unsaved_id: str) -> None:
    unsaved.discard(context.collection(), unsaved_id)
