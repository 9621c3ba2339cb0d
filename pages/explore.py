"""Explore: what the language model makes of sentences, words and the whole collection."""

import streamlit as st

from ui import app, notice
from ui.entry import drawer
from ui.explore import arithmetic, batch, collection_map, compare, tokens

app.ensure()

TABS = {
    "Compare": compare.show,
    "Arithmetic": arithmetic.show,
    "Batch": batch.show,
    "Tokens": tokens.show,
    "Map": collection_map.show,
}

st.title("Explore", anchor=False)
notice.show()
drawer.show_unsaved()
for tab, show in zip(
    st.tabs(list(TABS), key="explore", bind="query-params"), TABS.values(), strict=True
):
    if tab.open:
        with tab, notice.errors():
            show()
