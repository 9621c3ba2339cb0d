"""How much of a text the model reads, in tokens."""

from collections.abc import Sequence

import streamlit as st

from embedding import Embedder
from errors import AskwellError
from ui import context
from ui.text import plain, shortened

HELP = "Tokens are words and parts of words. The model reads no more of a text than that."


def show_token_counts(texts: Sequence[str], own: Embedder | None = None) -> None:
    """Say how much of the texts the model reads, and where it stops. `own` is the collection's
    model, where the caller has it at hand."""
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
    st.caption(line, help=HELP)
    for text, count in zip(texts, counts, strict=True):
        if count.truncated:
            end = count.read_characters
            read = plain(text[max(0, end - 80) : end])
            unread = plain(shortened(text[end:], 80))
            st.warning(
                f"The model stops reading here: …{read} :red[▏] :gray[{unread}]",
                icon=":material/content_cut:",
            )
