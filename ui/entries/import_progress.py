"""The import that is under way, whoever started it, and how this session's ended."""

import json
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from faq.jobs import IMPORT, under_way
from faq.transfer.import_job import failed_rows
from store import Job
from ui import job_progress, resources

SHOWN = 100
WHY = st.column_config.TextColumn("Why it was not imported", width="large")
ROW = st.column_config.NumberColumn("Row", width="small")


def _show_report(result: str) -> None:
    """Show the result of an import, as its job keeps it."""
    report = json.loads(result)
    failed = len(report["failed"]) + report["more_failed"]
    st.markdown(
        f"**{report['added']:,}** added, **{report['updated']:,}** updated, "
        f"**{report['skipped']:,}** skipped, **{failed:,}** failed in {report['seconds']:.1f} s"
    )
    if failed:
        _show_failed(report, failed)
    if report["near"]:
        _show_near(report)


def _show_failed(report: dict[str, Any], count: int) -> None:
    st.dataframe(
        report["failed"],
        hide_index=True,
        column_config={"row": ROW, "error": WHY},
        alt="Rows that were not imported, with the reason",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        kept = failed_rows(resources.settings().data_dir, report["failed_file"])
        if kept:
            st.download_button(
                "Download these rows",
                kept.read_bytes,
                "failed-rows.csv",
                "text/csv",
                key="import_failed_rows",
                icon=":material/download:",
                on_click="ignore",
                help="With their own cells: mend them there, and import that file.",
            )
        if report["more_failed"]:
            st.caption(f"{len(report['failed']):,} of {count:,} are shown.")


def _show_near(report: dict[str, Any]) -> None:
    count = len(report["near"]) + report["more_near"]
    noun = "row is" if count == 1 else "rows are"
    with st.expander(
        f"{count:,} imported {noun} very near to another entry", key="import_near_list"
    ):
        st.dataframe(
            [
                {name: near[name] for name in ("row", "question", "like", "cosine")}
                for near in report["near"][:SHOWN]
            ],
            hide_index=True,
            column_config={
                "row": ROW,
                "question": "Imported",
                "like": "Very near to",
                "cosine": st.column_config.NumberColumn("Similarity", format="%.2f"),
            },
            alt="Rows that were imported although an entry that is very near was there",
        )
        st.page_link(
            "pages/inbox.py",
            label="Decide in the Inbox, under Duplicates",
            icon=":material/arrow_forward:",
        )


WATCHED = "import_watched"


def follow(job: Job) -> None:
    """Show in this session how a job ends."""
    st.session_state[WATCHED] = job.id


def show() -> None:
    """Show the import that is under way, or how this session's ended."""
    job = resources.store().jobs.latest(IMPORT)
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
            _show_report(job.result)
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
