"""The threshold: its value, what can be expected of it, and choosing it anew."""

from dataclasses import asdict

import streamlit as st

from faq.evaluation.calibration import start_calibration
from faq.evaluation.queries import LabelledQueries
from faq.jobs import CALIBRATION
from faq.search.threshold import Calibration, Expectation, current
from store import Job
from ui import jobs
from ui.charts import HEIGHT, channel, metric
from ui.context import Context
from ui.similarity import named
from ui.text import counted, plain

BALANCE, FALSE_ANSWERS = "Best balance", "So many false answers"
RATES = (1, 2, 5, 10, 20, 30, 40, 50)  # percent


def show(run: Context, labelled: LabelledQueries | None) -> None:
    """Show the threshold of the ranking in use, and how to choose it; labelled queries count where
    there are some."""
    ranking, state, info = run.ranking, run.collection.state, run.store.info()
    st.subheader("When no entry answers", anchor=False)
    st.caption(
        "Where the best match scores below the threshold, Askwell says “No close match” instead of "
        "showing it as the answer."
    )
    calibration = current(state, ranking.name)
    _show_threshold(ranking.name, ranking.threshold, calibration)
    cancelled = "It was stopped. The threshold stays as it was."
    if jobs.show(CALIBRATION, _progress, cancelled=cancelled):
        return
    if state.model is None or not info.entries:
        return
    if run.embedder.ready:  # else the place above says that it is loading
        _choose(run, labelled)
    if calibration and calibration.expected:
        _show_expected(calibration.expected)


def _show_threshold(name: str, threshold: float, calibration: Calibration | None) -> None:
    expected = calibration.expected if calibration else None
    with st.grid(3, min_column_width=200):
        help = f"The lowest score that counts as an answer, in the order “{named(name)}”."
        metric("Threshold", f"{threshold:.3f}", help=help)
        if expected:
            help = "The share of questions that get an answer (coverage)."
            metric("Answered", f"{expected.here.coverage:.0%}", help=help)
            help = (
                "The share of those answers that are the wrong entry, or to questions that no "
                "entry answers (risk)."
            )
            metric("Wrong among answers", f"{expected.here.risk:.1%}", help=help)
    if calibration is None:
        return
    st.caption(plain(calibration.how))
    if calibration.low is not None and calibration.high is not None:
        sure = (
            f"How sure: other entries and questions of the same kind would give a threshold from "
            f"{calibration.low:.3f} to {calibration.high:.3f}, in nine cases of ten"
        )
        if expected:
            sure += f", and an MCC from {expected.mcc_low:.2f} to {expected.mcc_high:.2f}"
        st.caption(
            f"{sure}.",
            help="MCC says how well what is said, the entry or “no close match”, agrees with what "
            "is right: 0 is chance, 1 always right.",
        )


def _choose(run: Context, labelled: LabelledQueries | None) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        aim = st.segmented_control(
            "Aim",
            [BALANCE, FALSE_ANSWERS],
            default=BALANCE,
            required=True,
            key="threshold_aim",
            help="Best balance: the highest MCC that can be expected. Or say how many of the "
            "questions that no entry answers may be answered all the same.",
        )
        rate = None
        if aim == FALSE_ANSWERS:
            rate = st.selectbox(
                "At most",
                RATES,
                index=RATES.index(10),
                format_func=lambda percent: f"{percent} of 100",
                key="threshold_rate",
                width=130,
            )
        chosen = st.button("Choose it anew", key="threshold_choose", icon=":material/tune:")
    if labelled:
        asked = counted(len(labelled.queries), "question")
        st.caption(f"{asked} of {plain(labelled.name)} count too.")
    if chosen:
        wanted = None if rate is None else rate / 100
        jobs.start(lambda: start_calibration(run.editable, labelled, wanted))


def _show_expected(expected: Expectation) -> None:
    """Show the share of wrong answers by the share of questions that are answered, a point a
    threshold, and the point of the threshold in use."""
    here, share = expected.here, {"format": "%", "tickCount": 5}
    st.vega_lite_chart(
        [{**asdict(point), "here": point is here} for point in (*expected.curve, here)],
        {
            "height": HEIGHT,
            "encoding": {
                "x": channel("coverage:Q", "Answered", axis=share),
                "y": channel("risk:Q", "Wrong among answers", axis=share),
                "order": channel("threshold:Q"),
                "tooltip": [
                    channel("threshold:Q", "Threshold", format=".3f"),
                    channel("coverage:Q", "Answered", format=".1%"),
                    channel("risk:Q", "Wrong among answers", format=".1%"),
                ],
            },
            "layer": [
                {"mark": {"type": "line", "point": {"size": 18}}},
                {
                    "transform": [{"filter": "datum.here"}],
                    "mark": {"type": "point", "size": 180, "filled": True},
                },
            ],
        },
        alt=f"Risk and coverage: at the threshold in use, {here.coverage:.0%} of questions are "
        f"answered and {here.risk:.1%} of the answers are wrong",
    )
    st.caption(
        "Each point is a threshold: further right, more questions are answered; further up, more "
        "of the answers are wrong. The large point is the threshold in use."
    )


def _progress(job: Job) -> str:
    return f"Trying thresholds: {job.done:,} of {job.total:,} orders" if job.total else "Beginning"
