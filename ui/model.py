"""What a screen shows while the model loads, and where it cannot be loaded."""

import streamlit as st

from embedding import Embedder
from faq.models import describe_download
from ui import context
from ui.text import plain


def ready(own: Embedder | None = None) -> bool:
    """Return whether the model can answer now; where not, show why and go on once it can. `own` is
    the collection's model, where the caller has it at hand.

    Call it after everything that does not need the model is drawn.
    """
    own = own or context.embedder()
    if error := failure(own):
        _show_failure(error)
        return False
    return settled(own)


def settled(own: Embedder) -> bool:
    """Return whether it is known if the model can answer; until then, show that it loads."""
    if own.ready or failure(own):
        return True
    _wait()
    return False


def failure(own: Embedder) -> str:
    """Return why the model cannot answer; empty where it can, or is still loading."""
    if own.ready:
        return ""
    loading = context.model_loading(own)
    return loading.error if loading.done else ""


def show_where_text_goes(own: Embedder) -> None:
    """Say so where questions and entries are sent to another machine."""
    settings = context.settings()
    if settings.engine != "remote":
        return
    if own.ready and own.runtime.engine != "remote":
        return  # the collection's own model is another one, which runs here
    host = plain(settings.network.service_host)
    st.caption(f"Text leaves this machine: every question and entry is sent to {host}.")


def show_words_only(why: str) -> None:
    """Say that entries were found by their words alone, and why."""
    st.markdown("**Only words are compared**, because the language model is not available.")
    _show_failure(why)


def _show_failure(why: str) -> None:
    st.error(plain(why))
    st.button("Try again", on_click=context.load_model_again, key="model_again")


@st.fragment(run_every=0.2)  # the first question waits for it
def _wait() -> None:
    download = context.downloading().latest
    if download.done < download.total:
        st.caption("The language model comes once from the Hugging Face Hub, and then stays here.")
        st.progress(download.done / download.total, text=describe_download(download))
    else:
        st.caption("Getting the language model ready. This takes a few seconds after a start.")
        st.skeleton(height=120)
    if context.model_loading().done:
        st.rerun()
