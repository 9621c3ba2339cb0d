"""Examples to begin with: buttons that fill fields."""

from collections.abc import Callable, Mapping

import streamlit as st

from ui.typed import Fields


def draw(presets: Mapping[str, Fields], fill: Callable[[Fields], None]) -> None:
    """Draw a button a preset, which gives its fields to `fill`."""
    with st.container(horizontal=True):
        for label, fields in presets.items():
            st.button(label, key=f"preset {label}", on_click=fill, args=(fields,))


def first(presets: Mapping[str, Fields]) -> Fields:
    """Return what stands in the fields from the beginning."""
    return next(iter(presets.values()))
