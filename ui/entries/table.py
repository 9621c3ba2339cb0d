"""Entries as a table: one page of them, rows that can be ticked, one click to open."""

from collections.abc import Sequence

import streamlit as st

from store import Entry
from ui import resources
from ui.entry import drawer


def draw(entries: Sequence[Entry]) -> list[int]:
    """Show the entries; return the places of those that are ticked."""
    import pandas as pd

    may_edit = resources.may_edit()
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
        st.session_state["entry_wanted"] = entries[click.row]

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
    if "entry_wanted" in st.session_state:
        drawer.open_entry(st.session_state.pop("entry_wanted"))
    rows: list[int] = event["selection"]["rows"]
    return rows
