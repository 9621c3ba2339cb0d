"""Explore: what the language model makes of sentences, words and the whole collection."""

import streamlit as st

from ui import app, context, notice
from ui.entry import drawer, unsaved
from ui.explore import arithmetic, collection_map, texts

app.ensure()

TABS = {
    "Compare": texts.show_comparison,
    "Arithmetic": arithmetic.show,
    "Batch": texts.show_batch,
    "Tokens": texts.show_tokens,
    "Map": collection_map.show,
}

st.title("Explore", anchor=False)
notice.show()
unsaved.show(context.read())
for tab, show in zip(
    st.tabs(list(TABS), key="explore", bind="query-params"), TABS.values(), strict=True
):
    if tab.open:
        with tab, notice.errors():
            show()
drawer.open_wanted()
