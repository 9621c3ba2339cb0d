"""Charts that several screens share, in Altair, in the colours of the theme."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import altair

HEIGHT, LEGEND_HEIGHT = 260, 60


def over_time(
    rows: Sequence[Mapping[str, object]],
    title: str,
    *,
    format: str,
    order: Sequence[str],
    details: Iterable[str],
    from_zero: bool,
) -> "altair.Chart":
    """Return a figure over time, a colour a series.

    A row has `at`, `series`, `figure`, `comparable` (a line joins the points of a series that are
    equal in it) and the `details`, which are shown beside the mouse. `order` as in `colour`.
    """
    import altair
    import pandas as pd

    chart: altair.Chart = (
        altair.Chart(pd.DataFrame(rows))
        .mark_line(point=True)
        .encode(
            x=altair.X("at:T", title=None, axis=altair.Axis(labelOverlap=True, tickCount=5)),
            y=altair.Y("figure:Q", title=title, scale=altair.Scale(zero=from_zero)),
            color=colour("series", [str(row["series"]) for row in rows], order),
            detail="comparable:N",
            tooltip=[
                altair.Tooltip("series:N", title="Of"),
                altair.Tooltip("figure:Q", title=title, format=format),
                altair.Tooltip("at:T", title="When", format="%d %b %Y, %H:%M"),
                *(altair.Tooltip(f"{name}:N", title=name) for name in details),
            ],
        )
        .properties(height=HEIGHT + LEGEND_HEIGHT)
    )
    return chart


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
