"""Files into and out of the collection, as screens show it."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import streamlit as st

from faq.collection import Collection
from faq.csv_table import Row, UnreadableFile, defused, read_rows, uploaded
from faq.exporting import write_entries
from faq.importing import ImportReport, OnDuplicate, import_entries
from faq.jobs import IMPORT, Progress, start_job, under_way
from store import Job, JobRunning, StoreError
from ui import job_progress, resources
from ui.text import plain

PREVIEW_ROWS = 5
FAILED_ROWS_KEPT = 1000
CHOICES: dict[OnDuplicate, str] = {
    "skip": "Leave the entry as it is",
    "update": "Update the entry",
    "add": "Add the row as another entry",
}


def export_button(collection: Collection) -> None:
    """Show the button that downloads the whole collection, written when it is clicked."""

    def contents() -> str:
        file = io.StringIO(newline="")
        write_entries(collection, file)
        return file.getvalue()

    st.download_button(
        "Export",
        data=contents,
        file_name="faq.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def open_import() -> None:
    """Open the dialog that takes a file."""
    st.dialog("Import a file", width="medium")(_import_dialog)()


def _import_dialog() -> None:
    st.caption(
        "A CSV file in UTF-8 with the column **question**. These columns may stand beside it: "
        "answer, category, tags (separated by commas), phrasings (one a line), source, status, key."
    )
    file = st.file_uploader("File", type="csv", label_visibility="collapsed")
    on_duplicate = st.radio(
        "Where an entry has the same key or question",
        list(CHOICES),
        format_func=lambda choice: CHOICES[choice],
        key="import_on_duplicate",
    )
    if file is None:
        return
    data = file.getvalue()
    try:
        rows = [
            row
            for row, _ in zip(
                read_rows(uploaded(data), "question"), range(PREVIEW_ROWS), strict=False
            )
        ]
    except UnreadableFile as error:
        st.error(plain(str(error)))
        return
    shown = [cells for _, cells in rows if isinstance(cells, dict)]
    printable = [{n: c.encode(errors="replace").decode() for n, c in row.items()} for row in shown]
    st.dataframe(printable, hide_index=True, alt="The first rows of the file")
    if st.button("Import", type="primary", key="import_start", icon=":material/upload:"):
        try:
            _start(data, on_duplicate)
        except (JobRunning, StoreError) as error:
            st.error(plain(str(error)))
        else:
            st.rerun()


def _start(data: bytes, on_duplicate: OnDuplicate) -> None:
    collection = resources.collection()

    def read() -> Iterator[Row]:
        return read_rows(uploaded(data), "question")

    def work(progress: Progress) -> str:
        total = sum(1 for _ in read())
        report = ImportReport()

        def count(so_far: ImportReport) -> None:
            nonlocal report
            report = so_far
            progress.report(so_far.rows, total)

        progress.report(0, total)
        report = import_entries(collection, read(), on_duplicate, count)
        told = asdict(report)
        told["more_failed"] = max(0, len(report.failed) - FAILED_ROWS_KEPT)
        told["failed"] = told["failed"][:FAILED_ROWS_KEPT]
        return json.dumps(told)

    job = start_job(collection.store, IMPORT, collection.actor, None, work)
    st.session_state["import_watched"] = job.id


def show_import_progress() -> None:
    """Show the import that is under way, whoever started it, or how this session's ended."""
    job = resources.store().job(IMPORT)
    if job is None:
        return
    if under_way(job):
        st.session_state["import_watched"] = job.id
        job_progress.watch(IMPORT, _told)
    elif st.session_state.get("import_watched") == job.id:
        _show_ended(job)


def _told(job: Job) -> str:
    return f"Importing: {job.done:,} of {job.total:,} rows" if job.total else "Importing"


def _show_ended(job: Job) -> None:
    with st.container(border=True, key="import_ended"):
        if job.state == "done":
            _show_report(json.loads(job.result))
        elif job.state == "cancelled":
            st.markdown(f"The import was stopped after {job.done:,} rows; those are kept.")
        else:
            st.error(f"The import stopped after {job.done:,} rows: {job_progress.reason(job)}")
        st.button("Close", key="import_close", type="tertiary", on_click=_close)


def _show_report(report: dict[str, Any]) -> None:
    failed = report["failed"]
    count = len(failed) + report["more_failed"]
    st.markdown(
        f"**{report['added']:,}** added, **{report['updated']:,}** updated, "
        f"**{report['skipped']:,}** skipped, **{count:,}** failed in {report['seconds']:.1f} s"
    )
    if not failed:
        return
    st.dataframe(
        failed,
        hide_index=True,
        column_config={"row": "Row", "error": "Why it was not imported"},
        alt="Rows that were not imported, with the reason",
    )
    if report["more_failed"]:
        st.caption(f"and {report['more_failed']:,} more")
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(("row", "error"))
    writer.writerows((row["row"], defused(row["error"])) for row in failed)
    st.download_button("Download the list", file.getvalue(), "failed-rows.csv", "text/csv")


def _close() -> None:
    st.session_state.pop("import_watched", None)
