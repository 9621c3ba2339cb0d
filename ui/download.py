"""Tables to take away."""

from collections.abc import Iterable, Sequence

import streamlit as st

from faq.transfer.csv_files import written


def table_button(
    label: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Show the button that downloads a table as `name`.csv, written when it is clicked."""
    kept = list(rows)
    st.download_button(
        label,
        data=lambda: written(columns, kept),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"download {name}",
        icon=":material/download:",
        on_click="ignore",
    )
