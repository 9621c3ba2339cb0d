"""How fast real questions were answered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from faq.speed.trial import percentiles
from store import LoggedQuery
from ui import context
from ui.charts import HEIGHT, metric
from ui.text import counted

if TYPE_CHECKING:
    import altair

QUERIES = 1000  # what the figures are taken over
CHARTED = 100
WIDEST_BAR, FEW_BARS = 24, 12  # pixels; so many of them fit on a small screen


def show() -> None:
    """Show the times of the last questions, or how to get some."""
    queries = context.store().log.page(QUERIES).queries
    if not queries:
        st.markdown("No question was asked yet. Ask one, and its times appear here.")
        st.page_link("pages/ask.py", label="Ask a question", icon=":material/search:")
        return
    with st.grid(3, min_column_width=200):
        median = _show_part("To the answer", [query.total_seconds for query in queries])
        _show_part("Reading the question", [query.embed_seconds for query in queries])
        _show_part("Searching", [query.search_seconds for query in queries])
    over = "one question" if len(queries) == 1 else f"the last {len(queries):,} questions"
    st.caption(f"The large figures are medians over {over}.")
    newest = queries[:CHARTED]
    st.altair_chart(
        _chart(newest),
        alt=f"Time of the last {counted(len(newest), 'question')}; the median is {median:.1f} "
        "milliseconds",
    )


def _show_part(name: str, seconds: Sequence[float]) -> float:
    """Show the median and 95th percentile of a part of the time, newest first; return the median,
    in milliseconds."""
    times = [one * 1000 for one in seconds]
    p50, p95 = percentiles(times)
    metric(
        name,
        f"{p50:.1f} ms",
        f"{p95:.1f} ms",
        delta_description="95 of 100 are faster",
        chart_data=times[:CHARTED][::-1] if len(times) > 1 else None,
        help="The median (p50), and below it the 95th percentile (p95).",
    )
    return p50


def _chart(queries: Sequence[LoggedQuery]) -> "altair.Chart":
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
        .mark_bar(size=WIDEST_BAR if len(queries) <= FEW_BARS else altair.Undefined)
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
        .properties(height=HEIGHT)
    )
    return chart
