"""The queries that rankings are compared on, and the start of a comparison."""

import streamlit as st

from faq.evaluation.comparison import start_comparison
from faq.evaluation.queries import (
    LabelledQueries,
    keep_labelled,
    kept_labelled,
    own_tests,
    read_labelled,
)
from faq.jobs import QUALITY
from faq.transfer.files import BY_ENDING
from store import Job
from ui import context, jobs, model, notice
from ui.buttons import button
from ui.context import Context
from ui.text import counted, plain

UPLOADED = "quality_uploaded"  # how many files were; each field takes one
OWN, FILE, TESTS = "own", "file", "tests"


def show(run: Context) -> LabelledQueries | None:
    """Show what can be compared, and return the labelled queries that were chosen, if any."""
    st.caption(
        "The same questions are asked in each order of matches. They are the collection's own ways "
        "of asking, each left out of its own search; or, better, questions of your users in a file."
    )
    kept, tests = kept_labelled(run.store), own_tests(run.collection)
    labels = {OWN: "The collection's own ways of asking"}
    if kept:
        labels[FILE] = f"{counted(len(kept.queries), 'question')} of {plain(kept.name)}"
    if tests.queries:
        labels[TESTS] = f"{counted(len(tests.queries), 'question')} of the entries' own tests"
    source = OWN
    if len(labels) > 1:
        source = st.radio(
            "Questions to ask",
            list(labels),
            index=list(labels).index(FILE) if kept else 0,
            format_func=lambda one: labels[one],
            key="quality_source",
            help="Entries can say, under “Tests”, by which questions they must be found, and by "
            "which not.",
        )
    with st.expander("Questions of your users", icon=":material/upload:", key="quality_labelled"):
        _show_file(kept)
    chosen = {FILE: kept, TESTS: tests}.get(source)
    cancelled = "The comparison was stopped. Nothing of it was kept."
    if not jobs.show(run, QUALITY, _progress, cancelled=cancelled) and model.ready(run.embedder):
        started = st.button(
            "Compare", type="primary", key="quality_start", icon=":material/balance:"
        )
        if started:
            jobs.start(lambda: start_comparison(run.editable, chosen))
    return chosen


def _show_file(kept: LabelledQueries | None) -> None:
    """Show the labelled queries that the collection keeps, and take others."""
    if kept:
        outside = sum(query.entry_id is None for query in kept.queries)
        st.caption(
            f"{counted(len(kept.queries), 'question')} of {plain(kept.name)} are kept with the "
            f"collection, {outside:,} of which no entry answers. They are also asked when somebody "
            "edits an entry, to show what would change."
        )
        button("Delete them", "quality_delete", _delete, kept, icon="delete")
    st.caption(
        "A file with two columns: **query**, and **expected**, the key or the question of the "
        "entry that answers it; empty where none does."
    )
    number = st.session_state.get(UPLOADED, 0)
    key = f"quality_file_{number}"
    uploaded = st.file_uploader(
        "Other questions" if kept else "Questions of your users",
        type=list(BY_ENDING),
        key=key,
        label_visibility="collapsed",
    )
    if uploaded is not None:
        with notice.errors():
            read = read_labelled(uploaded.name, uploaded.getvalue(), context.store())
            keep_labelled(context.store(), read)
            st.session_state[UPLOADED] = number + 1
            st.session_state.pop("quality_source", None)  # they are what is asked now
            st.rerun()


@notice.errors(notice.refuse)
def _delete(kept: LabelledQueries) -> None:
    store, of = context.store(), f"{counted(len(kept.queries), 'question')} of {kept.name}"

    def undo() -> str:
        keep_labelled(store, kept)
        return f"{of}: kept again."

    keep_labelled(store, None)
    notice.give(f"{of}: deleted.", undo, still=lambda run: kept_labelled(run.store) is None)


def _progress(job: Job) -> str:
    if not job.total:
        return "Getting ready"
    if job.done >= job.total:
        return "Working out how sure the figures are"
    return f"Asking: {job.done:,} of {job.total:,} questions"
