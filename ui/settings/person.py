"""Who you are: the name beside every change that you make."""

import streamlit as st

from ui import notice, resources
from ui.context import Context

FIELD = "settings_name"


def show(run: Context) -> None:
    """Show the name, to be changed."""
    st.subheader("You", anchor=False)
    st.session_state.setdefault(FIELD, run.actor)
    st.text_input(
        "Your name",
        key=FIELD,
        max_chars=80,
        on_change=_save,
        width=320,
        help="It is shown beside every change that you make.",
    )


@notice.errors(notice.refuse)
def _save() -> None:
    """Keep the name for this session, and, on a machine of one's own, for the next ones."""
    name = st.session_state[resources.ACTOR] = st.session_state[FIELD].strip()
    if not resources.settings().accept_open_network:
        resources.store().settings.write({resources.ACTOR: name})
