"""The whole list: what there is to do of every kind, and praise where there is nothing."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from faq.inbox.items import dismissed
from store import EntryFilter
from ui import model
from ui.background import Found
from ui.context import Context
from ui.entry import drawer
from ui.inbox import section
from ui.inbox.answered import ANSWERED
from ui.inbox.count import of_process
from ui.inbox.disliked import DISLIKED
from ui.inbox.duplicates import DUPLICATES
from ui.inbox.section import Section
from ui.inbox.stale import STALE
from ui.inbox.suggestions import SUGGESTED
from ui.inbox.unanswered import UNANSWERED
from ui.inbox.unwritten import UNWRITTEN
from ui.text import counted

# In the order of what helps readers most.
SECTIONS: tuple[Section[Any], ...] = (
    UNANSWERED,
    ANSWERED,
    DISLIKED,
    UNWRITTEN,
    DUPLICATES,
    STALE,
    SUGGESTED,
)


def find(run: Context) -> list[tuple[Section[Any], Found[Any]]]:
    """Return what waits for a person, by section; without the model, of some sections only."""
    keys, can_look = dismissed(run.store), not run.has_model or run.embedder.ready
    return [(one, one.find(run, keys)) for one in SECTIONS if can_look or not one.needs_model]


def count(run: Context) -> int:
    """Return how many items wait for a person; waits until they are found."""
    found = find(run)
    while looking := [one for one, items in found if items.looking]:
        for one in looking:
            section.search(one.name).wait()
        found = find(run)
    return _number(found)


def _number(found: Sequence[tuple[Section[Any], Found[Any]]]) -> int:
    return sum(len(items.items) for _, items in found)


def show(run: Context) -> None:
    """Show everything that waits for a person."""
    found = find(run)
    complete = len(found) == len(SECTIONS)
    _show_counts(found)
    for one, items in found:
        one.show(run, items)
    looking = [one.name for one, items in found if items.looking]
    if complete and not looking:
        of_process().number = _number(found)
    if drawer.is_wanted():
        return
    if not complete:
        if model.ready(run.embedder):  # by now
            st.rerun()
    elif looking:
        watch(looking)
    elif not any(items.items or items.error for _, items in found):
        _show_nothing(run)


def _show_nothing(run: Context) -> None:
    if run.store.entries.page(EntryFilter(), limit=1).total:
        st.header("All done", anchor=False)
        st.markdown("Every question found its answer, and nothing waits for you. Well kept!")
        return
    st.header("Nothing here yet", anchor=False)
    st.markdown(
        "Questions that found no answer will come here, and answers that somebody disliked, "
        "entries that say the same or are to be reviewed, and wordings that readers suggest. "
        "It begins with entries."
    )
    st.page_link("pages/entries.py", label="Go to the entries", icon=":material/table_rows:")


@st.fragment(run_every=0.5)
def watch(names: Sequence[str]) -> None:
    """Run the page again once one of the searches that run has ended."""
    if any(not section.search(name).looking for name in names):
        st.rerun()


def _show_counts(found: Sequence[tuple[Section[Any], Found[Any]]]) -> None:
    counts = [
        counted(one.size(items.items), one.name.removesuffix("s"), one.name)
        for one, items in found
        if items.items
    ]
    if counts:
        st.caption(" · ".join(counts))
