"""The passages of an older collection's answers are embedded in the background."""

from contextlib import suppress

import streamlit as st

from faq.collection import Collection
from faq.jobs import PASSAGES, Report, start_job
from faq.reembedding import complete
from store import UNDIVIDED, Job, StoreError
from ui import jobs
from ui.buttons import button
from ui.context import Context


def begin(run: Context) -> None:
    """Begin where there are such answers, once in this process: whoever stops it can start it again
    where it is shown."""
    if run.may_edit and _is_needed(run) and not run.store.read_only:
        _begin(run.editable)


@st.cache_resource(show_spinner=False)
def _begin(_collection: Collection) -> None:
    store, actor = _collection.store, _collection.actor
    with suppress(StoreError):  # another process does it, or the disk is full
        start_job(
            store, PASSAGES, actor, None, lambda progress: _read(_collection, progress.report)
        )


def show(run: Context) -> None:
    """Show how far it is, or, where it was stopped, that there are such answers."""
    if not _is_needed(run):
        return
    if not jobs.show_running(run.editable.store.jobs.latest(PASSAGES), _progress):
        st.caption("An older Askwell read long answers only at their beginning.")
        button("Read them to their end", "read_answers", jobs.begin, PASSAGES, _read)


def _is_needed(run: Context) -> bool:
    return run.has_model and UNDIVIDED in run.collection.state.settings


def _read(collection: Collection, report: Report) -> str:
    return complete(collection.store, collection.embedder, report)


def _progress(job: Job) -> str:
    if not job.total:
        return "Getting the language model ready"
    return f"Reading long answers to their end: {job.done:,} of {job.total:,} passages"
