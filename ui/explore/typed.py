"""Fields whose text outlives a look at another tab, and can be filled by a button.

What was typed is kept beside the widget and given to it as its value: a browser that mounts the
field anew shows that, whatever became of the run that drew it first.
"""

from collections.abc import Callable, Mapping

import streamlit as st

Fields = Mapping[str, str]
"""The texts of fields, by their names."""


def text(name: str, draw: Callable[..., str | None], default: str) -> str:
    """Draw a field with `draw(value=..., key=...)` and return its text."""
    kept = st.session_state.setdefault("typed", {})
    filled: int = st.session_state.get("typed_filled", 0)  # a new key: else the value is not taken
    key = f"{name} {filled}" if filled else name
    kept[name] = draw(value=kept.get(name, default), key=key) or ""
    return str(kept[name])


def show_examples(examples: Mapping[str, Fields]) -> Fields:
    """Draw a button for each example, which fills its fields; return the first one, whose texts
    are in the fields from the beginning."""
    with st.container(horizontal=True):
        for label, fields in examples.items():
            st.button(label, key=f"example {label}", on_click=_fill, args=(fields,))
    return next(iter(examples.values()))


def _fill(fields: Fields) -> None:
    st.session_state.setdefault("typed", {}).update(fields)
    st.session_state["typed_filled"] = st.session_state.get("typed_filled", 0) + 1
