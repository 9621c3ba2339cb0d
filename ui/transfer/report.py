"""What an import did: counts, the rows that failed, and those that may exist already."""

import json
from typing import Any

import streamlit as st

from faq.importing.job import failed_rows
from ui import resources

SHOWN = 100
WHY = st.column_config.TextColumn("Why it was not imported", width="large")
ROW = st.column_config.NumberColumn("Row", width="small")


def show(result: str) -> None:
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
