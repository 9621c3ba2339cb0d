"""Buttons and menus that call a function before the page runs again."""

from collections.abc import Callable, Mapping

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


Actions = Mapping[str, Callable[[], None]]
"""What a menu offers: labels as markdown, and what each of them calls."""


def menu(key: str, actions: Actions) -> None:
    """Draw what else can be done: as a menu, or as a button where it is one thing alone."""
    if len(actions) == 1:
        [(label, action)] = actions.items()
        st.button(label, key=key, type="tertiary", on_click=action)
        return
    icon = ":material/more_horiz:"
    args = (key, actions)
    st.menu_button(
        "More", list(actions), key=key, icon=icon, type="tertiary", on_click=_choose, args=args
    )


def _choose(key: str, actions: Actions) -> None:
    actions[st.session_state[key]]()
