"""How the figures of experiments changed over time."""

import streamlit as st

from faq.speed.report import KeptExperiment
from ui.dates import when
from ui.speed import charts
from ui.speed.figures import FIGURES, versions


def show(kept: list[KeptExperiment]) -> None:
    """Show one figure of every experiment, over time and as a table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("Earlier experiments", anchor=False, width="stretch")
        title = st.selectbox(
            "Figure",
            [one.title for one in FIGURES],
            key="speed_figure",
            label_visibility="collapsed",
            width=260,
        )
    figure = next(one for one in FIGURES if one.title == title)
    found = [
        (one, trial.name, value)
        for one in kept
        for trial in one.experiment.measured
        if (value := figure.of(trial)) is not None
    ]
    if found:
        st.altair_chart(
            charts.over_time(found, figure.title, figure.format),
            alt=f"{figure.title}, by engine, over {len(kept)} experiments",
        )
        st.caption(
            "A line joins experiments on the same machine, with the same model and as many texts."
        )
    names = list(dict.fromkeys(name for _, name, _ in found))
    values = {(one.id, name): value for one, name, value in found}
    st.dataframe(
        [
            {
                "No.": one.id,
                "When": when(one.at),
                **{name: values.get((one.id, name)) for name in names},
                "Machine": one.experiment.machine,
                "Texts": one.experiment.texts,
                "Model": one.experiment.model,
                "By": one.actor,
                "Versions": versions(one.experiment),
            }
            for one in kept
        ],
        hide_index=True,
        column_config=dict.fromkeys(names, figure.column),
        placeholder="",
        alt=f"{figure.title} of every experiment, with its machine and versions",
    )
