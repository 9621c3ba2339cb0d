"""Speed: how fast real questions were answered, and what a batch saves."""

import streamlit as st

from embedding import EmbeddingError
from faq.speed import Comparison, compare, live
from ui import charts, entry, model, resources
from ui.text import plain

entry.ensure()

QUERIES = 1000  # what the figures are taken over
CHARTED = 100


def show_live() -> None:
    queries = resources.store().recent_queries(QUERIES)
    figures = live(queries)
    if figures is None:
        st.markdown("No question was asked yet. Ask one, and its times appear here.")
        st.page_link("pages/ask.py", label="Ask a question", icon=":material/search:")
        return
    newest = queries[:CHARTED][::-1]
    with st.grid(3, min_column_width=200):
        show_part(
            "To the answer",
            figures.total_p50,
            figures.total_p95,
            [query.total_seconds * 1000 for query in newest],
        )
        show_part(
            "Reading the question",
            figures.embed_p50,
            figures.embed_p95,
            [query.embed_seconds * 1000 for query in newest],
        )
        show_part(
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


def show_part(name: str, p50: float, p95: float, times: list[float]) -> None:
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


def show_comparison(comparison: Comparison) -> None:
    single, batch = comparison.single, comparison.batch
    times = single.total_ms / batch.total_ms
    with st.grid(2, min_column_width=220):
        st.metric(
            f"{single.n} texts, one at a time",
            f"{single.total_ms:,.0f} ms",
            f"{single.p50_ms:.1f} ms a text",
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
        )
        st.metric(
            f"The same {batch.n} in one batch",
            f"{batch.total_ms:,.0f} ms",
            f"{batch.per_text_ms:.1f} ms a text",
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
        )
    st.altair_chart(
        charts.per_text(single.total_ms / single.n, batch.per_text_ms),
        alt=f"A text takes {single.total_ms / single.n:.1f} milliseconds alone and "
        f"{batch.per_text_ms:.1f} in a batch",
    )
    st.caption(
        f"The batch is {times:.1f} times as fast: {comparison.tokens_per_second:,.0f} tokens a "
        f"second. {comparison.runtime.engine} on {comparison.runtime.device}."
    )


@st.fragment
def experiment() -> None:
    st.subheader("One at a time, or all at once", anchor=False)
    st.caption("The same hundred questions, embedded one after the other and in a single batch.")
    started = st.button("Compare", type="primary", key="compare")
    if started and model.ready():
        with st.spinner("Embedding a hundred questions, twice"):
            try:
                st.session_state["comparison"] = compare(resources.embedder())
            except EmbeddingError as error:
                st.error(plain(str(error)))
    if "comparison" in st.session_state:
        show_comparison(st.session_state["comparison"])


st.title("Speed", anchor=False)
show_live()
experiment()
