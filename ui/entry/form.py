"""The fields of one entry: what people write, how much of it the model reads, and whether the entry
exists already."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from errors import AskwellError
from faq.content import comma_separated, one_a_line
from store import Content, Entry, Status
from ui import model
from ui.buttons import button
from ui.context import Context
from ui.entry import questions
from ui.entry.drawer import Opened
from ui.text import counted, markdown, plain, shortened

FIELD = "entry_field_"
MARKS = r"Markdown: \*\*bold\*\*, \- list, \[link\](address)"

# For the fields of `Content` that a widget has in another form: into the widget, and out of it.
Form = tuple[Callable[[Any], Any], Callable[[Any], Any]]
LINES: Form = "\n".join, one_a_line
OTHER_FORMS: dict[str, Form] = {
    "key": (lambda key: key or "", lambda text: text or None),
    "category": (lambda category: category or None, lambda chosen: chosen or ""),
    "tags": (", ".join, comma_separated),
    "phrasings": LINES,
    "must_find": LINES,
    "must_not_find": LINES,
}


def fill(content: Content) -> None:
    """Put content into the fields. Call it before they are drawn, or in a callback."""
    for field in fields(content):
        into, _ = OTHER_FORMS.get(field.name, (None, None))
        value = getattr(content, field.name)
        st.session_state[FIELD + field.name] = into(value) if into else value


def written(before: Content) -> Content:
    """Return what is in the fields, and what `before` has in those that were not drawn yet."""
    changed = {}
    for field in fields(before):
        if FIELD + field.name in st.session_state:
            _, out_of = OTHER_FORMS.get(field.name, (None, None))
            value = st.session_state[FIELD + field.name]
            changed[field.name] = out_of(value) if out_of else value
    return replace(before, **changed)


def draw(run: Context, opened: Opened, edit_other: Callable[[Entry], None]) -> None:
    """Draw the fields; `edit_other` is called with another entry that somebody wants to edit
    instead."""
    entry, before = opened.entry, opened.content
    st.text_input("Question", key=FIELD + "question", placeholder="What people ask")
    question = written(before).question
    with _line():
        model.show_token_counts([question], run.embedder, on_one_line=True)
        _show_similar(run, question, opened, edit_other)
    write, preview = st.tabs(["Write the answer", "Preview"])
    with write:
        st.text_area(
            "Answer",
            key=FIELD + "answer",
            height=180,
            label_visibility="collapsed",
        )
        st.caption(MARKS)
    with preview:
        st.markdown(
            markdown(written(before).answer) or ":gray[Nothing to show yet.]", anchors=False
        )
    st.text_area(
        "Other ways people ask this",
        key=FIELD + "phrasings",
        height=120,
        placeholder="One a line. Nothing makes an entry easier to find.",
    )
    with _line():
        model.show_token_counts(written(before).phrasings, run.embedder, on_one_line=True)
    with st.container():
        if entry:
            questions.show_wins(run, entry)
    _show_filing(run)
    with st.expander("Tests", key="drawer_tests"):
        st.caption("Questions that are tried with every change of an entry. One a line.")
        st.text_area("Must find this entry", key=FIELD + "must_find", height=90)
        st.text_area("Must not find this entry", key=FIELD + "must_not_find", height=68)


def _line() -> DeltaGenerator:
    """Return the place of what is said of a field. It is always there: what comes late moves no
    field, and no button between the two halves of a click."""
    return st.container(
        height=40,
        border=False,
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        gap="xsmall",
    )


def _show_similar(
    run: Context, question: str, opened: Opened, edit_other: Callable[[Entry], None]
) -> None:
    """Warn where an entry like this exists already."""
    if opened.absorbed or not question.strip() or not run.embedder.ready:
        return
    try:
        similar = run.collection.similar(question, but=opened.entry.id if opened.entry else None)
    except AskwellError:
        return  # the search itself will say what is wrong
    if not similar:
        return
    label = counted(len(similar), "similar entry", "similar entries")
    with st.popover(label, icon=":material/content_copy:"):
        for match in similar:
            with st.container(horizontal=True, vertical_alignment="center"):
                title = plain(shortened(match.entry.content.question))
                st.markdown(f"“{title}” ({match.cosine:.2f})", width="stretch")
                button("Edit", f"similar_{match.entry.id}", edit_other, match.entry)


def _show_filing(run: Context) -> None:
    categories = [name for name, _ in run.store.entries.counts("category")]
    chosen = st.session_state.get(FIELD + "category")
    st.selectbox(
        "Category",
        list(dict.fromkeys([*categories, *([chosen] if chosen else [])])),
        key=FIELD + "category",
        index=None,
        accept_new_options=True,
        placeholder="Choose or type one",
    )
    with st.expander("More"):
        st.segmented_control(
            "Status",
            list(Status),
            key=FIELD + "status",
            required=True,
            format_func=lambda status: status.value.capitalize(),
            help="Only published entries are found by questions.",
        )
        st.text_input("Tags", key=FIELD + "tags", placeholder="Separated by commas")
        st.text_input("Source", key=FIELD + "source", placeholder="Where the answer comes from")
        st.text_input("Owner", key=FIELD + "owner")
        st.date_input("Review by", key=FIELD + "review_by", min_value=date(2000, 1, 1))
        st.text_input("Key", key=FIELD + "key", help="A stable name for other programs.")
