"""Who is acting: the display name that every change carries."""

import streamlit as st

from store import Store

NAME = "display_name"  # in the session, and, on a machine of one's own, in the collection


def name(store: Store, fallback: str) -> str:
    """Return this session's display name; where none was set, the one kept in the collection, or
    `fallback`."""
    return st.session_state.get(NAME) or store.setting(NAME) or fallback


def set_name(store: Store, name: str, *, keep: bool) -> None:
    """Set this session's display name. With `keep`, it is there again after a restart."""
    st.session_state[NAME] = name.strip()
    if keep:
        store.set_setting(NAME, name.strip())
