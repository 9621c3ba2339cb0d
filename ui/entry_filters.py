"""Which entries the table shows, and in which order."""

import streamlit as st

from store import EntryFilter, SortField, Status, Store
from ui import resources
from ui.text import plain

PAGE = "entries_page"  # which page of the list is shown
MOST_PILLS = 10
BIN = "Bin"
SORTS: dict[str, tuple[SortField, bool]] = {
    "Newest": ("id", True),
    "Last changed": ("updated", True),
    "Question": ("question", False),
    "Category": ("category", False),
    "Status": ("status", False),
}


def draw(store: Store) -> tuple[EntryFilter, SortField, bool]:
    """Draw the filters; return what they say: which entries, sorted by what, descending or not."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search the entries",
            key="entries_text",
            type="search",
            live="250ms",
            placeholder="Words in a question, an answer or a tag",
            label_visibility="collapsed",
            on_change=_first_page,
        )
        sort = st.selectbox(
            "Sort by",
            list(SORTS),
            key="entries_sort",
            label_visibility="collapsed",
            width=160,
            on_change=_first_page,
        )
    status = st.pills(
        "Status",
        [*Status, BIN] if resources.may_edit() else list(Status),
        key="entries_status",
        format_func=lambda value: value.capitalize(),
        label_visibility="collapsed",
        on_change=_first_page,
    )
    names = [name for name, _ in store.categories()]
    category = None
    if names:
        if len(names) <= MOST_PILLS:
            category = st.pills(
                "Category",
                names,
                key="entries_category",
                format_func=plain,
                label_visibility="collapsed",
                on_change=_first_page,
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
                on_change=_first_page,
            )
    where = EntryFilter(
        text=text or "",
        category=category,
        status=Status(status) if status and status != BIN else None,
        deleted=status == BIN,
    )
    return where, *SORTS[sort]


def _first_page() -> None:
    st.session_state[PAGE] = 1
