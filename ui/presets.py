"""Examples to begin with: buttons that fill the fields."""

from collections.abc import Mapping

import streamlit as st

Fields = Mapping[str, str]
"""What stands in fields, by their keys."""


def draw(presets: Mapping[str, Fields]) -> None:
    """Draw a button a preset; the first one stands in the fields from the beginning. Call it before
    they are drawn."""
    for key, text in next(iter(presets.values())).items():
        st.session_state.setdefault(key, text)
    with st.container(horizontal=True):
        for label, fields in presets.items():
            st.button(label, key=f"preset {label}", on_click=_fill, args=(fields,))


def _fill(fields: Fields) -> None:
    st.session_state.update(fields)
