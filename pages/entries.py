"""Entries: the collection, one entry in a drawer, files in and out, the bin."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from faq.collection import Collection
from store import Content, EntryFilter, EntryPage, SortField
from ui import app, notice, resources
from ui.entries import export, filters, import_dialog, import_progress, selection, table
from ui.entry import drawer

app.ensure()

PAGE_SIZE = 25

collection: Collection = resources.collection()


def show_head() -> DeltaGenerator:
    """Return the place for the export menu, which needs to know the filters below."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Entries", anchor=False, width="stretch")
        if resources.may_edit():
            if st.button("Add an entry", type="primary", icon=":material/add:"):
                drawer.open_new(Content(""))
            if st.button("Import", icon=":material/upload:"):
                import_dialog.open_import()
        return st.container(width="content")


def show_list(where: EntryFilter, sort: SortField, descending: bool) -> None:
    def part(number: int) -> EntryPage:
        offset = (number - 1) * PAGE_SIZE
        return collection.store.page(
            where, sort=sort, descending=descending, offset=offset, limit=PAGE_SIZE
        )

    number: int = st.session_state.get(filters.PAGE, 1)
    page = part(number)
    if page.total and not page.entries:  # the last page was emptied, here or by somebody else
        number = -(-page.total // PAGE_SIZE)
        st.session_state[filters.PAGE] = number
        page = part(number)
    if not page.total:
        if where == filters.widest():
            how = " Add one, or import a file." if resources.may_edit() else ""
            st.markdown(f"There are no entries yet.{how}")
        elif where == EntryFilter(deleted=True):
            st.markdown("The bin is empty.")
        else:
            st.markdown("No entry passes these filters.")
        return
    above = st.container()
    rows = table.draw(page.entries)
    with above:
        selection.show(page, rows, where)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        first = (number - 1) * PAGE_SIZE + 1
        st.caption(f"{first:,} to {first + len(page.entries) - 1:,} of {page.total:,}")
        if page.total > PAGE_SIZE:
            st.pagination(-(-page.total // PAGE_SIZE), key=filters.PAGE)


place = show_head()
notice.show()
drawer.show_unsaved()
if resources.may_edit():
    import_progress.show()
where, sort, descending = filters.draw(collection)
with place:
    export.show(where)
show_list(where, sort, descending)
