"""The question: typed, answered while it is typed, and how its answer is looked for."""

import sys
from dataclasses import dataclass

import streamlit as st

from faq.collection import SearchResult
from ui import context, model, notice, resources
from ui.ask import beginning, result, settling
from ui.context import Context
from ui.similarity import RANKINGS, named

SHORTEST = 3  # characters; nothing is searched below
EVERY_CATEGORY = "All categories"


@dataclass(frozen=True, slots=True)
class Choice:
    """How many entries are looked for, of one category or of all, in the ranking of a name."""

    k: int = 5
    category: str | None = None
    ranking: str | None = None


@st.fragment
def show() -> None:
    """Show the field, and below it what answers its question."""
    run = context.read()
    beginning.ask_what_was_chosen()
    query = st.text_input(
        "Ask a question",
        key=beginning.QUESTION,
        type="search",
        live=_while_typing(),
        bind="query-params",
        placeholder="Ask a question in your own words",
        label_visibility="collapsed",
    )
    model.show_where_text_goes(run.embedder)
    choice = _choose(run) if run.has_model else Choice()
    if beginning.sample_wanted():
        beginning.load_wanted_sample(run)
    elif not query or len(query.strip()) < SHORTEST:
        settling.of_session().forget()
        # Not as one expression: Streamlit would write the value of that, None, on the page.
        if linked := st.query_params.get("entry"):
            result.show_linked(run, linked)
        else:
            beginning.show(run)
    elif model.settled(run.embedder):
        with notice.errors():
            found = _search(run, query, choice)
            settling.of_session().show(run.collection, found)
            result.show(run, found)


def _while_typing() -> bool | str:
    """Return after which pause in typing a question is asked, as `st.text_input` takes it."""
    if resources.settings().engine == "remote":
        return False  # each beginning of a question would be sent away
    # Streamlit imports pandas to read a duration: the first page does not wait for that.
    return "100ms" if "pandas" in sys.modules else True


def _choose(run: Context) -> Choice:
    """Show what can be chosen, and return what is."""
    categories = [name for name, _ in run.store.entries.counts("category")]
    category = EVERY_CATEGORY
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if categories:
            category = st.selectbox(
                "Category",
                [EVERY_CATEGORY, *categories],
                key="category",
                bind="query-params",
                label_visibility="collapsed",
                width=220,
            )
        k = st.selectbox(
            "How many entries",
            [3, 5, 10, 20],
            index=1,
            key="k",
            bind="query-params",
            format_func=lambda number: f"Top {number}",
            label_visibility="collapsed",
            width=110,
        )
        ranking = st.selectbox(
            "Order",
            list(RANKINGS),
            index=list(RANKINGS).index(run.ranking.name),
            key=f"order_{run.ranking.name}",  # another one once the collection has another ranking
            format_func=named,
            label_visibility="collapsed",
            persist_state="session",
            width=210,
        )
    return Choice(k, None if category == EVERY_CATEGORY else category, ranking)


def _search(run: Context, query: str, choice: Choice) -> SearchResult:
    """Return the answer; the same question to the same collection is searched once a session.

    Where the model could not be loaded, words alone are compared.
    """
    why, ranking = model.failure(run.embedder), run.ranking_named(choice.ranking)
    asked = (query, choice, ranking, run.changes, id(run.embedder), why)
    if st.session_state.get("asked") != asked:
        st.session_state["result"] = (
            run.collection.search_words(query, choice.k, choice.category, why=why)
            if why
            else run.collection.search(query, choice.k, choice.category, ranking)
        )
        st.session_state["asked"] = asked
    found: SearchResult = st.session_state["result"]
    return found
