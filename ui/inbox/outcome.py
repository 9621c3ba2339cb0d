"""How the questions that were just dealt with are answered now."""

from collections.abc import Sequence

import streamlit as st

from embedding import EmbeddingError
from store import StoreError
from ui import notice, resources, similarity
from ui.text import plain, shortened

WATCHED = "inbox_watched"  # wordings that an entry was written or chosen for
SHOWN = 5


def watch(wordings: Sequence[str]) -> None:
    """Show how these are answered, as soon as they are."""
    st.session_state[WATCHED] = tuple(wordings)


def forget() -> None:
    st.session_state.pop(WATCHED, None)


def show() -> None:
    """Show it beside the notice of what was done; it goes with that."""
    wordings = st.session_state.get(WATCHED, ())
    if not wordings or notice.KEY not in st.session_state:
        return
    try:
        results = list(resources.collection().search_many(wordings[:SHOWN], k=1))
    except (StoreError, EmbeddingError):
        return  # the section will say what is wrong
    if not any(result.answered for result in results):
        return
    with st.container(border=True, key="inbox_outcome", gap="xsmall"):
        st.caption("How this is answered now")
        for result in results:
            asked = plain(shortened(result.query, 80))
            if result.answered:
                best = result.matches[0]
                answered = plain(shortened(best.entry.content.question, 80))
                st.markdown(f"{asked} → **{answered}** :gray[{similarity.text(best.cosine)}]")
            else:
                st.markdown(f"{asked} → :gray[no close match]")
        if len(wordings) > SHOWN:
            st.caption(f"and {len(wordings) - SHOWN:,} more wordings")
