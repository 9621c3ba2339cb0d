"""How a question on the screen becomes an answer: while it is typed, and worked out once."""

import sys

import streamlit as st

from faq.collection import SearchResult
from ui import model, resources


def search(query: str, k: int, category: str | None) -> SearchResult:
    """Return the answer; the same question to the same collection is worked out once a session.

    Where the model could not be loaded, words alone are compared.
    """
    collection, why = resources.collection(), model.failure()
    token: int = st.session_state.get("token", 0)
    token = st.session_state["token"] = collection.store.changes_since(token).token
    asked = (query, k, category, token, id(collection.embedder), why)
    if st.session_state.get("asked") != asked:
        st.session_state["result"] = (
            collection.search_words(query, k, category, why=why)
            if why
            else collection.search(query, k, category)
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
