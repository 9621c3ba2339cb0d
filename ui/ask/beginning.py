"""What Ask shows a person without a question: examples, or, where there is nothing yet, ways to
begin."""

import streamlit as st

from store import Content, EntryFilter
from ui import model, notice
from ui.context import Context
from ui.entry import drawer
from ui.text import plain, shortened

QUESTION = "q"  # the text field's key, and its name in the address
NEXT, WANTED = "next_question", "sample_wanted"
EXAMPLES = 4


def show(run: Context) -> None:
    """Show a few questions of the collection, or how to begin one."""
    page = run.store.entries.page(EntryFilter(), sort="updated", descending=True, limit=EXAMPLES)
    if not page.total:
        _show_ways_to_begin(run)
        return
    st.caption("Ask in your own words, for example")
    for example in page.entries:
        question = example.content.question
        st.button(
            plain(shortened(question, 90)),
            key=f"example_{example.id}",
            type="tertiary",
            icon=":material/arrow_forward:",
            on_click=_choose,
            args=(question,),
        )


def ask_what_was_chosen() -> None:
    """Put the question that was chosen into the text field. Call it before that is drawn."""
    if NEXT in st.session_state:
        st.session_state[QUESTION] = st.session_state.pop(NEXT)


def sample_wanted() -> bool:
    """Return whether somebody asked for the sample, and it is not loaded yet."""
    return WANTED in st.session_state


def load_wanted_sample(run: Context) -> None:
    """Load the sample once the model can, and ask it the question of the published example."""
    if not model.ready(run.embedder):
        return
    del st.session_state[WANTED]
    from faq.samples import PUBLISHED_QUESTION, load_sample  # only now: the first page comes faster

    with notice.errors(), st.spinner("Loading the sample"):
        load_sample(run.editable)
        _choose(PUBLISHED_QUESTION)
        st.rerun()


def _choose(question: str) -> None:
    st.session_state[NEXT] = question


def _want_sample() -> None:
    st.session_state[WANTED] = True


def _show_ways_to_begin(run: Context) -> None:
    st.subheader("Nothing here yet", anchor=False)
    if not run.may_edit:
        st.markdown("Whoever edits this collection has not written an entry yet. Come back later.")
        return
    st.markdown(
        "Askwell answers questions from your own collection of questions and answers. "
        "Try it with a small sample, or begin your own."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Load the Medicare sample", type="primary", on_click=_want_sample)
        if st.button("Add an entry"):
            drawer.open_new(Content(""))
        st.page_link("pages/entries.py", label="Import a file", icon=":material/upload:")
