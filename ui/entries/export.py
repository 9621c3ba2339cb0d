"""The menu that takes entries out: all of them, or those that the filters show."""

import streamlit as st

from faq.transfer.exporting import entries_as_bytes
from faq.transfer.files import WRITTEN
from store import EntryFilter
from ui import browser
from ui.context import Context

EVERYTHING, SHOWN = "The whole collection", "What the filters show"
FOR_WEBSITES = "Published entries with an answer, for a website: question, answer and category."
NOTES = {
    ".xlsx": "A cell of Excel can have 32,767 characters. For longer texts, choose another type.",
    ".md": FOR_WEBSITES,
    ".html": f"{FOR_WEBSITES} Search engines find them by schema.org's data.",
}
TITLES = {kind.title: kind for kind in WRITTEN}


def show(run: Context, where: EntryFilter, everything: EntryFilter) -> None:
    """Show the menu; `where` is what the screen shows, `everything` what it shows unfiltered."""
    with st.popover("Export", icon=":material/download:", key="export"):
        title = st.radio("File type", list(TITLES), key="export_kind", horizontal=True)
        kind = TITLES[title]
        chosen = everything
        if where != everything and not where.deleted:
            which = st.radio("Which entries", [SHOWN, EVERYTHING], key="export_which")
            chosen = where if which == SHOWN else everything
        if note := NOTES.get(kind.ending):
            st.caption(note)
        browser.download_button(
            "Download",
            lambda: entries_as_bytes(kind, run.collection.all_entries(chosen)),
            f"faq{kind.ending}",
            kind.media_type,
            key="export_download",
            primary=True,
        )
