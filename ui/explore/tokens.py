"""Tokens: a text as the model reads it, and where it stops."""

from functools import partial

import streamlit as st

from ui import model, presets, resources, typed
from ui.download import table_button
from ui.reading import show_reading
from ui.text import plain

TEXT = "token_text"
MOST_TOKENS = 512  # shown; a model may read thousands
PRESETS = {
    "Rare words": {TEXT: "Otorhinolaryngologists recommend unputdownable e-books. Don't they?"},
    "Too long": {
        TEXT: "\n".join(
            f"{number}. Somebody who pastes a whole document should know that only its beginning "
            "is read."
            for number in range(1, 21)
        )
    },
}


def show() -> None:
    st.caption("A model reads pieces of words, its tokens, and only so many of them.")
    presets.draw(PRESETS, typed.fill)
    field = partial(st.text_area, "Text", height=140)
    text = typed.text(TEXT, field, presets.first(PRESETS)[TEXT])
    if not text.strip():
        st.markdown("Type a text to see its tokens.")
    elif model.ready():
        show_reading([text])
        _show_tokens(resources.embedder().tokenize(text))


def _show_tokens(tokens: list[str]) -> None:
    st.markdown(" ".join(f":gray-badge[{plain(token)}]" for token in tokens[:MOST_TOKENS]))
    if len(tokens) > MOST_TOKENS:
        st.caption(f"and {len(tokens) - MOST_TOKENS:,} more")
    st.caption("As the model sees them, with those that it adds itself.")
    table_button("Download the tokens", "tokens", ("place", "token"), enumerate(tokens, start=1))
