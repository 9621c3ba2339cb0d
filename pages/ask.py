"""Ask: a question in plain words, the answer, and why."""

import streamlit as st

from embedding import EmbeddingError
from faq.collection import SearchResult
from faq.samples import PUBLISHED_QUESTION, load_sample
from store import Content, Entry, EntryFilter, StoreError
from ui import answer, browser, entry, entry_drawer, model, notice, resources
from ui.settling import Settling
from ui.text import plain, shortened

entry.ensure()

SHORTEST_QUERY = 3
EVERY_CATEGORY = "All categories"
EXAMPLES = 4
LONGEST_ID = 18  # digits: what a database's integers hold

settling: Settling = st.session_state.setdefault("settling", Settling())


def use_example(text: str) -> None:
    st.session_state["q"] = text


def begin_sample() -> None:
    st.session_state["sample_wanted"] = True


def settle() -> None:
    settling.settle()


def edit(chosen: Entry) -> None:
    settling.settle()
    entry_drawer.open_entry(chosen)


def rate(thumb: int) -> None:
    logged = settling.settle()
    if logged is not None:
        resources.store().rate_query(logged, thumb or None)


def show_linked_entry(wanted: str) -> None:
    """Show the entry that a link leads to."""
    settling.forget()
    is_id = wanted.isdecimal() and len(wanted) <= LONGEST_ID
    found = resources.collection().get(int(wanted)) if is_id else None
    if found:
        answer.entry(found, edit)
    else:
        st.caption("The entry that this link led to is not there any more.")


def show_beginning() -> None:
    """Show what a person without a question can do."""
    settling.forget()
    page = resources.store().page(EntryFilter(), sort="updated", descending=True, limit=EXAMPLES)
    if page.total:
        st.caption("Ask in your own words, for example")
        for example in page.entries:
            question = example.content.question
            st.button(
                plain(shortened(question, 90)),
                key=f"example_{example.id}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=use_example,
                args=(question,),
            )
        return
    st.subheader("Nothing here yet", anchor=False)
    st.markdown(
        "Askwell answers questions from your own collection of questions and answers. "
        "Try it with a small sample, or begin your own."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Load the Medicare sample", type="primary", on_click=begin_sample)
        if st.button("Add an entry"):
            entry_drawer.open_new(Content(""))
        st.page_link("pages/entries.py", label="Import a file", icon=":material/upload:")


def show_sample_loading() -> None:
    """Load the sample once the model can, and ask it the question of the published example."""
    if not model.ready():
        return
    with st.spinner("Loading the sample"):
        load_sample(resources.collection())
    del st.session_state["sample_wanted"]
    st.session_state["next_question"] = PUBLISHED_QUESTION
    st.rerun()


def search(query: str, k: int, category: str | None) -> SearchResult:
    """Return the answer; the same question to the same collection is worked out once."""
    collection = resources.collection()
    token: int = st.session_state.get("token", 0)
    token = st.session_state["token"] = collection.store.changes_since(token).token
    asked = (query, k, category, token)
    if st.session_state.get("asked") != asked:
        st.session_state["result"] = collection.search(query, k, category)
        st.session_state["asked"] = asked
    result: SearchResult = st.session_state["result"]
    settling.show(collection, result)
    return result


def show_result(result: SearchResult) -> None:
    if not result.matches:
        st.markdown("There is nothing to find here yet.")
        return
    others = result.matches
    if result.answered:
        answer.best(result.matches[0], result.query, edit, rate)
        others = result.matches[1:]
    else:
        st.markdown("**No close match.** Nearest entries:")
    for match in others:
        answer.other(match, edit, settle)
    if not result.answered and st.button("Add as an entry", icon=":material/add:"):
        settling.settle()
        entry_drawer.open_new(Content(result.query.strip()))
    timing = result.timing
    st.caption(
        f"{timing.total_seconds * 1000:.0f} ms: {timing.embed_seconds * 1000:.0f} ms to read the "
        f"question, {timing.search_seconds * 1000:.0f} ms to search"
    )


@st.fragment
def ask() -> None:
    if "next_question" in st.session_state:
        st.session_state["q"] = st.session_state.pop("next_question")
    query = st.text_input(
        "Ask a question",
        key="q",
        type="search",
        live="100ms",
        bind="query-params",
        placeholder="Ask a question in your own words",
        label_visibility="collapsed",
    )
    categories = [name for name, _ in resources.store().categories()]
    category, k = EVERY_CATEGORY, 5
    if categories:
        with st.container(horizontal=True, vertical_alignment="bottom"):
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
    if "sample_wanted" in st.session_state:
        show_sample_loading()
    elif not query or len(query.strip()) < SHORTEST_QUERY:
        # Not as one expression: Streamlit would write the value of that, None, on the page.
        if linked := st.query_params.get("entry"):
            show_linked_entry(linked)
        else:
            show_beginning()
    elif model.ready():
        try:
            result = search(query, k, None if category == EVERY_CATEGORY else category)
        except (StoreError, EmbeddingError) as error:
            st.error(plain(str(error)))
        else:
            show_result(result)


notice.show()
ask()
entry_drawer.show_unsaved()
browser.focus("q")
