"""What screens say of the model: that it loads, why it cannot, and how much of a text it reads."""

from collections.abc import Sequence

import streamlit as st

from embedding import Embedder
from errors import AskwellError
from faq.models import describe_download
from ui import context
from ui.text import plain, shortened

TOKENS = "Tokens are words and parts of words. The model reads no more of a text than that."


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


def show_token_counts(
    texts: Sequence[str], own: Embedder | None = None, *, on_one_line: bool = False
) -> None:
    """Say how much of the texts the model reads, and where it stops: below, or, `on_one_line`, once
    that is opened. `own` is the collection's model, where the caller has it at hand."""
    texts = [text for text in texts if text.strip()]
    if not texts:
        return
    try:
        counts = (own or context.embedder()).count_tokens(texts)
    except AskwellError:
        return  # the model is not there yet; saving will say so
    longest = max(counts, key=lambda count: count.count)
    which = " in the longest" if len(texts) > 1 else ""
    if longest.truncated:
        line = f"{longest.count} tokens{which}, of which the model reads {longest.limit}"
    else:
        line = f"{longest.count} of {longest.limit} tokens{which}"
    st.caption(line, help=TOKENS)
    if not longest.truncated:
        return
    with st.popover("Where", icon=":material/content_cut:") if on_one_line else st.container():
        for text, count in zip(texts, counts, strict=True):
            if count.truncated:
                end = count.read_characters
                read = plain(text[max(0, end - 80) : end])
                unread = plain(shortened(text[end:], 80))
                st.warning(
                    f"The model stops reading here: …{read} :red[▏] :gray[{unread}]",
                    icon=":material/content_cut:",
                )


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
