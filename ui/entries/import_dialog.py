"""The dialog that takes a file: its first rows as the entries that they would be, then Import."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from itertools import islice

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from faq.content import InvalidEntry, validated
from faq.fields import FIELDS, content_of
from faq.transfer.columns import by_field, guessed, require_question
from faq.transfer.files import BY_ENDING, read_table
from faq.transfer.import_job import start_import
from faq.transfer.importing import OnDuplicate
from faq.transfer.table import Row, Table
from store import Content
from ui import context, jobs, notice
from ui.entry import changes
from ui.text import plain

PREVIEW_ROWS = 5
PREVIEW_CHARACTERS = 300
NONE = "(none)"
READ = "import_file_read"
LAST = ("key", "must_find", "must_not_find")  # what few files have
SHOWN = sorted(FIELDS, key=lambda field: (field.name in LAST, field.name != "question"))
CHOICES: dict[OnDuplicate, str] = {
    "skip": "Leave the entry as it is",
    "update": "Update the entry",
    "add": "Add the row as another entry",
}


def open_import() -> None:
    """Open the dialog that takes a file."""
    st.dialog("Import a file", width="medium")(_import_dialog)()


@notice.errors()
def _import_dialog() -> None:
    st.caption(
        "A table with a question in each row, as CSV, Excel, JSON or Parquet. Answers, categories, "
        "tags and more may be beside it."
    )
    file = st.file_uploader(
        "File",
        type=[ending[1:] for ending in BY_ENDING],
        key="import_file",
        label_visibility="collapsed",
    )
    if file is None:
        return
    table, rows = _first_rows(file)
    preview = st.container()
    columns = _show_columns(table, file.file_id)
    with preview, notice.errors():
        require_question(columns, table)
        _show_preview(table, rows, columns)
    if "question" not in columns:
        return
    on_duplicate = st.radio(
        "If an entry has the same question or key",
        list(CHOICES),
        format_func=lambda choice: CHOICES[choice],
        key="import_on_duplicate",
    )
    if st.button("Import", type="primary", key="import_start", icon=":material/upload:"):
        upload, data_dir = BytesIO(file.getvalue()), context.settings().data_dir
        jobs.start(
            lambda: start_import(
                context.collection(), upload, file.name, columns, on_duplicate, data_dir
            )
        )


def _first_rows(file: UploadedFile) -> tuple[Table, list[Row]]:
    """Return a file's table and its first rows, read once for as long as it is looked at."""
    kept = st.session_state.get(READ)
    if kept is None or kept[0] != file.file_id:
        table = read_table(BytesIO(file.getvalue()), file.name)
        kept = file.file_id, table, list(islice(table.rows, PREVIEW_ROWS))
        # A look at the rest is another reading: this one lets the file go.
        st.session_state[READ] = kept[0], replace(table, rows=iter(())), kept[2]
    return kept[1], kept[2]


def _show_columns(table: Table, file_id: str) -> dict[str, str]:
    """Show which column was taken for which field, and return what is chosen."""
    guess = guessed(table.columns)
    sure = "question" in guess and ("answer" in guess or len(table.columns) == 1)
    chosen = {}
    with st.expander("Columns", expanded=not sure, key=f"import_columns_{file_id}"):
        st.caption("Which column of the file is what.")
        places = [place for _ in range(0, len(SHOWN), 2) for place in st.columns(2)]
        choices: list[str | None] = [None, *table.columns]
        for place, field in zip(places, SHOWN, strict=False):
            column = place.selectbox(
                changes.name(field.name),
                choices,
                index=choices.index(guess.get(field.name)),
                format_func=lambda name: NONE if name is None else _printable(name),
                key=f"import_column_{field.name}_{file_id}",
            )
            if column is not None:
                chosen[field.name] = column
    return chosen


def _show_preview(table: Table, rows: list[Row], columns: Mapping[str, str]) -> None:
    shown = [_as_entry(cells, columns) for _, cells in rows]
    titles = dict.fromkeys(title for row in shown for title in row)
    full = [{title: row.get(title, "") for title in titles} for row in shown]
    st.dataframe(full, hide_index=True, alt="The first rows of the file, as entries")
    unused = [column for column in table.columns if column not in columns.values()]
    sentences = [f"Read as {table.description}."]
    if unused:
        sentences.append(f"Not imported: {', '.join(map(_printable, unused[:8]))}.")
    if "Windows" in table.description:
        sentences.append("If letters look wrong, save the file as UTF-8.")
    st.caption(plain(" ".join(sentences)))


def _as_entry(cells: Mapping[str, str] | str, columns: Mapping[str, str]) -> dict[str, str]:
    """Return what a row would be, by titles; or what is in it, and why it cannot be one."""
    if isinstance(cells, str):
        return {"Problem": _printable(cells)}
    fields = by_field(cells, columns)
    try:
        content = validated(content_of(fields, Content("")))
    except InvalidEntry as error:
        shown = {
            changes.name(f.name): _printable(fields.get(f.name, ""))
            for f in SHOWN
            if f.name in fields
        }
        return shown | {"Problem": _printable(str(error))}
    return {changes.name(f.name): _printable(f.cell(content)) for f in SHOWN if f.name in columns}


def _printable(text: str) -> str:
    return text[:PREVIEW_CHARACTERS].encode(errors="replace").decode()
