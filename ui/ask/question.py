"""The question: typed, answered while it is typed; or, without one, examples and ways to begin."""

import sys
from dataclasses import dataclass

import streamlit as st

from faq.collection import LONGEST_QUERY, SearchResult
from faq.search.ranking import offered
from faq.search.words import folded
from store import Content, EntryFilter, Status
from store.words import words
from ui import context, language, metrics, model, notice
from ui.ask import result, settling
from ui.ask.why import marked_line
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer, unsaved
from ui.similarity import named
from ui.text import plain, shortened

KEY = "q"  # the text field's, and its name in the address
NEXT, SAMPLE_WANTED = "next_question", "sample_wanted"
SHORTEST = 3  # characters; nothing is searched below
FOUND = "found"  # what was asked last in this session, and its result
AS_TYPED = "as_typed"  # the question that is to be asked only as it was typed
EXAMPLES = 4
EVERY_CATEGORY = "All categories"


@dataclass(frozen=True, slots=True)
class Choice:
    """How many entries are looked for, of one category or of all, in the ranking of a name."""

    k: int = 5
    category: str | None = None
    ranking: str | None = None


@st.fragment
def show() -> None:
    """Show the field, and below it what answers its question; above it, text that is not saved."""
    notice.show_toasts()
    run = context.read()
    notice.show_read_only(run.store.read_only)
    unsaved.show(run)
    if NEXT in st.session_state:
        st.session_state[KEY] = st.session_state.pop(NEXT)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        query = st.text_input(
            "Ask a question",
            key=KEY,
            type="search",
            live=_while_typing(),
            bind="query-params",
            placeholder="Ask a question in your own words",
            label_visibility="collapsed",
        )
        choice = _choose(run)
    if choice.category:
        st.caption(f"Only entries of the category {plain(choice.category)} are searched.")
    model.show_where_text_goes(run.embedder)
    language.show_hint(run)
    if SAMPLE_WANTED in st.session_state:
        _load_wanted_sample(run)
    elif not query or len(query.strip()) < SHORTEST:
        settling.of_session().forget()
        # Not as one expression: Streamlit would write the value of that, None, on the page.
        if linked := st.query_params.get("entry"):
            result.show_linked(run, linked)
        else:
            _show_beginning(run)
    elif model.settled(run.embedder):
        with notice.errors():
            found = _search(run, query, choice)
            settling.of_session().show(run.collection, found)
            if found.matches or found.note:
                _show_forms(found)
                result.show(run, found)
            else:
                _show_beginning(run)
    elif not run.has_model:
        _show_beginning(run)


def _while_typing() -> bool | str:
    """Return after which pause in typing a question is asked, as `st.text_input` takes it."""
    if context.settings().engine == "remote":
        return False  # each beginning of a question would be sent away
    # Streamlit imports pandas to read a duration: the first page does not wait for that.
    return "20ms" if "pandas" in sys.modules else True


def _choose(run: Context) -> Choice:
    """Show the button behind which editors choose what is searched, and return what is chosen."""
    if not (run.has_model and run.may_edit):
        return Choice()
    categories = [name for name, _ in run.store.entries.counts("category")]
    category = EVERY_CATEGORY
    with st.popover("Options", icon=":material/tune:", type="tertiary", width="content"):
        if categories:
            category = st.selectbox(
                "Category", [EVERY_CATEGORY, *categories], key="category", bind="query-params"
            )
        k = st.selectbox("Entries shown", [3, 5, 10, 20], index=1, key="k", bind="query-params")
        ranking = st.selectbox(
            "Ranking",
            [one.name for one in offered(run.ranking.name)],
            key=f"order_{run.ranking.name}",  # another one once the collection has another ranking
            format_func=named,
            persist_state="session",
            help="What decides which entry comes first. Quality compares them.",
        )
    return Choice(k, None if category == EVERY_CATEGORY else category, ranking)


def _search(run: Context, query: str, choice: Choice) -> SearchResult:
    """Return the answer; the same question to the same collection is searched once a session.

    Where the model could not be loaded, words alone are compared.
    """
    why, ranking = model.failure(run.embedder), run.ranking_named(choice.ranking)
    as_typed = st.session_state.get(AS_TYPED) == query
    asked = (query, choice, ranking, run.changes, id(run.embedder), why, as_typed)
    found: SearchResult | None
    before, found = st.session_state.get(FOUND, (None, None))
    if found is None or before != asked:
        if why:
            found = run.collection.search_words(query, choice.k, choice.category, why=why)
        else:
            found = run.collection.search(
                query, choice.k, choice.category, ranking, as_typed=as_typed
            )
        metrics.OF_PROCESS.question(found.timing.total_seconds)
        st.session_state[FOUND] = asked, found
    return found


def _show_forms(found: SearchResult) -> None:
    """Say how else the question was asked, and what of it was not read."""
    as_typed = st.session_state.get(AS_TYPED) == found.query
    if found.corrected or as_typed:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="forms"):
            if as_typed:
                st.caption("Asked only as it was typed.", width="content")
                button("Correct mistyped words", "as_corrected", _ask_as_typed, None, quiet=True)
            else:
                corrected = marked_line(shortened(found.corrected, 200), _changed(found))
                st.caption(f"Also asked as: {corrected}", width="content")
                button("Only as typed", "as_typed_only", _ask_as_typed, found.query, quiet=True)
    if len(found.query) > LONGEST_QUERY:
        st.caption(f"Only the first {LONGEST_QUERY:,} characters of your question were read.")


def _changed(found: SearchResult) -> frozenset[str]:
    """Return the words that were corrected, as they are compared."""
    typed, corrected = (
        {folded(word[0]) for word in words(text)} for text in (found.query, found.corrected)
    )
    return frozenset(corrected - typed)


def _ask_as_typed(query: str | None) -> None:
    st.session_state[AS_TYPED] = query


def _show_beginning(run: Context) -> None:
    """Show a few questions of the collection, or how to begin one."""
    entries, published = run.store.entries, EntryFilter(status=Status.PUBLISHED)
    page = entries.page(published, sort="updated", descending=True, limit=EXAMPLES)
    if page.total:
        st.caption("Ask in your own words, for example")
    elif entries.page(EntryFilter(), limit=1).total:
        st.markdown("There is nothing to find yet. No entry is published.")
    else:
        _show_ways_to_begin(run)
    for example in page.entries:
        question = example.content.question
        label, key = plain(shortened(question, 90)), f"example_{example.id}"
        button(label, key, _ask, question, icon="arrow_forward", quiet=True)


def _load_wanted_sample(run: Context) -> None:
    """Load the sample once the model can, and ask it the question of the published example."""
    if not model.ready(run.embedder):
        return
    del st.session_state[SAMPLE_WANTED]
    from faq.samples import PUBLISHED_QUESTION, load_sample  # only now: the first page comes faster

    with notice.errors(), st.spinner("Loading the sample"):
        load_sample(run.editable)
        _ask(PUBLISHED_QUESTION)
        st.rerun()


def _ask(question: str) -> None:
    st.session_state[NEXT] = question


def _show_ways_to_begin(run: Context) -> None:
    st.header("Nothing here yet", anchor=False)
    if not run.may_edit:
        st.markdown("Whoever edits this collection has not written an entry yet. Come back later.")
        return
    st.markdown(
        "Askwell answers questions from your own collection of questions and answers. "
        "Try it with a small sample, or begin your own."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Load the Medicare sample",
            type="primary",
            on_click=st.session_state.update,
            args=({SAMPLE_WANTED: True},),
        )
        if st.button("Add an entry"):
            drawer.open_new(Content(""))
        st.page_link("pages/entries.py", label="Import a file", icon=":material/upload:")
