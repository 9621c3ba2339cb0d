"""What figures and charts of several screens have in common."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import altair

HEIGHT = 260

metric = partial(st.metric, delta_color="off", delta_arrow="off", border=True, height="stretch")
"""Show a figure in a box, as high as those beside it."""


def colour(field: str, names: Sequence[str], order: Sequence[str]) -> "altair.Color":
    """Return colours by name: a name of `order` has the same one in every chart, whichever others
    are there."""
    import altair

    domain = list(dict.fromkeys([*order, *names]))
    return altair.Color(
        f"{field}:N",
        title=None,
        scale=altair.Scale(domain=domain),
        legend=altair.Legend(
            orient="top",
            values=[name for name in domain if name in names],
            columns=2,
            labelLimit=240,
        ),
    )
