"""Choosing an experiment, starting it, and watching it run."""

import streamlit as st

from embedding.engines import variants
from faq.jobs import SPEED
from faq.speed.experiment import COUNTS, start_experiment
from faq.speed.trial import Trial
from store import Job
from ui import context, jobs, model
from ui.context import Context

USUAL_COUNT = 100


def show(run: Context) -> None:
    """Show the experiment that is under way, or else what can be tried."""
    if context.settings().engine == "remote":
        st.caption(
            "Askwell is set up to send texts to a remote service. The experiment compares engines "
            "on this machine and sends nothing away: to run it, set FAQ_ENGINE to auto."
        )
        return
    cancelled = "The experiment was stopped. Nothing of it was kept."
    if not jobs.show(run, SPEED, _progress, cancelled=cancelled) and model.ready(run.embedder):
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
            format_func=lambda one: Trial(one.engine, one.precision, one.device).name,
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
        wanted = [variant for variant in offered if variant in chosen]
        collection, cache = context.collection(), context.settings().data_dir
        jobs.start(lambda: start_experiment(collection, cache, wanted, count))


def _progress(job: Job) -> str:
    engines = job.total or 1
    return f"Measuring engine {min(job.done + 1, engines)} of {engines}"
