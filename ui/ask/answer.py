"""How one entry is shown as an answer."""

from collections.abc import Callable, Set

import streamlit as st

from faq.collection import SearchResult
from faq.ranking import Match
from faq.words import telling
from store import Entry
from ui import browser, resources, similarity
from ui.ask import marking, why
from ui.text import plain, shortened

SIMILARITY_HELP = (
    "How near the question is to this entry: 1 is the same, 0 has nothing in common "
    "(cosine similarity)."
)


def best(
    match: Match,
    result: SearchResult,
    on_edit: Callable[[Entry], None],
    on_thumb: Callable[[int], None],
) -> None:
    """Show the best match, open."""
    content, cosine = match.entry.content, match.cosine or 0.0
    with st.container(border=True, key="best"):
        heading, similar = st.columns([5, 1], vertical_alignment="top")
        question = marking.plain(content.question, telling(result.query))
        heading.markdown(f"#### {question}", anchors=False)
        similar.markdown(
            f"**{cosine:.3f}** {similarity.word(cosine)}",
            text_alignment="right",
            width="stretch",
            help=SIMILARITY_HELP,
        )
        st.progress(similarity.bar(cosine))
        _body(match, result)
        with st.container(horizontal=True, vertical_alignment="center"):
            actions(match.entry, on_edit)
            why.button(match, result)
            key = f"thumb_{match.entry.id}_{hash(result.query)}"
            st.feedback("thumbs", key=key, on_change=_rated, args=(key, on_thumb))


def other(
    match: Match,
    result: SearchResult,
    on_edit: Callable[[Entry], None],
    on_open: Callable[[], None],
) -> None:
    """Show a further match, closed: its question and similarity stand in the line."""
    told = similarity.told(match.cosine)
    question = marking.plain(shortened(match.entry.content.question), telling(result.query))
    line = f"{question}  :gray[{told}]" if told else question
    label = f":gray[{line}]" if told.endswith("far") else line
    with st.expander(label, key=f"match_{match.entry.id}", on_change=on_open) as opened:
        if opened.open:
            _body(match, result)
            with st.container(horizontal=True):
                actions(match.entry, on_edit)
                why.button(match, result)


def nearest(
    match: Match,
    result: SearchResult,
    on_edit: Callable[[Entry], None],
    on_open: Callable[[], None],
    on_same: Callable[[Entry], None],
) -> None:
    """Show a match below the threshold, with the way to say that it was meant."""
    with st.container(horizontal=True, key=f"nearest_{match.entry.id}"):
        with st.container(width="stretch"):
            other(match, result, on_edit, on_open)
        label = "It is this entry" if resources.may_edit() else "Suggest: it is this entry"
        if st.button(label, key=f"same_{match.entry.id}"):
            on_same(match.entry)


def entry(entry: Entry, on_edit: Callable[[Entry], None]) -> None:
    """Show an entry that a link leads to."""
    with st.container(border=True, key="linked"):
        st.markdown(f"#### {plain(entry.content.question)}", anchors=False)
        _answer(entry)
        st.caption(_origin(entry))
        with st.container(horizontal=True):
            actions(entry, on_edit)


def actions(entry: Entry, on_edit: Callable[[Entry], None]) -> None:
    """Show what can be done with an answer."""
    if entry.content.answer:
        browser.copy_text("Copy answer", entry.content.answer, key=f"copy_{entry.id}")
    browser.copy_link("Copy link", f"?entry={entry.id}", key=f"link_{entry.id}")
    if resources.may_edit() and st.button("Edit", icon=":material/edit:", key=f"edit_{entry.id}"):
        on_edit(entry)


def _rated(key: str, on_thumb: Callable[[int], None]) -> None:
    on_thumb({1: 1, 0: -1}.get(st.session_state[key], 0))


def _body(match: Match, result: SearchResult) -> None:
    _answer(match.entry, telling(result.query))
    st.caption(" · ".join(filter(None, (why.line(match, result.query), _origin(match.entry)))))


def _answer(entry: Entry, wanted: Set[str] = frozenset()) -> None:
    if entry.content.answer:
        st.markdown(marking.answer(entry.content.answer, wanted), anchors=False)
    else:
        st.caption("This entry has no answer yet.")


def _origin(entry: Entry) -> str:
    parts = (entry.content.category, shortened(entry.content.source))
    told = [plain(part) for part in parts if part]
    return " · ".join([*told, f"changed {entry.updated_at:%-d %B %Y}"])
