"""Reports that were kept: one to look at, and how their figures changed over time."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from faq.reports import Kept
from ui import charts
from ui.text import plain, when

if TYPE_CHECKING:
    import altair

HEIGHT = 320
POINT = ("at", "series", "figure", "comparable")  # what a chart of figures over time is made of

R = TypeVar("R")


class Figure(NamedTuple):
    """A figure that people compare: its name in reports, its title with the unit, its format, and
    what it says in a sentence."""

    name: str
    title: str
    format: str = ".3f"
    says: str = ""

    @property
    def column(self) -> ColumnConfig:
        """How a table shows it."""
        return st.column_config.NumberColumn(format=f"%{self.format}")


def chosen(kept: Sequence[Kept[R]], key: str) -> Kept[R]:
    """Return the report to show: the newest, or the one that somebody chooses. `kept` is newest
    first, and not empty."""
    if len(kept) == 1:
        return kept[0]
    by_id = {one.id: one for one in kept}
    wanted = st.selectbox(
        "Result of",
        list(by_id),
        format_func=lambda id_: f"{when(by_id[id_].at)}, by {by_id[id_].actor}",
        key=f"{key}_report_{kept[0].id}",  # a new one is shown as soon as it is there
        width=420,
    )
    return by_id[wanted]


def circumstances(kept: Kept[R], *more: str) -> str:
    """Return when and by whom a report was made, and more, as markdown in one line."""
    return " · ".join([when(kept.at), f"by {plain(kept.actor)}", *map(plain, more)])


def show_history(
    kept: Sequence[Kept[R]],
    heading: str,
    figures: Sequence[Figure],
    values: Callable[[R, Figure], Mapping[str, float]],
    *,
    key: str,
    details: Callable[[R], Mapping[str, object]],
    comparable: Callable[[R], object],
    note: str,
    order: Sequence[str],
    from_zero: bool,
) -> None:
    """Show one figure of every report, over time and as a table.

    `values` returns a report's values of the figure by series, such as an engine; `details` what
    else is worth a column. A line joins reports that are equal in `comparable`, which `note` says
    in words. `order` is that of the series' colours.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(heading, anchor=False, width="stretch")
        title = st.selectbox(
            "Figure",
            [one.title for one in figures],
            key=f"{key}_figure",
            label_visibility="collapsed",
            width=260,
        )
    figure = next(one for one in figures if one.title == title)
    rows = [
        {
            "at": one.at,
            "series": name,
            "figure": value,
            "comparable": str(comparable(one.result)),
            **details(one.result),
        }
        for one in kept
        for name, value in values(one.result, figure).items()
    ]
    names = list(dict.fromkeys(str(row["series"]) for row in rows))
    if rows:
        st.altair_chart(
            _chart(rows, figure, charts.colour("series", names, order), from_zero),
            alt=f"{title} over time, in {len(kept)} reports",
        )
    st.caption(f"{figure.says} {note}".strip())
    st.dataframe(
        [
            {
                "When": when(one.at),
                **{name: values(one.result, figure).get(name) for name in names},
                **details(one.result),
                "By": one.actor,
            }
            for one in kept
        ],
        hide_index=True,
        column_config=dict.fromkeys(names, figure.column),
        placeholder="",
        alt=f"{title} of every report",
    )


def _chart(
    rows: Sequence[Mapping[str, object]], figure: Figure, colour: "altair.Color", from_zero: bool
) -> "altair.Chart":
    """Return a figure over time, a line a series; what a row has beyond it is shown on hover."""
    import altair
    import pandas as pd

    axis = altair.Axis(labelOverlap=True, tickCount=5, format="%d %b, %H:%M")
    chart: altair.Chart = (
        altair.Chart(pd.DataFrame(rows))
        .mark_line(point=True)
        .encode(
            x=altair.X("at:T", title=None, axis=axis),
            y=altair.Y("figure:Q", title=figure.title, scale=altair.Scale(zero=from_zero)),
            color=colour,
            detail="comparable:N",
            tooltip=[
                altair.Tooltip("series:N", title="Of"),
                altair.Tooltip("figure:Q", title=figure.title, format=figure.format),
                altair.Tooltip("at:T", title="When", format="%d %b %Y, %H:%M"),
                *(altair.Tooltip(f"{name}:N", title=name) for name in rows[0] if name not in POINT),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart
