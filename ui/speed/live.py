"""How fast real questions were answered."""

from collections.abc import Sequence

import streamlit as st

from embedding import Embedder
from faq.speed.trial import ENGINES, percentiles
from store import LoggedQuery
from ui import charts
from ui.charts import FEW_TICKS, HEIGHT, channel, metric
from ui.context import Context
from ui.text import counted, plain

QUERIES = 1000  # what the figures are taken over
CHARTED = 100
PARTS = ("reading the question", "searching")
WIDEST_BAR, FEW_BARS = 24, 12  # pixels; so many of them fit on a small screen


def show(run: Context) -> None:
    """Show what answers now, and the times of the last questions, or how to get some."""
    _show_engine(run.embedder)
    queries = run.editable.store.log.page(QUERIES).queries
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
    _show_chart(queries[:CHARTED], median)


def _show_engine(own: Embedder) -> None:
    if own.ready:
        runtime = own.runtime
        name = f"{ENGINES.get(runtime.engine, runtime.engine)}, {runtime.precision}"
        st.markdown(f"Questions are answered with **{plain(name)}**, on {plain(runtime.device)}.")


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


def _show_chart(queries: Sequence[LoggedQuery], median: float) -> None:
    """Show the time of each query, oldest first, split into its two parts."""
    charts.show(
        [
            {
                "number": number,
                "query": query.text[:80],
                PARTS[0]: query.embed_seconds * 1000,
                PARTS[1]: query.search_seconds * 1000,
            }
            for number, query in enumerate(reversed(queries), start=1)
        ],
        {
            "height": HEIGHT,
            "transform": [{"fold": PARTS, "as": ["part", "milliseconds"]}],
            "mark": {"type": "bar", **({"size": WIDEST_BAR} if len(queries) <= FEW_BARS else {})},
            "encoding": {
                "x": channel(
                    "number:O",
                    "Query, oldest to newest",
                    axis={"labels": False, "ticks": False},
                ),
                "y": channel("milliseconds:Q", "Milliseconds", axis=FEW_TICKS),
                "color": channel("part:N", legend={"orient": "top"}),
                "tooltip": [
                    channel("query:N", "Query"),
                    channel("part:N", "Part"),
                    channel("milliseconds:Q", "Milliseconds", format=".1f"),
                ],
            },
        },
        alt=f"Time of the last {counted(len(queries), 'question')}; the median is {median:.1f} "
        "milliseconds",
    )
