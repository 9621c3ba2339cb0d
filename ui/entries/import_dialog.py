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
from faq.transfer.files import NAMES, read_table
from faq.transfer.import_job import start_import
from faq.transfer.importing import OnDuplicate
from faq.transfer.table import Row, Table, UnreadableFile
from store import Content, JobRunning, StoreError
from ui import resources
from ui.entries import import_progress
from ui.entry import changes
from ui.text import plain

PREVIEW_ROWS = 5
PREVIEW_CHARACTERS = 300
NONE = "(none)"
LOOKED_AT = "import_looked_at"
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


def _import_dialog() -> None:
    st.caption(
        "A table with a question in each row, as CSV, Excel, JSON or Parquet. Answers, categories, "
        "tags and more may stand beside it."
    )
    file = st.file_uploader(
        "File", type=[name[1:] for name in NAMES], key="import_file", label_visibility="collapsed"
    )
    if file is None:
        return
    try:
        table, rows = _looked_at(file)
    except UnreadableFile as error:
        st.error(plain(str(error)))
        return
    problem, preview = st.container(), st.container()
    columns = _show_columns(table, file.file_id)
    try:
        require_question(columns, table)
    except UnreadableFile as error:
        problem.error(plain(str(error)))
        return
    with preview:
        _show_preview(table, rows, columns)
    on_duplicate = st.radio(
        "If an entry has the same question or key",
        list(CHOICES),
        format_func=lambda choice: CHOICES[choice],
        key="import_on_duplicate",
    )
    if st.button("Import", type="primary", key="import_start", icon=":material/upload:"):
        _start(file, columns, on_duplicate)


def _looked_at(file: UploadedFile) -> tuple[Table, list[Row]]:
    """Return a file's table and its first rows, read once for as long as it is looked at."""
    kept = st.session_state.get(LOOKED_AT)
    if kept is None or kept[0] != file.file_id:
        table = read_table(BytesIO(file.getvalue()), file.name)
        kept = file.file_id, table, list(islice(table.rows, PREVIEW_ROWS))
        # A look at the rest is another reading: this one lets the file go.
        st.session_state[LOOKED_AT] = kept[0], replace(table, rows=iter(())), kept[2]
    return kept[1], kept[2]


def _show_columns(table: Table, file_id: str) -> dict[str, str]:
    """Show which column was taken for which field, and return what is chosen."""
    guess = guessed(table.columns)
    sure = "question" in guess and ("answer" in guess or len(table.columns) == 1)
    chosen = {}
    with st.expander("Columns", expanded=not sure, key=f"import_columns_{file_id}"):
        st.caption("Which column of the file holds what.")
        places = [place for _ in range(0, len(SHOWN), 2) for place in st.columns(2)]
        choices: list[str | None] = [None, *table.columns]
        for place, field in zip(places, SHOWN, strict=False):
            column = place.selectbox(
                _title(field.name),
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
    left_out = [column for column in table.columns if column not in columns.values()]
    told = [f"Read as {table.told}."]
    if left_out:
        told.append(f"Not imported: {', '.join(map(_printable, left_out[:8]))}.")
    if "Windows" in table.told:
        told.append("If letters look wrong, save the file as UTF-8.")
    st.caption(plain(" ".join(told)))


def _as_entry(cells: Mapping[str, str] | str, columns: Mapping[str, str]) -> dict[str, str]:
    """Return what a row would be, by titles; or what stands in it, and why it would be nothing."""
    if isinstance(cells, str):
        return {"Problem": _printable(cells)}
    said = by_field(cells, columns)
    try:
        content = validated(content_of(said, Content("")))
    except InvalidEntry as error:
        shown = {_title(f.name): _printable(said.get(f.name, "")) for f in SHOWN if f.name in said}
        return shown | {"Problem": _printable(str(error))}
    return {_title(f.name): _printable(f.cell(content)) for f in SHOWN if f.name in columns}


def _title(field: str) -> str:
    return changes.name(field)


def _printable(text: str) -> str:
    return text[:PREVIEW_CHARACTERS].encode(errors="replace").decode()


def _start(file: UploadedFile, columns: Mapping[str, str], on_duplicate: OnDuplicate) -> None:
    data_dir = resources.settings().data_dir
    upload = BytesIO(file.getvalue())
    try:
        job = start_import(
            resources.collection(), upload, file.name, columns, on_duplicate, data_dir
        )
    except (JobRunning, StoreError) as error:
        st.error(plain(str(error)))
    except OSError as error:
        st.error(plain(f"The file cannot be kept in {data_dir}: {error.strerror}."))
    else:
        import_progress.follow(job)
        st.rerun()
