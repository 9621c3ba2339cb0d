"""Long work on a screen: how far it is, whoever began it, with a way to stop it."""

from collections.abc import Callable

import streamlit as st

from faq.jobs import under_way
from store import Job
from ui import notice, resources
from ui.text import plain

DIED = "The program that did it ended without a word."


@st.fragment(run_every=0.5)
def watch(kind: str, told: Callable[[Job], str]) -> None:
    """Show the work of a kind while it is under way, with a sentence of how far it is; run the page
    again once it has ended."""
    job = resources.store().jobs.latest(kind)
    if job is None or not under_way(job):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"{kind}_progress"):
        share = min(1.0, job.done / job.total) if job.total else 0.0
        st.progress(share, text=f"{told(job)}, started by {plain(job.actor)}")
        if job.cancel_requested:
            st.caption("Stopping")
        else:
            st.button("Cancel", key=f"{kind}_cancel", on_click=_cancel, args=(job.id,))


def reason(job: Job) -> str:
    """Return why work ended early, as text for markdown."""
    return plain(job.result) or DIED


@notice.errors(notice.refuse)
def _cancel(job_id: int) -> None:
    resources.store().jobs.cancel(job_id)
