"""How a question on the screen becomes an answer: while it is typed, and worked out once."""

import sys
from dataclasses import dataclass

import streamlit as st

from faq.collection import SearchResult
from ui import model, resources
from ui.ranking_names import NAMES, named

EVERY_CATEGORY = "All categories"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How entries are looked for: so many, of one category or of all, in the ranking of a name."""

    k: int = 5
    category: str | None = None
    ranking: str | None = None


def wanted() -> Wanted:
    """Show what can be chosen, where there are entries, and return what is."""
    store = resources.store()
    if store.model() is None:
        return Wanted()
    categories, own = [name for name, _ in store.categories()], resources.collection().ranking()
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
            list(NAMES),
            index=list(NAMES).index(own.name),
            key=f"order_{own.name}",  # another one once the collection goes over
            format_func=named,
            label_visibility="collapsed",
            persist_state="session",
            width=210,
        )
    return Wanted(k, None if category == EVERY_CATEGORY else category, ranking)


def search(query: str, wanted: Wanted) -> SearchResult:
    """Return the answer; the same question to the same collection is worked out once a session.

    Where the model could not be loaded, words alone are compared.
    """
    collection, why = resources.collection(), model.failure()
    token: int = st.session_state.get("token", 0)
    token = st.session_state["token"] = collection.store.changes_since(token).token
    ranking = collection.ranking(wanted.ranking)
    asked = (query, wanted, ranking, token, id(collection.embedder), why)
    if st.session_state.get("asked") != asked:
        st.session_state["result"] = (
            collection.search_words(query, wanted.k, wanted.category, why=why)
            if why
            else collection.search(query, wanted.k, wanted.category, ranking)
        )
        st.session_state["asked"] = asked
    result: SearchResult = st.session_state["result"]
    return result


def while_typing() -> bool | str:
    """Return after which pause in typing a question is asked, as `st.text_input` takes it."""
    if resources.settings().engine == "remote":
        return False  # each beginning of a question would be sent away
    # Streamlit imports pandas to read a duration: the first page does not wait for that.
    return "100ms" if "pandas" in sys.modules else True
