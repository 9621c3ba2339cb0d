"""What a screen shows while the model loads, and where it cannot be loaded."""

import streamlit as st

from ui import resources
from ui.text import plain


def ready() -> bool:
    """Return whether the model can answer now; where not, show why and go on once it can.

    Call it after everything that does not need the model is drawn.
    """
    if resources.embedder().ready:
        return True
    loading = resources.model_loading()
    if loading.done and loading.error:
        st.error(plain(loading.error))
        st.button("Try again", on_click=_again, key="model_again")
        return False
    _wait()
    return False


@st.fragment(run_every=0.5)
def _wait() -> None:
    st.caption("Getting the language model ready. This takes a few seconds after a start.")
    st.skeleton(height=120)
    if resources.model_loading().done:
        st.rerun()


def _again() -> None:
    resources.model_loading.clear()
