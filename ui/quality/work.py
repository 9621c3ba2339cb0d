"""Long work on the Quality screen: under way, or how it ended."""

from collections.abc import Callable

import streamlit as st

from embedding import EmbeddingError
from faq.jobs import under_way
from store import Job, JobRunning, StoreError
from ui import job_progress, resources
from ui.text import plain


def show(kind: str, told: Callable[[Job], str], stopped: str) -> bool:
    """Show work of a kind while it is under way, and return whether it is; once it has ended, say
    so where it came to nothing: `stopped` where somebody cancelled it."""
    job, watched = resources.store().job(kind), f"{kind}_watched"
    if job is None:
        return False
    if under_way(job):
        st.session_state[watched] = job.id
        job_progress.watch(kind, told)
        st.caption("It goes on if you leave this page.")
        return True
    if st.session_state.get(watched) == job.id:
        if job.state == "cancelled":
            st.caption(stopped)
        elif job.state != "done":
            st.error(job_progress.reason(job))
    return False


def start(kind: str, begin: Callable[[], Job]) -> None:
    """Start work and show it, or why it cannot start."""
    try:
        job = begin()
    except (JobRunning, StoreError, EmbeddingError) as error:
        st.error(plain(str(error)))
    else:
        st.session_state[f"{kind}_watched"] = job.id
        st.rerun()
