"""How much of a text the model reads, as screens tell it."""

from collections.abc import Sequence

import streamlit as st

from errors import AskwellError
from ui import resources
from ui.text import plain, shortened

HELP = "Tokens are words and parts of words. The model reads no more of a text than that."


def show_reading(texts: Sequence[str]) -> None:
    """Say how much of the texts the model reads, and where it stops."""
    texts = [text for text in texts if text.strip()]
    if not texts:
        return
    try:
        counts = resources.collection().tokens(texts)
    except AskwellError:
        return  # the model is not there yet; saving will say so
    longest = max(counts, key=lambda count: count.count)
    which = " in the longest" if len(texts) > 1 else ""
    if longest.truncated:
        told = f"{longest.count} tokens{which}, of which the model reads {longest.limit}"
    else:
        told = f"{longest.count} of {longest.limit} tokens{which}"
    st.caption(told, help=HELP)
    for text, count in zip(texts, counts, strict=True):
        if count.truncated:
            end = count.read_characters
            read = plain(text[max(0, end - 80) : end])
            unread = plain(shortened(text[end:], 80))
            st.warning(
                f"The model stops reading here: …{read} :red[▏] :gray[{unread}]",
                icon=":material/content_cut:",
            )
