"""Buttons that download a file."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from faq.transfer.csv_files import as_csv


def button(
    label: str, contents: Callable[[], str | bytes], name: str, media_type: str, *, key: str
) -> None:
    """Show the button that downloads a file called `name`, written when it is clicked."""
    st.download_button(
        label,
        data=contents,
        file_name=name,
        mime=media_type,
        key=key,
        icon=":material/download:",
        on_click="ignore",
    )


def table_button(
    label: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Show the button that downloads a table as `name`.csv."""
    kept = list(rows)
    button(
        label, lambda: as_csv([columns, *kept]), f"{name}.csv", "text/csv", key=f"download {name}"
    )
