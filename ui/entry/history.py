"""An entry's history in its drawer: who changed what, and the way back to any version."""

from collections.abc import Callable
from itertools import islice

import streamlit as st

from faq.editing.history import Step, steps
from store import Entry, Revision
from ui.context import Context
from ui.entry import changes
from ui.text import plain, shortened, when

ACTIONS = {
    "add": "Added",
    "edit": "Changed",
    "remove": "Put into the bin",
    "restore": "Taken out of the bin",
}
AT_FIRST, MORE = 10, 50  # revisions that are shown
SHOWN = "drawer_history_shown"


def show(run: Context, entry: Entry, restore: Callable[[Revision], None]) -> None:
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
            st.button(
                f"Show more of {len(revisions):,}",
                key="drawer_history_more",
                type="tertiary",
                icon=":material/expand_more:",
                on_click=_show_more,
                args=(shown, most),
            )


def _show_step(step: Step, entry: Entry, restore: Callable[[Revision], None]) -> None:
    revision = step.revision
    with st.container(gap="xxsmall", key=f"revision_{revision.version}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.caption(_title(step))
            if step.wrote and revision.content != entry.content:
                st.button(
                    "Restore",
                    key=f"restore_{revision.version}",
                    type="tertiary",
                    icon=":material/undo:",
                    help=f"Save the entry as it was in version {revision.version}.",
                    on_click=restore,
                    args=(revision,),
                )
        for change in step.changes:
            st.markdown(changes.markdown(change))


def _title(step: Step) -> str:
    revision = step.revision
    who, at = plain(shortened(revision.actor, 40)), when(revision.at)
    title = f"{ACTIONS[revision.action]} by {who}, {at} · version {revision.version}"
    return f"{title}, as it was in {step.returned_to}" if step.returned_to else title


def _show_more(key: str, shown: int) -> None:
    st.session_state[key] = shown + MORE
