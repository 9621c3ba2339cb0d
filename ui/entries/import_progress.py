"""The import that is running, whoever started it, and the report of this session's."""

from datetime import UTC, datetime

import streamlit as st

from faq.access import Role
from faq.jobs import IMPORT
from faq.json_records import from_json
from faq.transfer.import_job import KeptReport, failed_rows
from store import Job
from ui import browser, context, jobs
from ui.context import Context
from ui.text import plain, when

SHOWN = 100
CLOSED = "import_cut_closed"  # the id of the last import, once its line was closed
AGAIN = "The same file again brings in the rest."
WHY = st.column_config.TextColumn("Why it was not imported", width="large")
ROW = st.column_config.NumberColumn("Row", width="small")


def show(run: Context) -> bool:
    """Show the import that is running, how this session's ended, or that the last one was cut;
    return whether one runs."""
    running = jobs.show(
        run,
        IMPORT,
        progress,
        cancelled=f"The import was stopped after {{done}} rows; those are kept. {AGAIN}",
        failed=f"The import stopped after {{done}} rows: {{reason}} {AGAIN}",
        done=lambda result: _show_report(from_json(KeptReport, result)),
    )
    last = run.editable.store.jobs.latest(IMPORT)
    if not running and last is not None and last.state != "done" and not jobs.followed(last):
        _show_cut(last)
    return running


def _show_cut(last: Job) -> None:
    """Say where an import of another visit stopped, until that is closed."""
    if st.session_state.get(CLOSED) == last.id:
        return
    of_all = f" of {last.total:,}" if last.total else ""
    with st.container(horizontal=True, vertical_alignment="center", key="import_cut"):
        st.markdown(
            f"The import of {plain(last.actor)} on {when(last.started_at)} stopped after "
            f"{last.done:,}{of_all} rows; those are kept. {AGAIN}",
            width="content",
        )
        st.button(
            "Close",
            key="import_cut_close",
            type="tertiary",
            on_click=st.session_state.update,
            args=({CLOSED: last.id},),
        )


def progress(job: Job, now: datetime | None = None) -> str:
    """Return how far an import is: its rows, how fast it is, and how long it will take."""
    if not job.total:
        return f"Importing: {job.done:,} rows" if job.done else "Reading the file"
    if job.done >= job.total:
        return "Looking for entries that are very similar to each other"
    sentence = f"Importing: {job.done:,} of {job.total:,} rows"
    seconds = ((now or datetime.now(UTC)) - job.started_at).total_seconds()
    if not job.done or seconds < 1:
        return sentence
    rate = job.done / seconds
    return f"{sentence}, {rate:,.0f} a second, {_duration((job.total - job.done) / rate)} left"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def _show_report(report: KeptReport) -> None:
    st.markdown(
        f"**{report.added:,}** added, **{report.updated:,}** updated, "
        f"**{report.skipped:,}** skipped, **{report.failures:,}** failed in {report.seconds:.1f} s"
    )
    if report.note:
        st.caption(plain(report.note))
        st.page_link("pages/settings.py", label="Settings", icon=":material/arrow_forward:")
    if report.failed or report.left_out:
        _show_missing(report)
    if report.near:
        _show_similar(report)


def _show_missing(report: KeptReport) -> None:
    missing = [(failed.row, failed.error) for failed in report.failed]
    missing += [(left_out.row, left_out.why) for left_out in report.left_out]
    count = report.failures + len(report.left_out) + report.more_left_out
    st.dataframe(
        [{"row": row, "error": why} for row, why in sorted(missing)],
        hide_index=True,
        column_config={"row": ROW, "error": WHY},
        alt="Rows that were not imported, with the reason",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        kept = failed_rows(context.settings().data_dir, report.failed_file)
        if kept:
            browser.download_button(
                "Download these rows",
                kept.read_bytes,
                "failed-rows.csv",
                "text/csv",
                key="import_failed_rows",
                help="With their own cells: correct them there, and import that file.",
                least=Role.EDITOR,
            )
        if count > len(missing):
            st.caption(f"{len(missing):,} of {count:,} are shown.")


def _show_similar(report: KeptReport) -> None:
    count = len(report.near) + report.more_near
    noun = "row is" if count == 1 else "rows are"
    with st.expander(
        f"{count:,} imported {noun} very similar to another entry", key="import_similar"
    ):
        st.dataframe(
            [
                {
                    "Row": near.row,
                    "Imported": near.question,
                    "Very similar to": near.like,
                    "Similarity": near.cosine,
                }
                for near in report.near[:SHOWN]
            ],
            hide_index=True,
            column_config={
                "Row": ROW,
                "Similarity": st.column_config.NumberColumn(format="%.2f"),
            },
            alt="Rows that were imported although a very similar entry was there",
        )
        st.page_link(
            "pages/inbox.py",
            label="Decide in the Inbox, under Duplicates",
            icon=":material/arrow_forward:",
        )
