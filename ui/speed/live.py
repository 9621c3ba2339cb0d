"""How fast real questions were answered."""

import streamlit as st

from faq.speed.comparison import live
from ui import resources
from ui.speed import charts

QUERIES = 1000  # what the figures are taken over
CHARTED = 100


def show() -> None:
    """Show the times of the last questions, or how to get some."""
    queries = resources.store().recent_queries(QUERIES)
    figures = live(queries)
    if figures is None:
        st.markdown("No question was asked yet. Ask one, and its times appear here.")
        st.page_link("pages/ask.py", label="Ask a question", icon=":material/search:")
        return
    newest = queries[:CHARTED][::-1]
    with st.grid(3, min_column_width=200):
        _show_part(
            "To the answer",
            figures.total_p50,
            figures.total_p95,
            [query.total_seconds * 1000 for query in newest],
        )
        _show_part(
            "Reading the question",
            figures.embed_p50,
            figures.embed_p95,
            [query.embed_seconds * 1000 for query in newest],
        )
        _show_part(
            "Searching",
            figures.search_p50,
            figures.search_p95,
            [query.search_seconds * 1000 for query in newest],
        )
    counted = "one question" if figures.queries == 1 else f"the last {figures.queries:,} questions"
    st.caption(f"The large figures are medians over {counted}.")
    st.altair_chart(
        charts.query_times(queries[:CHARTED]),
        alt=f"Time of each of the last {len(newest)} questions; the median is "
        f"{figures.total_p50:.1f} milliseconds",
    )


def _show_part(name: str, p50: float, p95: float, times: list[float]) -> None:
    """Show the median and 95th percentile of one part of the way, in milliseconds."""
    st.metric(
        name,
        f"{p50:.1f} ms",
        f"{p95:.1f} ms",
        delta_color="off",
        delta_arrow="off",
        delta_description="95 of 100 are faster",
        chart_data=times if len(times) > 1 else None,
        border=True,
        height="stretch",
        help="The median (p50), and below it the 95th percentile (p95).",
    )
