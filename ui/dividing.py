"""Answers of an older collection are divided into passages in the background."""

from contextlib import suppress

import streamlit as st

from faq.collection import Collection
from faq.jobs import PASSAGES, Report, start_job
from faq.reembedding import complete
from store import UNDIVIDED, EntryFilter, Job, StoreError
from ui import jobs
from ui.buttons import button
from ui.context import Context
from ui.text import counted


def begin(run: Context) -> None:
    """Begin it where there are such answers, once in this process: if it is stopped, people can
    start it again where it is shown."""
    if run.may_edit and _is_needed(run) and not run.store.read_only:
        _begin(run.editable)


@st.cache_resource(show_spinner=False)
def _begin(_collection: Collection) -> None:
    store, actor = _collection.store, _collection.actor
    with suppress(StoreError):  # another process does it, or the disk is full
        start_job(
            store, PASSAGES, actor, None, lambda progress: _divide(_collection, progress.report)
        )


def show(run: Context) -> None:
    """Show how far it is, or, where it was stopped, how many answers are left."""
    if not _is_needed(run):
        return
    store = run.editable.store
    if jobs.show_running(store.jobs.latest(PASSAGES), _progress):
        return
    if left := store.entries.page(EntryFilter(undivided=True), limit=0).total:
        long = counted(left, "long answer")
        st.caption(f"{long}, written with an older Askwell: only the beginning is searched.")
        button("Search the whole answers", "divide_answers", jobs.begin, PASSAGES, _divide)


def _is_needed(run: Context) -> bool:
    return run.has_model and UNDIVIDED in run.collection.state.settings


def _divide(collection: Collection, report: Report) -> str:
    return " ".join(complete(collection.store, collection.embedder, report))


def _progress(job: Job) -> str:
    if not job.total:
        return "Getting the language model ready"
    return f"Reading long answers to their end: {job.done:,} of {job.total:,}"
