"""The dialog that takes a file or a pasted text: the first entries, then Import."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice

import streamlit as st

from faq.content import InvalidEntry, validated
from faq.fields import FIELDS, content_of
from faq.transfer.columns import by_field, guessed, languages, notes, require_question
from faq.transfer.files import BY_ENDING, read_table
from faq.transfer.import_job import mark_of_open, start_import
from faq.transfer.importing import OnDuplicate, is_whole
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
ENCODINGS = (
    *("UTF-8", "Windows-1252", "Windows-1250", "Windows-1251", "Windows-1253", "Windows-1254"),
    *("Windows-1255", "Windows-1256", "Windows-1257", "Windows-1258", "ISO-8859-2", "KOI8-R"),
    *("Mac-Roman", "Shift_JIS", "EUC-KR", "GB18030", "Big5", "UTF-16"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """What is imported: the bytes of a file or of a pasted text, and what tells it from others."""

    data: bytes
    name: str
    id: str


def open_import() -> None:
    """Open the dialog that takes a file."""
    st.dialog("Import questions and answers", width="medium")(_import_dialog)()


@notice.errors()
def _import_dialog() -> None:
    source = _source()
    if source is None:
        return
    encoding = st.session_state.get(f"import_encoding_{source.id}") or ""
    language = st.session_state.get(f"import_language_{source.id}") or ""
    table, rows = _first_rows(source, encoding, language)
    preview = st.container()
    columns = _show_columns(table, source.id, encoding, language)
    with preview, notice.errors():
        require_question(columns, table)
        _show_preview(table, rows, columns)
    if "question" not in columns or not _answers_settled(table, columns, source.id):
        return
    on_duplicate = st.radio(
        "If an entry has the same question or key",
        list(CHOICES),
        format_func=lambda choice: CHOICES[choice],
        key="import_on_duplicate",
    )
    again = on_duplicate == "add" and _was_added(source, columns, language)
    sure = not again or st.checkbox(
        "This file was imported before, whole. Add its rows a second time.", key="import_twice"
    )
    if st.button(
        "Import", type="primary", key="import_start", icon=":material/upload:", disabled=not sure
    ):
        upload, data_dir = BytesIO(source.data), context.settings().data_dir
        jobs.start(
            lambda: start_import(
                context.collection(),
                upload,
                source.name,
                columns,
                on_duplicate,
                data_dir,
                encoding=encoding,
                language=language,
                again=again,
            )
        )


def _was_added(source: Source, columns: Mapping[str, str], language: str) -> bool:
    return is_whole(context.store(), mark_of_open(BytesIO(source.data), columns, language))


def _source() -> Source | None:
    """Show where a file or a text goes in, and return what is there."""
    file_tab, text_tab = st.tabs(["A file", "Pasted text"])
    with file_tab:
        st.caption(
            "Excel, CSV, JSON, YAML, Word, Markdown, a web page or plain text: a table with a "
            "question in each row, or a document with questions and answers."
        )
        file = st.file_uploader(
            "File",
            type=[ending[1:] for ending in BY_ENDING],
            key="import_file",
            label_visibility="collapsed",
        )
    with text_tab:
        text = st.text_area(
            "Text",
            key="import_text",
            height=160,
            placeholder="Rows copied from a spreadsheet, a page, or Q: and A:",
            label_visibility="collapsed",
        )
    if file is not None:
        return Source(file.getvalue(), file.name, file.file_id)
    if text.strip():
        return Source(text.encode(errors="replace"), "", f"text_{hash(text)}")
    return None


def _first_rows(source: Source, encoding: str, language: str) -> tuple[Table, list[Row]]:
    """Return a file's table and its first rows, read once for as long as it is looked at."""
    asked = source.id, encoding, language
    kept = st.session_state.get(READ)
    if kept is None or kept[0] != asked:
        table = read_table(BytesIO(source.data), source.name, encoding, language)
        kept = asked, table, list(islice(table.rows, PREVIEW_ROWS))
        # A look at the rest is another reading: this one lets the file go.
        st.session_state[READ] = kept[0], replace(table, rows=iter(())), kept[2]
    return kept[1], kept[2]


def _show_columns(table: Table, source_id: str, encoding: str, language: str) -> dict[str, str]:
    """Show which column was taken for which field, and return what is chosen."""
    guess = guessed(table.columns, language)
    sure = "question" in guess and ("answer" in guess or len(table.columns) == 1)
    chosen = {}
    with st.expander("Columns", expanded=not sure, key=f"import_columns_{source_id}_{language}"):
        st.caption("Which column of the file is what.")
        places = [place for _ in range(0, len(SHOWN), 2) for place in st.columns(2)]
        choices: list[str | None] = [None, *table.columns]
        for place, field in zip(places, SHOWN, strict=False):
            column = place.selectbox(
                changes.name(field.name),
                choices,
                index=choices.index(guess.get(field.name)),
                format_func=lambda name: NONE if name is None else _printable(name),
                key=f"import_column_{field.name}_{source_id}_{encoding}_{language}",
            )
            if column is not None:
                chosen[field.name] = column
        _show_reading(table, source_id)
    return chosen


def _show_reading(table: Table, source_id: str) -> None:
    """Show in which encoding and language a file is read, where there is a choice."""
    if table.encoding:
        st.selectbox(
            "Encoding, if letters look wrong",
            ["", *ENCODINGS],
            format_func=lambda name: name or f"Guessed: {table.encoding}",
            key=f"import_encoding_{source_id}",
        )
    if spoken := languages(table):
        st.selectbox(
            "Language",
            ["", *sorted(spoken)],
            format_func=lambda name: name or f"The first: {spoken[0]}",
            key=f"import_language_{source_id}",
        )


def _show_preview(table: Table, rows: list[Row], columns: Mapping[str, str]) -> None:
    shown = [_as_entry(cells, columns) for _, cells in rows]
    titles = dict.fromkeys(title for row in shown for title in row)
    full = [{title: row.get(title, "") for title in titles} for row in shown]
    st.dataframe(full, hide_index=True, alt="The first rows of the file, as entries")
    taken = [
        f"{changes.name(field)} from {_printable(column)}"
        for field, column in columns.items()
        if column.casefold() != field
    ]
    unused = [column for column in table.columns if column not in columns.values()]
    sentences = [f"Read as {table.description}."]
    sentences += [f"{', '.join(taken)}."] * bool(taken)
    sentences += [f"Not used: {', '.join(map(_printable, unused[:8]))}."] * bool(unused)
    st.caption(plain(" ".join([*sentences, *notes(table)])))


def _answers_settled(table: Table, columns: Mapping[str, str], source_id: str) -> bool:
    """Return whether it is known where the answers are; else ask."""
    unknown = [name for name in table.columns if name not in columns.values()]
    if "answer" in columns or table.without_answers or not unknown:
        return True
    st.markdown("**No column was recognised as the answer.** Choose it above, under Columns.")
    return st.checkbox("The file has questions alone", key=f"import_questions_only_{source_id}")


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
