"""Entries: the collection, one entry in a drawer, files in and out, the bin."""

import streamlit as st

from faq.collection import Collection
from store import Content, Entry, EntryFilter, EntryPage, SortField, Status
from ui import entry, entry_drawer, notice, resources, transfer
from ui.entry_table import entry_table
from ui.text import plain

entry.ensure()

PAGE_SIZE = 25
MOST_PILLS = 10
BIN = "Bin"
SORTS: dict[str, tuple[SortField, bool]] = {
    "Newest": ("id", True),
    "Last changed": ("updated", True),
    "Question": ("question", False),
    "Category": ("category", False),
    "Status": ("status", False),
}

collection: Collection = resources.collection()


def first_page() -> None:
    st.session_state["entries_page"] = 1


def bring_back(chosen: list[Entry]) -> None:
    entry_drawer.restore([one.id for one in chosen])


def delete(chosen: list[Entry]) -> None:
    entry_drawer.remove([one.id for one in chosen])


def show_head() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Entries", anchor=False, width="stretch")
        if st.button("Add an entry", type="primary", icon=":material/add:"):
            entry_drawer.open_new(Content(""))
        if st.button("Import", icon=":material/upload:"):
            transfer.open_import()
        transfer.export_button(collection)


def chosen_filter() -> tuple[EntryFilter, SortField, bool]:
    """Draw the filters; return what they say."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search the entries",
            key="entries_text",
            type="search",
            live="250ms",
            placeholder="Words in a question, an answer or a tag",
            label_visibility="collapsed",
            on_change=first_page,
        )
        sort = st.selectbox(
            "Sort by",
            list(SORTS),
            key="entries_sort",
            label_visibility="collapsed",
            width=160,
            on_change=first_page,
        )
    status = st.pills(
        "Status",
        [*Status, BIN],
        key="entries_status",
        format_func=lambda value: value.capitalize(),
        label_visibility="collapsed",
        on_change=first_page,
    )
    names = [name for name, _ in collection.store.categories()]
    category = None
    if names:
        if len(names) <= MOST_PILLS:
            category = st.pills(
                "Category",
                names,
                key="entries_category",
                format_func=plain,
                label_visibility="collapsed",
                on_change=first_page,
            )
        else:
            category = st.selectbox(
                "Category",
                names,
                index=None,
                key="entries_category",
                placeholder="All categories",
                label_visibility="collapsed",
                width=320,
                on_change=first_page,
            )
    where = EntryFilter(
        text=text or "",
        category=category,
        status=Status(status) if status and status != BIN else None,
        deleted=status == BIN,
    )
    return where, *SORTS[sort]


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

    number: int = st.session_state.get("entries_page", 1)
    page = part(number)
    if page.total and not page.entries:  # the last page was emptied, here or by somebody else
        number = -(-page.total // PAGE_SIZE)
        st.session_state["entries_page"] = number
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
            st.pagination(-(-page.total // PAGE_SIZE), key="entries_page")


show_head()
notice.show()
entry_drawer.show_unsaved()
transfer.show_import_progress()
show_list(*chosen_filter())
