"""The whole list: what there is to do of every kind, and praise where there is nothing."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from faq.inbox.items import dismissed
from ui import model
from ui.background import Found
from ui.context import Context
from ui.inbox import section
from ui.inbox.answered import ANSWERED
from ui.inbox.disliked import DISLIKED
from ui.inbox.duplicates import DUPLICATES
from ui.inbox.section import Section
from ui.inbox.stale import STALE
from ui.inbox.suggestions import SUGGESTED
from ui.inbox.unanswered import UNANSWERED
from ui.text import counted

# In the order of what helps readers most.
SECTIONS: tuple[Section[Any], ...] = (UNANSWERED, ANSWERED, DISLIKED, DUPLICATES, STALE, SUGGESTED)


def show(run: Context) -> None:
    """Show everything that waits for a person."""
    keys = dismissed(run.store)
    can_look = not run.has_model or run.embedder.ready
    found = [(one, one.find(run, keys)) for one in SECTIONS if can_look or not one.needs_model]
    _show_counts(found)
    for one, items in found:
        one.show(run, items)
    looking = [one.name for one, items in found if items.looking]
    if section.open_wanted():
        return  # a page that runs again would close the drawer
    if not can_look:
        model.ready(run.embedder)
    elif looking:
        watch(looking)
    elif not any(items.items or items.error for _, items in found):
        st.subheader("All done", anchor=False)
        st.markdown("Every question found its answer, and nothing waits for you. Well kept!")


@st.fragment(run_every=0.5)
def watch(names: Sequence[str]) -> None:
    """Run the page again once one of the searches that run has ended."""
    if any(not section.search(name).looking for name in names):
        st.rerun()


def _show_counts(found: Sequence[tuple[Section[Any], Found[Any]]]) -> None:
    counts = [
        counted(len(items.items), one.name.removesuffix("s"), one.name)
        for one, items in found
        if items.items
    ]
    if counts:
        st.caption(" · ".join(counts))
