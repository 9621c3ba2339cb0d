"""The whole list: what there is to do of every kind, and praise where there is nothing."""

from typing import Any

import streamlit as st

from ui import model, resources
from ui.inbox import disliked, duplicates, finding, item, stale, suggestions, unanswered
from ui.inbox.finding import Found
from ui.text import counted

# In the order of what helps readers most. Those with a search of their own need the model.
SECTIONS: dict[str, Any] = {
    "unanswered": unanswered,
    "disliked": disliked,
    "duplicates": duplicates,
    "stale": stale,
    "suggested phrasings": suggestions,
}
NEED_MODEL = ("unanswered", "duplicates", "suggested phrasings")


def show() -> None:
    """Show everything that waits for a person."""
    state = finding.state()
    can_look = not state.fingerprint or resources.embedder().ready
    found: dict[str, Found[Any]] = {
        name: section.find(state)
        for name, section in SECTIONS.items()
        if can_look or name not in NEED_MODEL
    }
    waiting = [name for name in NEED_MODEL if name in found and found[name].looking]
    _show_counts(found)
    for name, section in SECTIONS.items():
        if name in found:
            section.show(found[name])
    if item.open_wanted():
        return  # a page that runs again would close the drawer
    if not can_look:
        model.ready()
    elif waiting:
        finding.watch(waiting)
    elif not any(one.items or one.error for one in found.values()):
        _praise()


def _show_counts(found: dict[str, Found[Any]]) -> None:
    counts = [
        counted(len(one.items), name.removesuffix("s"), name)
        for name, one in found.items()
        if one.items
    ]
    if counts:
        st.caption(" · ".join(counts))


def _praise() -> None:
    st.subheader("All done", anchor=False)
    st.markdown("Every question found its answer, and nothing waits for you. Well kept!")
