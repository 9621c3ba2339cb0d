"""The collection's language on screens: found in the background, and what is said where the model
does not read it well."""

import streamlit as st

from faq import language
from faq.language import Language
from ui import context, notice
from ui.background import Search
from ui.buttons import button
from ui.context import Context
from ui.text import plain

HIDDEN = "language_hint_hidden"  # a setting: the sentence that nobody wants to see again
ENOUGH = 20  # changes of entries, before a page of questions has the language found


def current(run: Context, patience: float) -> Language:
    """Return the collection's language, found again where that is outdated; what was known before
    where that takes more than so many seconds."""
    state = run.collection.state
    if run.may_edit and language.outdated(state):
        when = language.kept(state), state.model, state.changes
        found = _search().found(when, lambda: [language.up_to_date(run.editable)], patience)
        if found.items and not found.looking:
            return found.items[0]
    return language.kept(state)


def show_hint(run: Context) -> None:
    """Say in a line, to those who can change it, that the model finds too little; until they hide
    it."""
    if not run.may_edit or run.store.read_only:
        return
    state = run.collection.state
    known = current(run, 0) if state.changes >= ENOUGH else language.kept(state)
    found = language.hindrance(known, state.model)
    if not found or state.settings.get(HIDDEN) == found:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="language_hint"):
        st.caption(plain(found), width="stretch")
        st.page_link("pages/settings.py", label="Other models", query_params={"tab": "Model"})
        button("Hide", "language_hint_hide", _hide, found, quiet=True)


@notice.errors(notice.refuse)
def _hide(found: str) -> None:
    context.store().settings.write({HIDDEN: found})


@st.cache_resource(show_spinner=False)
def _search() -> Search[Language]:
    return Search()
