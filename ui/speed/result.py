"""What an experiment found: the newest, or one that is chosen."""

import streamlit as st

from faq.speed import report
from faq.speed.report import Experiment, KeptExperiment
from faq.speed.table import as_table
from ui import resources
from ui.dates import when
from ui.download import table_button
from ui.kept import chosen
from ui.speed import charts, history
from ui.speed.figures import FIGURES, versions
from ui.text import plain

UNKNOWN = "unknown"
SOURCES = {"collection": "texts of this collection", "fixed": "texts of a fixed set"}


@st.fragment
def show() -> None:
    """Show what the experiments found; nothing where none was made."""
    kept = report.kept(resources.store())
    if not kept:
        return
    _show_experiment(chosen(kept, _title, "speed_experiment"))
    if len(kept) > 1:
        history.show(kept)
    table_button("Download", "speed", *as_table(kept))


def _show_experiment(kept: KeptExperiment) -> None:
    made = kept.experiment
    if made.measured:
        st.markdown(_verdict(made))
        st.dataframe(
            {
                "Engine": [trial.name for trial in made.measured],
                **{f.title: [f.of(trial) for trial in made.measured] for f in FIGURES},
            },
            hide_index=True,
            column_config={
                "Engine": st.column_config.TextColumn(pinned=True),
                **{figure.title: figure.column for figure in FIGURES},
            },
            placeholder="",
            alt="Figures of each engine",
        )
    else:
        st.markdown("There are no figures here that this version of Askwell can read.")
    st.caption(_circumstances(kept))
    if made.load and made.cores and made.load > made.cores:
        st.caption(
            f"The machine was busy: {made.load:.1f} programs ran at a time before it began. "
            "With nothing else to do, it is faster."
        )
    for trial in made.trials:
        if trial.error:
            st.warning(f"{plain(trial.name)} could not be measured. {plain(trial.error)}")
    if made.measured:
        _show_charts(made)
        _show_details(made)


def _verdict(made: Experiment) -> str:
    """Return in a sentence or two what a reader should take away."""
    sentences = []
    timed = [(trial.single_p50_ms, trial) for trial in made.measured if trial.single_p50_ms]
    if timed:
        (quickest_ms, quickest), (slowest_ms, slowest) = (
            choice(timed, key=lambda pair: pair[0]) for choice in (min, max)
        )
        sentences.append(
            f"**{plain(quickest.name)}** reads a text in **{quickest_ms:.1f} ms**"
            + (
                f", {slowest_ms / quickest_ms:.1f} times as fast as {plain(slowest.name)}."
                if slowest is not quickest
                else "."
            )
        )
        if quickest.batch_gain:
            sentences.append(
                f"A batch of all texts makes it {quickest.batch_gain:.1f} times as fast."
            )
    return " ".join(sentences)


def _show_charts(made: Experiment) -> None:
    if any(trial.single_p50_ms for trial in made.measured):
        st.altair_chart(
            charts.per_text(made),
            alt="Time of a text, one at a time and in one batch, by engine",
        )
    with st.grid(2, min_column_width=300):
        if any(trial.by_length for trial in made.measured):
            st.altair_chart(
                charts.by_length(made),
                alt="Time of one text by its length: longer texts take longer",
            )
        if any(trial.by_batch_size for trial in made.measured):
            st.altair_chart(
                charts.by_batch_size(made),
                alt="Time of a text by the number of texts in the batch",
            )


def _show_details(made: Experiment) -> None:
    with st.expander("Details"):
        st.table(
            [
                {
                    "Engine": plain(trial.name),
                    "Runs on": plain(trial.hardware) or UNKNOWN,
                    "First start": _seconds(trial.first_start_seconds),
                    "Start": _seconds(trial.start_seconds),
                    "95 of 100 faster than": _milliseconds(trial.single_p95_ms),
                    "All, one at a time": _milliseconds(trial.single_total_ms),
                    "All, in one batch": _milliseconds(trial.batch_total_ms),
                }
                for trial in made.measured
            ],
            border="horizontal",
            hide_index=True,
            alt="Further figures of each engine",
        )
        st.table(
            {
                "Model": plain(made.model) or UNKNOWN,
                "Fingerprint": plain(made.fingerprint) or UNKNOWN,
                "Machine": plain(f"{made.machine}, {made.system}"),
                "Other work before": UNKNOWN
                if made.load is None
                else f"{made.load:.1f} programs at a time",
                "Versions": plain(versions(made)) or UNKNOWN,
            },
            border="horizontal",
            width="content",
            alt="What was measured, and where",
        )
        st.caption(
            "The start runs from the start of a process to its first vector, everything prepared; "
            "the first start may have had to prepare the model. Memory is the most that the "
            "process held. One at a time is the median, and the batch the median of three. In the "
            "charts, every step along an axis doubles, and texts in batches have 32 tokens."
        )


def _circumstances(kept: KeptExperiment) -> str:
    made = kept.experiment
    parts = [when(kept.at), f"by {plain(kept.actor)}", plain(made.machine)]
    if made.texts:
        tokens = next((trial.tokens for trial in made.measured if trial.tokens), None)
        read = f" with {tokens:,.0f} tokens" if tokens else ""
        parts.append(f"{made.texts:,.0f} {SOURCES.get(made.source, 'texts')}{read}")
    return " · ".join(parts)


def _title(kept: KeptExperiment) -> str:
    return f"No. {kept.id}, {when(kept.at)}, by {kept.actor}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f} ms"
