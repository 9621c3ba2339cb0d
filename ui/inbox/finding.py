"""Looking for what needs a person, in a thread of its own: no page waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui import resources
from ui.background import Found, Search

__all__ = ["Found", "Search", "State", "search", "state", "watch"]


@st.cache_resource(show_spinner=False)
def search(section: str) -> Search[Any]:
    """Return the process's search for the items of a section."""
    return Search()


@dataclass(frozen=True, slots=True)
class State:
    """What decides over the items: entries, log, dismissals and model as they stand."""

    entries: int
    log: str
    dismissed: frozenset[str]
    fingerprint: str


def state() -> State:
    """Return the state of the collection now."""
    store = resources.store()
    token: int = store.changes_since(st.session_state.get("token", 0)).token
    st.session_state["token"] = token
    active = store.model()
    fingerprint = active.fingerprint if active else ""
    return State(token, store.query_log_token(), store.dismissed(), fingerprint)


@st.fragment(run_every=0.5)
def watch(sections: Sequence[str]) -> None:
    """Run the page again once one of the searches that are under way has ended."""
    if any(not search(section).looking for section in sections):
        st.rerun()
