"""Entries: the collection, one entry in a drawer, files in and out, the bin."""

import streamlit as st

from store import Content
from ui import app, context, notice
from ui.entries import filters, import_dialog, import_progress, listing
from ui.entry import drawer, unsaved

app.ensure()

run = context.read()
with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
    st.title("Entries", anchor=False, width="stretch")
    if run.may_edit:
        if st.button("Import", icon=":material/upload:"):
            import_dialog.open_import()
        if st.button("Add an entry", type="primary", icon=":material/add:"):
            drawer.open_new(Content(""))
notice.show()
unsaved.show(run)
importing = run.may_edit and import_progress.show(run)
listing.show(run, *filters.show(run), importing)
drawer.open_wanted()
