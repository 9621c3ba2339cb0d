"""The panel for long work on a screen: how far it is, a way to stop it, and how it ended."""

from collections.abc import Callable

import streamlit as st

from faq.collection import Collection
from faq.jobs import Report, start_job, under_way
from store import Job
from ui import context, notice
from ui.context import Context
from ui.text import plain

Work = Callable[[Collection, Report], object]
"""Long work on the collection: reports progress, returns its result, which is kept as text."""

DIED = "The program that ran it ended without giving a reason."


def show(
    run: Context,
    kind: str,
    progress: Callable[[Job], str],
    *,
    cancelled: str,
    failed: str = "{reason}",
    done: Callable[[str], None] | None = None,
) -> bool:
    """Show work of a kind while it runs, whoever started it, and then how it ended, until that is
    closed. Return whether it runs.

    `progress` says how far it is. `cancelled` and `failed` are sentences, with a place for the
    number of steps `{done}` and, in the latter, the `{reason}`. `done` draws the job's result;
    without it, nothing is said of work that succeeded: its result is seen elsewhere.
    """
    job = run.editable.store.jobs.latest(kind)
    if show_running(job, progress):
        return True
    if job is not None and followed(job):
        if job.state == "done" and done is None:
            return False
        with st.container(border=True, key=f"{kind}_ended"):
            if job.state == "cancelled":
                st.markdown(cancelled.format(done=f"{job.done:,}"))
            elif job.state != "done":
                st.error(failed.format(done=f"{job.done:,}", reason=reason(job)))
            elif done:
                done(job.result)
            st.button("Close", key=f"{kind}_close", type="tertiary", on_click=forget, args=(kind,))
    return False


def show_running(job: Job | None, progress: Callable[[Job], str]) -> bool:
    """Show a job while it runs, and follow it; return whether it runs."""
    if job is None or not under_way(job):
        return False
    follow(job)
    _watch(job.kind, progress)
    st.caption("It goes on if you leave this page.")
    return True


def start(begin: Callable[[], Job]) -> None:
    """Start work and show it, or say here why it cannot start. Not for a callback: there, `follow`
    what was started."""
    with notice.errors():
        follow(begin())
        st.rerun()


def begin(kind: str, work: Work) -> None:
    """Start work, in a callback, and show it; or say at the top of the page why it cannot start."""
    with notice.errors(notice.refuse):
        collection = context.collection()
        job = start_job(
            collection.store,
            kind,
            collection.actor,
            None,
            lambda progress: work(collection, progress.report),
        )
        follow(job)


def follow(job: Job) -> None:
    """Let this session see how a job ends."""
    st.session_state[_followed(job.kind)] = job.id


def followed(job: Job) -> bool:
    """Return whether this session sees how a job ends."""
    return st.session_state.get(_followed(job.kind)) == job.id


def forget(kind: str) -> None:
    """Show no more in this session how the last work of a kind ended."""
    st.session_state.pop(_followed(kind), None)


def reason(job: Job) -> str:
    """Return why work ended early, as text for markdown."""
    return plain(job.result) or DIED


@st.fragment(run_every=0.5)
def _watch(kind: str, progress: Callable[[Job], str]) -> None:
    """Show how far work is; run the page again once it has ended."""
    job = context.store().jobs.latest(kind)
    if job is None or not under_way(job):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key=f"{kind}_progress"):
        share = min(1.0, job.done / job.total) if job.total else 0.0
        st.progress(share, text=f"{progress(job)}, started by {plain(job.actor)}")
        if job.cancel_requested:
            st.caption("Stopping")
        else:
            st.button("Cancel", key=f"{kind}_cancel", on_click=_cancel, args=(job.id,))


@notice.errors(notice.refuse)
def _cancel(job_id: int) -> None:
    context.store().jobs.cancel(job_id)


def _followed(kind: str) -> str:
    return f"{kind}_followed"
