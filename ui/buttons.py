"""Buttons that call a function before the page runs again."""

from collections.abc import Callable

import streamlit as st


def button(
    label: str,
    key: str,
    on_click: Callable[..., None],
    *args: object,
    icon: str | None = None,
    help: str | None = None,
    quiet: bool = False,
    disabled: bool = False,
) -> bool:
    """Draw a button that calls `on_click(*args)`, and return whether it was clicked; `icon` is the
    name of one of Material's."""
    return st.button(
        label,
        key=key,
        icon=f":material/{icon}:" if icon else None,
        type="tertiary" if quiet else "secondary",
        on_click=on_click,
        args=args,
        help=help,
        disabled=disabled,
    )
