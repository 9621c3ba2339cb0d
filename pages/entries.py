"""Entries: the collection, one entry in a drawer, files in and out, the bin."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from faq.collection import Collection
from store import Content, Entry, EntryFilter, EntryPage, SortField
from ui import entry, entry_drawer, entry_filters, notice, resources
from ui.entry_table import entry_table
from ui.transfer import dialog, export, progress

entry.ensure()

PAGE_SIZE = 25

collection: Collection = resources.collection()


def bring_back(chosen: list[Entry]) -> None:
    entry_drawer.restore([one.id for one in chosen])


def delete(chosen: list[Entry]) -> None:
    entry_drawer.remove([one.id for one in chosen])


def show_head() -> DeltaGenerator:
    """Return the place for the export menu, which needs to know the filters below."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Entries", anchor=False, width="stretch")
        if st.button("Add an entry", type="primary", icon=":material/add:"):
            entry_drawer.open_new(Content(""))
        if st.button("Import", icon=":material/upload:"):
            dialog.open_import()
        return st.container(width="content")


def show_selection(chosen: list[Entry], in_bin: bool) -> None:
    """Show what can be done with the rows that are ticked."""
    with st.container(horizontal=True, vertical_alignment="center", key="selection"):
        st.markdown(f"{len(chosen)} selected", width="content")
        if in_bin:
            st.button("Take out of the bin", on_click=bring_back, args=(chosen,))
            return
        if len(chosen) == 1 and st.button("Open", icon=":material/edit:"):
            entry_drawer.open_entry(chosen[0])
        st.button("Delete", icon=":material/delete:", on_click=delete, args=(chosen,))


def show_list(where: EntryFilter, sort: SortField, descending: bool) -> None:
    def part(number: int) -> EntryPage:
        offset = (number - 1) * PAGE_SIZE
        return collection.store.page(
            where, sort=sort, descending=descending, offset=offset, limit=PAGE_SIZE
        )

    number: int = st.session_state.get(entry_filters.PAGE, 1)
    page = part(number)
    if page.total and not page.entries:  # the last page was emptied, here or by somebody else
        number = -(-page.total // PAGE_SIZE)
        st.session_state[entry_filters.PAGE] = number
        page = part(number)
    if not page.total:
        if where == EntryFilter():
            st.markdown("There are no entries yet. Add one, or import a file.")
        else:
            st.markdown("No entry passes these filters.")
        return
    selection = st.container()
    rows = entry_table(page.entries)
    if rows:
        with selection:
            show_selection([page.entries[row] for row in rows], where.deleted)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        first = (number - 1) * PAGE_SIZE + 1
        st.caption(f"{first:,} to {first + len(page.entries) - 1:,} of {page.total:,}")
        if page.total > PAGE_SIZE:
            st.pagination(-(-page.total // PAGE_SIZE), key=entry_filters.PAGE)


place = show_head()
notice.show()
entry_drawer.show_unsaved()
progress.show()
where, sort, descending = entry_filters.draw(collection.store)
with place:
    export.show(where)
show_list(where, sort, descending)
