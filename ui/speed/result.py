"""What an experiment found: the newest, or one that is chosen."""

import streamlit as st

from faq.reports import Kept
from faq.speed import experiment
from faq.speed.experiment import Experiment
from ui import charts, reports
from ui.browser import table_button
from ui.charts import FEW_TICKS, channel, colour
from ui.context import Context
from ui.reports import Figure
from ui.text import plain

FIGURES = (
    Figure("single_p50_ms", "One after another (ms a text)", ".1f"),
    Figure("after_pause_ms", "After a pause (ms)", ".1f"),
    Figure("single_p95_ms", "95 of 100 within (ms)", ".1f"),
    Figure("batch_per_text_ms", "In one batch (ms a text)", ".2f"),
    Figure("batch_gain", "Times as fast in a batch", ".1f"),
    Figure("tokens_per_second", "Tokens a second", ",.0f"),
)
SOURCES = {"collection": "texts of this collection", "fixed": "texts of a fixed set"}
# An engine has the same colour in every chart, whichever others are there.
ENGINES = ("OpenVINO, exact", "OpenVINO, fast", "PyTorch, exact", "PyTorch, exact, on GPU")
WAYS = {
    "single_p50_ms": "one after another",
    "after_pause_ms": "after a pause",
    "batch_per_text_ms": "in one batch",
}
BAR_HEIGHT = 22


@st.fragment
def show(run: Context) -> None:
    """Show what the experiments found; nothing where none was made."""
    kept = experiment.kept(run.editable.store)
    if not kept:
        return
    _show_experiment(reports.chosen(kept, "speed"))
    if len(kept) > 1:
        reports.show_history(
            kept,
            "Earlier experiments",
            FIGURES,
            lambda made, figure: {
                one.name: value for one in made.measured if (value := getattr(one, figure.name))
            },
            key="speed",
            details=lambda made: {
                "Machine": made.machine,
                "Texts": made.texts,
                "Model": made.model,
                "Versions": ", ".join(f"{name} {one}" for name, one in made.versions.items()),
            },
            comparable=lambda made: made.conditions,
            note="A line joins experiments on the same machine, with the same model and texts.",
            order=ENGINES,
            from_zero=True,
        )
    table_button("Download", "speed", *experiment.as_table(kept))


def _show_experiment(kept: Kept[Experiment]) -> None:
    made = kept.result
    st.markdown(_verdict(made))
    st.dataframe(
        [
            {"Engine": one.name, **{f.title: getattr(one, f.name) or None for f in FIGURES}}
            for one in made.measured
        ],
        hide_index=True,
        column_config={
            "Engine": st.column_config.TextColumn(pinned=True),
            **{figure.title: figure.column for figure in FIGURES},
        },
        placeholder="",
        alt="Figures of each engine",
    )
    tokens = f"with {made.measured[0].tokens:,} tokens"
    texts = f"{made.texts:,} {SOURCES.get(made.source, 'texts')} {tokens}"
    st.caption(reports.circumstances(kept, made.machine, texts))
    if made.load and made.cores and made.load > made.cores:
        st.caption(
            f"The machine was busy: {made.load:.1f} programs ran at a time before it began. "
            "With nothing else to do, it is faster."
        )
    for trial in made.trials:
        if trial.error:
            st.warning(f"{plain(trial.name)} could not be measured. {plain(trial.error)}")
    _show_chart(made)


def _verdict(made: Experiment) -> str:
    """Return in a sentence or two what a reader should take away."""
    by_speed = sorted(made.measured, key=lambda trial: trial.single_p50_ms)
    quickest, slowest = by_speed[0], by_speed[-1]
    compared = ""
    if slowest is not quickest:
        times = slowest.single_p50_ms / quickest.single_p50_ms
        compared = f", {times:.1f} times as fast as {plain(slowest.name)}"
    pause = ""
    if quickest.after_pause_ms:
        pause = (
            f" After a pause it takes {quickest.after_pause_ms:.1f} ms. Real questions take longer "
            "than both: browser and page work at the same moment."
        )
    return (
        f"**{plain(quickest.name)}** reads a text in **{quickest.single_p50_ms:.1f} ms**{compared}."
        f" A batch of all texts makes it {quickest.batch_gain:.1f} times as fast.{pause}"
    )


def _show_chart(made: Experiment) -> None:
    """Show the time a text takes in each of the ways that were measured, by engine."""
    names = [trial.name for trial in made.measured]
    charts.show(
        [
            {"engine": trial.name, "how": how, "milliseconds": getattr(trial, figure)}
            for trial in made.measured
            for figure, how in WAYS.items()
            if getattr(trial, figure)
        ],
        {
            "height": 130 + len(WAYS) * BAR_HEIGHT * len(set(names)),
            "encoding": {
                "y": channel("how:N", sort=list(WAYS.values()), axis={"labelLimit": 140}),
                "yOffset": channel("engine:N", sort=[n for n in ENGINES if n in names]),
                "x": channel("milliseconds:Q", "Milliseconds a text", axis=FEW_TICKS),
                "color": colour("engine:N", names, ENGINES),
                "text": channel("milliseconds:Q", format=".3~r"),
                "tooltip": [
                    channel("engine:N", "Engine"),
                    channel("how:N", "How"),
                    channel("milliseconds:Q", "Milliseconds a text", format=".2f"),
                ],
            },
            "layer": [{"mark": "bar"}, {"mark": {"type": "text", "align": "left", "dx": 4}}],
        },
        alt="Time of a text, one after another, after a pause and in one batch, by engine",
    )
    st.caption("Each time is a median: of all texts, of five texts, and of three batches.")
