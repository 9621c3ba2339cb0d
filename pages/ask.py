"""Ask: a question in plain words, the answer, and why."""

from functools import partial

import streamlit as st

from faq.collection import SearchResult
from faq.query_log import policy
from store import Content, Entry
from ui import app, browser, learning, model, notice, resources
from ui.ask import answer, asking, beginning
from ui.ask.settling import Settling
from ui.entry import drawer

app.ensure()

SHORTEST_QUERY = 3
LONGEST_ID = 18  # digits: what a database's integers hold

settling: Settling = st.session_state.setdefault("settling", Settling())


def settle() -> None:
    settling.settle()


def edit(chosen: Entry) -> None:
    settling.settle()
    drawer.open_entry(chosen)


@notice.errors(notice.refuse)
def rate(thumb: int) -> None:
    logged = settling.settle()
    if logged is not None:
        resources.store().rate_query(logged, thumb or None)
    elif policy(resources.store()).kept:  # read-only, or the disk is full
        notice.refuse("Your rating could not be kept: the question is not in the log.")


def same(query: str, chosen: Entry) -> None:
    settling.settle()
    if resources.may_edit():
        learning.teach(chosen, [query])
    else:
        learning.suggest(chosen, query)
    st.rerun()  # the notice stands outside the fragment


def show_linked_entry(wanted: str) -> None:
    """Show the entry that a link leads to."""
    settling.forget()
    is_id = wanted.isdecimal() and len(wanted) <= LONGEST_ID
    found = resources.collection().get(int(wanted)) if is_id else None
    if found:
        answer.entry(found, edit)
    else:
        st.caption("The entry that this link led to is not there any more.")


def show_result(result: SearchResult) -> None:
    if result.note:
        model.show_words_only(result.note)
    if not result.matches:
        empty = (
            "No entry has one of these words." if result.note else "There is nothing to find yet."
        )
        st.markdown(empty)
        return
    others = result.matches
    if result.answered:
        answer.best(result.matches[0], result, edit, rate)
        others = result.matches[1:]
    elif not result.note:
        st.markdown("**No close match.** Nearest entries:")
    for match in others:
        if result.answered or result.note:
            answer.other(match, result, edit, settle)
        else:
            answer.nearest(match, result, edit, settle, partial(same, result.query))
    may_add = not result.answered and resources.may_edit()
    if may_add and st.button("Add as an entry", icon=":material/add:"):
        settling.settle()
        drawer.open_new(Content(result.query.strip()))
    timing = result.timing
    st.caption(
        f"{timing.total_seconds * 1000:.0f} ms: {timing.embed_seconds * 1000:.0f} ms to read the "
        f"question, {timing.search_seconds * 1000:.0f} ms to search"
    )


@st.fragment
def ask() -> None:
    beginning.ask_what_was_chosen()
    query = st.text_input(
        "Ask a question",
        key=beginning.QUESTION,
        type="search",
        live=asking.while_typing(),
        bind="query-params",
        placeholder="Ask a question in your own words",
        label_visibility="collapsed",
    )
    model.show_where_text_goes()
    wanted = asking.wanted()
    if beginning.sample_wanted():
        beginning.load_wanted_sample()
    elif not query or len(query.strip()) < SHORTEST_QUERY:
        # Not as one expression: Streamlit would write the value of that, None, on the page.
        if linked := st.query_params.get("entry"):
            show_linked_entry(linked)
        else:
            settling.forget()
            beginning.show()
    elif model.settled():
        with notice.errors():
            result = asking.search(query, wanted)
            settling.show(resources.collection(), result)
            show_result(result)


notice.show()
ask()
drawer.show_unsaved()
browser.focus(beginning.QUESTION)
