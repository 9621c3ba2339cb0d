"""Results that were kept: the newest is shown, or the one that somebody chooses."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import streamlit as st


class Kept(Protocol):
    """A result with the id that it is kept under."""

    @property
    def id(self) -> int: ...


K = TypeVar("K", bound=Kept)


def chosen(kept: Sequence[K], title: Callable[[K], str], key: str) -> K:
    """Return the result to show; `kept` comes newest first and holds at least one."""
    if len(kept) == 1:
        return kept[0]
    by_id = {one.id: one for one in kept}
    wanted = st.selectbox(
        "Result of",
        list(by_id),
        format_func=lambda id_: title(by_id[id_]),
        key=f"{key}_{kept[0].id}",  # a new one is shown as soon as it is there
        width=420,
    )
    return by_id[wanted]
