"""What figures and charts of several screens have in common. Charts are written as Vega-Lite itself
reads them: altair, which writes the same, takes more than a second to import."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

HEIGHT = 260
NARROW = 500  # pixels of a chart in which a legend has two columns
FEW_TICKS = {"tickCount": 4}
TYPES = {"Q": "quantitative", "N": "nominal", "O": "ordinal", "T": "temporal"}

metric = partial(st.metric, delta_color="off", delta_arrow="off", border=True, height="stretch")
"""Show a figure in a box, as high as those beside it."""

Spec = dict[str, object]
"""A part of a specification of Vega-Lite."""

# As dark as the text around it: the grey of Streamlit's own charts is 3.7:1 in light.
INK = {
    part: {"labelColor": "currentColor", "titleColor": "currentColor"}
    for part in ("axis", "legend")
}


def show(
    rows: Sequence[Mapping[str, object]],
    spec: Spec,
    *,
    alt: str,
    key: str | None = None,
    on_select: Callable[[], None] | None = None,
    selection: Sequence[str] = (),
) -> None:
    """Draw a chart; a click that changes one of the selections calls `on_select`."""
    st.vega_lite_chart(
        rows,
        {"config": INK, **spec},
        alt=alt,
        key=key,
        on_select=on_select or "ignore",
        selection_mode=selection or None,
    )


def channel(column: str, title: str | None = None, **more: object) -> Spec:
    """Return a column of a chart's rows as an encoding; it is named with its type, as in `x:Q`."""
    name, _, kind = column.rpartition(":")
    return {"field": name, "type": TYPES[kind], "title": title, **more}


def colour(column: str, names: Sequence[str], order: Sequence[str]) -> Spec:
    """Return colours by name: a name of `order` has the same one in every chart, whichever others
    are there."""
    domain = list(dict.fromkeys([*order, *names]))
    shown = [name for name in domain if name in names]
    in_a_row = {"expr": f"width < {NARROW} ? 2 : {len(shown)}"}
    legend = {"orient": "top", "values": shown, "columns": in_a_row, "labelLimit": 240}
    return channel(column, scale={"domain": domain}, legend=legend)
