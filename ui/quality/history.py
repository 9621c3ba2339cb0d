"""How the figures of comparisons changed over time."""

import streamlit as st

from faq.evaluation.comparison import KeptComparison
from ui.dates import when
from ui.quality import charts
from ui.quality.figures import FIGURES
from ui.ranking_names import named


def show(kept: list[KeptComparison]) -> None:
    """Show one figure of every comparison, over time and as a table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("Earlier comparisons", anchor=False, width="stretch")
        title = st.selectbox(
            "Figure",
            [one.title for one in FIGURES],
            key="quality_figure",
            label_visibility="collapsed",
            width=160,
        )
    figure = next(one for one in FIGURES if one.title == title)
    found = [
        (one, named(side.ranking), side.figures[figure.name])
        for one in kept
        for side in one.comparison.sides
        if figure.name in side.figures
    ]
    if found:
        st.altair_chart(
            charts.over_time(found, figure.title),
            alt=f"{figure.title}, by order of matches, over {len(kept)} comparisons",
        )
    st.caption(f"{figure.says} A line joins comparisons on the same questions.")
    names = list(dict.fromkeys(name for _, name, _ in found))
    values = {(one.id, name): measured.value for one, name, measured in found}
    st.dataframe(
        [
            {
                "No.": one.id,
                "When": when(one.at),
                **{name: values.get((one.id, name)) for name in names},
                "Questions": one.comparison.labelled or "own ways of asking",
                "Asked": one.comparison.in_scope + one.comparison.out_of_scope,
                "Entries": one.comparison.entries,
                "Model": one.comparison.model,
                "By": one.actor,
            }
            for one in kept
        ],
        hide_index=True,
        column_config=dict.fromkeys(names, st.column_config.NumberColumn(format="%.3f")),
        placeholder="",
        alt=f"{figure.title} of every comparison",
    )
