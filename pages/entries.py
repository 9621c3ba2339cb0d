"""Entries: the collection, one entry in a drawer, files in and out, the bin."""

import streamlit as st

from store import Content
from ui import app, context, notice
from ui.entries import export, filters, import_dialog, import_progress, table
from ui.entry import drawer, unsaved

app.ensure()

run = context.read()
with st.container(horizontal=True, vertical_alignment="center"):
    st.title("Entries", anchor=False, width="stretch")
    if run.may_edit:
        if st.button("Add an entry", type="primary", icon=":material/add:"):
            drawer.open_new(Content(""))
        if st.button("Import", icon=":material/upload:"):
            import_dialog.open_import()
    head = st.container(width="content")
notice.show()
unsaved.show(run)
if run.may_edit:
    import_progress.show()
where, sort, descending = filters.show(run)
with head:
    export.show(run, where)
table.show(run, where, sort, descending)
