"""Mistyped words in Settings: whether they are corrected."""

import streamlit as st

from faq.search import spelling
from ui import context, notice
from ui.context import Context

ON = "spelling_on"


def show(run: Context) -> None:
    """Show the switch."""
    st.header("Mistyped words", anchor=False)
    st.session_state[ON] = spelling.is_on(run.collection.state)
    st.toggle("Also ask with mistyped words corrected", key=ON, on_change=_save)
    st.caption(
        "A word that neither an entry nor the language model knows is compared with those that "
        "they know. What was typed is asked as well, and is what the query log keeps."
    )


@notice.errors(notice.refuse)
def _save() -> None:
    value = None if st.session_state[ON] else spelling.OFF
    context.store().settings.write({spelling.SETTING: value})
