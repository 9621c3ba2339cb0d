"""The threshold: its value, what can be expected of it, and choosing another one."""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial

import streamlit as st

from faq.collection import Collection
from faq.evaluation.calibration import Proposal, start_calibration
from faq.evaluation.preview import KnownQuestions, ask_known, preview
from faq.evaluation.queries import LabelledQueries
from faq.jobs import CALIBRATION
from faq.json_records import from_json
from faq.search.ranking import Ranking
from faq.search.threshold import Calibration, Expectation, chosen_by_hand, current, keep, kept
from store import Job
from ui import charts, context, jobs, notice, reports
from ui.buttons import button
from ui.charts import HEIGHT, channel, metric
from ui.context import Context
from ui.similarity import named
from ui.text import counted, plain

BALANCE, FALSE_ANSWERS = "Best balance", "So many false answers"
RATES = (1, 2, 5, 10, 20, 30, 40, 50)  # percent
POINT = "point"  # the selection of the chart
TRIED = "threshold_tried"  # the field's key begins so
SAME = 0.0005  # thresholds are shown with three places


def show(run: Context, labelled: LabelledQueries | None) -> None:
    """Show the threshold of the ranking in use, and how to choose it; labelled queries count where
    there are some."""
    ranking, state, info = run.ranking, run.collection.state, run.store.info()
    st.header("When no entry answers", anchor=False)
    st.caption(
        "Where the best match scores below the threshold, Askwell says “No close match” instead of "
        "showing it as the answer."
    )
    calibration = current(state, ranking.name)
    _show_threshold(ranking.name, ranking.threshold, calibration)
    running = jobs.show(
        run,
        CALIBRATION,
        _progress,
        cancelled="It was stopped. The threshold stays as it was.",
        done=partial(_show_proposal, run),
    )
    if running or state.model is None or not info.entries or not run.embedder.ready:
        return  # where the model is not ready, the place above says so
    _propose(run, labelled)
    if calibration:
        # Another threshold in use: another field, which begins with it.
        field = f"{TRIED}_{ranking.name}_{ranking.threshold}"
        if calibration.expected:
            _show_expected(calibration.expected, field)
        _try(run, calibration, field)


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


def _propose(run: Context, labelled: LabelledQueries | None) -> None:
    """Have a threshold worked out, to be looked at before it is used."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        aim = st.radio(
            "Aim",
            [BALANCE, FALSE_ANSWERS],
            key="threshold_aim",
            horizontal=True,
            width="content",
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
        chosen = st.button("Work it out", key="threshold_choose", icon=":material/tune:")
    if labelled:
        asked = counted(len(labelled.queries), "question")
        st.caption(f"{asked} of {plain(labelled.name)} count too.")
    if chosen:
        wanted = None if rate is None else rate / 100
        jobs.start(lambda: start_calibration(run.editable, labelled, wanted))


def _show_proposal(run: Context, result: str) -> None:
    """Show the threshold that was worked out, and what it would change."""
    if not result:
        return  # Askwell chose it by itself
    proposed = from_json(Proposal, result).calibrations
    own = next((one for one in proposed if one.ranking == run.ranking.name), None)
    if own is None:
        return
    st.markdown(f"The threshold would be **{own.threshold:.3f}**. {plain(own.how)}")
    _show_preview(run, replace(run.ranking, unrelated=own.unrelated), own.threshold)
    button(
        f"Use {own.threshold:.3f}",
        "threshold_use",
        _use,
        proposed,
        partial(jobs.forget, CALIBRATION),
        icon="check",
    )


def _show_expected(expected: Expectation, field: str) -> None:
    """Show the share of wrong answers by the share of questions that are answered, a point a
    threshold, and the point of the threshold in use. A click puts a point's threshold into a field.
    """
    here, share = expected.here, {"format": "%", "tickCount": 5}
    key = f"{field}_curve"
    charts.show(
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
                {"mark": {"type": "line"}},
                {
                    "transform": [{"filter": "datum.here"}],
                    "mark": {"type": "point", "size": 180, "filled": True},
                },
                {
                    "mark": {"type": "point", "filled": True, "cursor": "pointer", "size": 60},
                    "params": [
                        {"name": POINT, "select": {"type": "point", "fields": ["threshold"]}}
                    ],
                },
            ],
        },
        key=key,
        on_select=partial(_take_click, key, field),
        selection=[POINT],
        alt=f"Risk and coverage: at the threshold in use, {here.coverage:.0%} of questions are "
        f"answered and {here.risk:.1%} of the answers are wrong",
    )
    st.caption(
        "Each point is a threshold: further right, more questions are answered; further up, more "
        "of the answers are wrong. The large point is the threshold in use. Click another one to "
        "see what it would change."
    )


def _take_click(key: str, field: str) -> None:
    if chosen := st.session_state[key]["selection"][POINT]:
        st.session_state[field] = float(chosen[0]["threshold"])


def _try(run: Context, calibration: Calibration, field: str) -> None:
    """Take another threshold, show what it would change, and use it if somebody wants it."""
    now = run.ranking.threshold
    st.session_state.setdefault(field, now)
    tried = st.number_input(
        "Try another threshold",
        min_value=0.0,
        max_value=1.0,
        step=0.01,
        format="%.3f",
        key=field,
        width=220,
    )
    if abs(tried - now) < SAME:
        return
    with st.container(border=True, key="threshold_preview"):
        _show_preview(run, run.ranking, tried)
        with st.container(horizontal=True):
            chosen = chosen_by_hand(calibration, round(tried, 4), run.actor)
            button(f"Use {tried:.3f}", "threshold_use_tried", _use, (chosen,), icon="check")
            back = partial(st.session_state.update, {field: now})
            button(f"Back to {now:.3f}", "threshold_back", back, quiet=True)


def _show_preview(run: Context, ranking: Ranking, threshold: float) -> None:
    with notice.errors():
        known = _known(run.editable, ranking, run.entries_token, run.log_token)
        found = preview(run.collection, known, run.ranking.threshold, threshold)
        reports.show_preview(found, "answer", "Answer now", f"From {threshold:.3f} on", width=260)


@st.cache_resource(show_spinner="Asking known questions", max_entries=2)
def _known(_collection: Collection, ranking: Ranking, *tokens: object) -> KnownQuestions:
    """Return the known questions; asked again where an entry, the model or the log has changed."""
    return ask_known(_collection, ranking)


@notice.errors(notice.refuse)
def _use(chosen: tuple[Calibration, ...], then: Callable[[], object] = lambda: None) -> None:
    """Answer by these thresholds, one a ranking, from now on."""
    collection = context.collection()
    state, own = collection.state, collection.ranking()
    before = [one for one in (kept(state, new.ranking) for new in chosen) if one]

    def undo() -> str:
        keep(collection.store, before)
        return f"An entry answers from a score of {own.threshold:.3f} on again."

    def still(run: Context) -> bool:
        return all(kept(run.collection.state, one.ranking) == one for one in chosen)

    keep(collection.store, chosen)
    then()
    threshold = next((one.threshold for one in chosen if one.ranking == own.name), own.threshold)
    notice.give(f"An entry answers from a score of {threshold:.3f} on now.", undo, still=still)


def _progress(job: Job) -> str:
    return f"Trying thresholds: {job.done:,} of {job.total:,} orders" if job.total else "Beginning"
