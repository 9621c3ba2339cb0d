"""Entries as a table: one page of them, rows that can be ticked, one click to open."""

from collections.abc import Sequence

import streamlit as st

from store import Entry, EntryFilter, EntryPage, SortField
from ui.context import Context
from ui.entries import filters, selection
from ui.entry import drawer

PAGE_SIZE = 25
PAGE, SHOWN = "entries_page", "entries_shown"  # which page is shown, and of which list
WANTED = "entry_wanted"  # the entry whose cell was clicked


def show(run: Context, where: EntryFilter, sort: SortField, descending: bool) -> None:
    """Show a page of the entries that pass, or why there is none."""

    def read(number: int) -> EntryPage:
        offset = (number - 1) * PAGE_SIZE
        return run.store.entries.page(
            where, sort=sort, descending=descending, offset=offset, limit=PAGE_SIZE
        )

    wanted = (where, sort, descending)
    if st.session_state.get(SHOWN) != wanted:  # another list begins with its first page
        st.session_state[SHOWN], st.session_state[PAGE] = wanted, 1
    number: int = st.session_state.get(PAGE, 1)
    page = read(number)
    if page.total and not page.entries:  # the last page was emptied, here or by somebody else
        number = -(-page.total // PAGE_SIZE)
        st.session_state[PAGE] = number
        page = read(number)
    if not page.total:
        _show_nothing(run, where)
        return
    above = st.container()
    rows = _draw(page.entries, run.may_edit)
    with above:
        selection.show(run, page, rows, where)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        first = (number - 1) * PAGE_SIZE + 1
        st.caption(f"{first:,} to {first + len(page.entries) - 1:,} of {page.total:,}")
        if page.total > PAGE_SIZE:
            st.pagination(-(-page.total // PAGE_SIZE), key=PAGE)


def _show_nothing(run: Context, where: EntryFilter) -> None:
    if where == filters.widest(run.may_edit):
        how = " Add one, or import a file." if run.may_edit else ""
        st.markdown(f"There are no entries yet.{how}")
    elif where == EntryFilter(deleted=True):
        st.markdown("The bin is empty.")
    else:
        st.markdown("No entry passes these filters.")


def _draw(entries: Sequence[Entry], may_edit: bool) -> list[int]:
    """Draw the rows; return the places of those that are ticked."""
    import pandas as pd

    icon = ":material/edit:" if may_edit else ":material/visibility:"

    # Ticks are kept by place: other rows must not inherit them, nor the same ones in the bin.
    key = f"entries_{hash(tuple((entry.id, entry.deleted) for entry in entries))}"

    table = pd.DataFrame(
        {
            "question": [entry.content.question[:300] for entry in entries],
            "category": [
                [entry.content.category] if entry.content.category else [] for entry in entries
            ],
            "status": [[entry.content.status.value.capitalize()] for entry in entries],
            "ways": [len(entry.content.ways_of_asking) for entry in entries],
            "changed": [entry.updated_at for entry in entries],
            "by": [entry.updated_by for entry in entries],
            "open": [f"{icon} Open" if not entry.deleted else None for entry in entries],
        }
    )

    def open_clicked() -> None:
        click = st.session_state[f"{key}_open"]
        st.session_state[WANTED] = entries[click.row]

    config = st.column_config
    event = st.dataframe(
        table,
        key=key,
        height="content",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row" if may_edit else (),
        # Readers have no line above the table: they open an entry here, on a telephone, too.
        column_order=None if may_edit else ("question", "open", "category", "changed"),
        alt="The entries of the collection that pass the filters",
        column_config={
            "question": config.TextColumn("Question", width="large" if may_edit else 270),
            "category": config.MultiselectColumn("Category", color="auto", width=110),
            "status": config.MultiselectColumn(
                "Status",
                options=["Published", "Draft", "Archived"],
                color=["green", "orange", "gray"],
                width="small",
            ),
            "ways": config.NumberColumn("Ways of asking", width="small"),
            "changed": config.DatetimeColumn("Changed", format="D MMM YYYY", width="small"),
            "by": config.TextColumn("By", width="small"),
            "open": config.ButtonColumn(
                "", on_click=open_clicked, key=f"{key}_open", type="tertiary", width="small"
            ),
        },
    )
    if WANTED in st.session_state:
        drawer.open_entry(st.session_state.pop(WANTED))
    rows: list[int] = event["selection"]["rows"]
    return rows
