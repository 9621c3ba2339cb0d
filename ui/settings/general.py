"""Names in Settings: that of the collection, and yours."""

import streamlit as st

from faq.collection import LONGEST_NAME
from ui import context, notice
from ui.context import Context

COLLECTION, YOURS = "settings_collection", "settings_name"


def show(run: Context) -> None:
    """Show the names, to be changed."""
    st.header("Names", anchor=False)
    st.session_state.setdefault(COLLECTION, run.collection.name)
    st.text_input(
        "Name of the collection",
        key=COLLECTION,
        max_chars=LONGEST_NAME,
        on_change=_rename,
        width=320,
        placeholder="Travel desk",
        help="It is shown on every page and in the browser's tab, so that everybody knows whose "
        "questions these are.",
    )
    if run.person:
        return  # who signs in has a name already
    st.session_state.setdefault(YOURS, run.actor)
    st.text_input(
        "Your name",
        key=YOURS,
        max_chars=80,
        on_change=_save_yours,
        width=320,
        help="It is shown beside every change that you make.",
    )


@notice.errors(notice.refuse)
def _rename() -> None:
    context.collection().rename(st.session_state[COLLECTION])


@notice.errors(notice.refuse)
def _save_yours() -> None:
    """Keep the name for this session, and, on a machine of one's own, for the next ones."""
    name = st.session_state[context.ACTOR] = st.session_state[YOURS].strip()
    if not context.settings().accept_open_network:
        context.store().settings.write({context.ACTOR: name})
