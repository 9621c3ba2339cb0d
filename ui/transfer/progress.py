"""The import that is under way, whoever started it, and how this session's ended."""

from datetime import UTC, datetime

import streamlit as st

from faq.jobs import IMPORT, under_way
from store import Job
from ui import job_progress, resources
from ui.transfer import report

WATCHED = "import_watched"


def follow(job: Job) -> None:
    """Show in this session how a job ends."""
    st.session_state[WATCHED] = job.id


def show() -> None:
    """Show the import that is under way, or how this session's ended."""
    job = resources.store().job(IMPORT)
    if job is None:
        return
    if under_way(job):
        follow(job)
        job_progress.watch(IMPORT, told)
    elif st.session_state.get(WATCHED) == job.id:
        _show_ended(job)


def told(job: Job, now: datetime | None = None) -> str:
    """Return how far an import is: its rows, how fast it is, and how long it will take."""
    if not job.total:
        return f"Importing: {job.done:,} rows" if job.done else "Reading the file"
    if job.done >= job.total:
        return "Looking for entries that are very near to each other"
    sentence = f"Importing: {job.done:,} of {job.total:,} rows"
    seconds = ((now or datetime.now(UTC)) - job.started_at).total_seconds()
    if not job.done or seconds < 1:
        return sentence
    rate = job.done / seconds
    return f"{sentence}, {rate:,.0f} a second, {_left((job.total - job.done) / rate)} left"


def _left(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def _show_ended(job: Job) -> None:
    with st.container(border=True, key="import_ended"):
        if job.state == "done":
            report.show(job.result)
        elif job.state == "cancelled":
            st.markdown(
                f"The import was stopped after {job.done:,} rows; those are kept. The same file "
                "again brings in the rest."
            )
        else:
            st.error(
                f"The import stopped after {job.done:,} rows: {job_progress.reason(job)} The same "
                "file again brings in the rest."
            )
        st.button("Close", key="import_close", type="tertiary", on_click=_close)


def _close() -> None:
    st.session_state.pop(WATCHED, None)
