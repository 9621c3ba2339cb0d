"""Charts, in Altair, in the colours of the theme."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from store import LoggedQuery

if TYPE_CHECKING:
    import altair


def query_times(queries: Sequence[LoggedQuery]) -> "altair.Chart":
    """Return the time of each query, oldest first, split into its two parts."""
    import altair
    import pandas as pd

    rows = [
        {"number": number, "part": part, "milliseconds": seconds * 1000, "query": query.text[:80]}
        for number, query in enumerate(reversed(queries), start=1)
        for part, seconds in (
            ("reading the question", query.embed_seconds),
            ("searching", query.search_seconds),
        )
    ]
    chart: altair.Chart = (
        altair.Chart(pd.DataFrame(rows))
        .mark_bar(size=max(2, min(24, 800 // len(queries))))
        .encode(
            x=altair.X(
                "number:O",
                title="Query, oldest to newest",
                axis=altair.Axis(labels=False, ticks=False),
            ),
            y=altair.Y("milliseconds:Q", title="Milliseconds"),
            color=altair.Color("part:N", title=None, legend=altair.Legend(orient="top")),
            tooltip=[
                altair.Tooltip("query:N", title="Query"),
                altair.Tooltip("part:N", title="Part"),
                altair.Tooltip("milliseconds:Q", title="Milliseconds", format=".1f"),
            ],
        )
        .properties(height=260)
    )
    return chart


def per_text(single_ms: float, batch_ms: float) -> "altair.LayerChart":
    """Return the time a text takes, alone and in a batch, side by side."""
    import altair
    import pandas as pd

    rows = pd.DataFrame(
        {"how": ["one at a time", "in one batch"], "milliseconds": [single_ms, batch_ms]}
    )
    bars = altair.Chart(rows).encode(
        y=altair.Y("how:N", title=None, sort=None, axis=altair.Axis(labelLimit=200)),
        x=altair.X("milliseconds:Q", title="Milliseconds a text"),
    )
    figures = bars.encode(text=altair.Text("milliseconds:Q", format=".1f"))
    chart: altair.LayerChart = bars.mark_bar() + figures.mark_text(align="left", dx=6)
    return chart.properties(height=120)
