"""Choosing an experiment, starting it, and watching it run."""

import streamlit as st

from embedding import EmbeddingError
from embedding.variants import Variant, variants
from faq.jobs import SPEED, under_way
from faq.speed.experiment import COUNTS, STEPS_A_VARIANT, start_experiment
from faq.speed.report import Trial
from store import Job, JobRunning, StoreError
from ui import job_progress, model, resources
from ui.text import plain

WATCHED = "speed_watched"  # the job whose end this session wants to hear of
USUAL_COUNT = 100


def show() -> None:
    """Show the experiment that is under way, or else what can be tried."""
    if resources.settings().engine == "remote":
        st.caption(
            "Askwell is set up to send texts to a remote service. The experiment compares engines "
            "on this machine and sends nothing away: to run it, set FAQ_ENGINE to auto."
        )
        return
    job = resources.store().job(SPEED)
    if job is not None and under_way(job):
        st.session_state[WATCHED] = job.id
        job_progress.watch(SPEED, _told)
        st.caption("It goes on if you leave this page.")
        return
    if job is not None and st.session_state.get(WATCHED) == job.id:
        if job.state == "cancelled":
            st.caption("The experiment was stopped. Nothing of it was kept.")
        elif job.state != "done":
            st.error(job_progress.reason(job))
    if model.ready():
        _choose()


def _choose() -> None:
    offered = variants()
    if not offered:
        st.caption(
            "No engine of this machine can be tried: its packages are missing. Install them with "
            "pip install -r requirements.txt"
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            "Engines",
            offered,
            selection_mode="multi",
            default=offered,
            format_func=_name,
            key="speed_engines",
            help="Exact computes in full precision. Fast takes numbers of half the length "
            "(bfloat16): the similarities differ in the fourth digit.",
        )
        count = st.segmented_control(
            "Texts",
            COUNTS,
            default=USUAL_COUNT,
            required=True,
            key="speed_count",
            help="Taken from this collection, or from a fixed set where it has too few.",
        )
        started = st.button(
            "Run",
            type="primary",
            key="speed_start",
            icon=":material/timer:",
            disabled=not chosen,
        )
    if started and chosen and count in COUNTS:
        _start([variant for variant in offered if variant in chosen], count)


def _name(variant: Variant) -> str:
    return Trial(variant.engine, variant.precision, variant.device).name


def _start(chosen: list[Variant], count: int) -> None:
    collection, cache = resources.collection(), resources.settings().data_dir
    try:
        job = start_experiment(collection, cache, chosen, count)
    except (JobRunning, StoreError, EmbeddingError) as error:
        st.error(plain(str(error)))
    else:
        st.session_state[WATCHED] = job.id
        st.rerun()


def _told(job: Job) -> str:
    engines = max(1, (job.total or 0) // STEPS_A_VARIANT)
    current = min(job.done // STEPS_A_VARIANT + 1, engines)
    return f"Measuring engine {current} of {engines}"
