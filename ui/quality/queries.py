"""The queries that rankings are compared on, and the start of a comparison."""

import streamlit as st

from faq.evaluation.comparison import start_comparison
from faq.evaluation.queries import LabelledQueries, own_tests, read_labelled
from faq.jobs import QUALITY
from faq.transfer.files import BY_ENDING
from store import Job
from ui import jobs, model, notice
from ui.context import Context
from ui.text import counted, plain


def show(run: Context) -> LabelledQueries | None:
    """Show what can be compared, and return the labelled queries that were chosen, if any."""
    st.caption(
        "The same questions are asked in each order of matches. They are the collection's own ways "
        "of asking, each left out of its own search; or, better, questions of your users in a file."
    )
    file, readable = None, True
    with st.expander("Questions of your users", icon=":material/upload:", key="quality_labelled"):
        st.caption(
            "A file with two columns: **query**, and **expected**, the key or the "
            "question of the entry that answers it; empty where none does."
        )
        uploaded = st.file_uploader(
            "Questions of your users",
            type=list(BY_ENDING),
            key="quality_file",
            label_visibility="collapsed",
        )
        if uploaded is not None:
            readable = False
            with notice.errors():
                file = read_labelled(uploaded.name, uploaded.getvalue(), run.store)
                readable = True
    own = own_tests(run.collection)
    if own.queries and uploaded is None:
        wanted = st.toggle(
            f"Ask {counted(len(own.queries), 'question')} of the entries' own tests",
            key="quality_tests",
            help="Entries can say, under “Tests”, by which questions they must be found, and by "
            "which not. These are asked instead of the collection's own ways of asking.",
        )
        file = own if wanted else None
    cancelled = "The comparison was stopped. Nothing of it was kept."
    if jobs.show(QUALITY, _progress, cancelled=cancelled):
        return file
    if model.ready(run.embedder):
        with st.container(horizontal=True, vertical_alignment="center"):
            started = st.button(
                "Compare",
                type="primary",
                key="quality_start",
                icon=":material/balance:",
                disabled=not readable,
            )
            if file:
                outside = sum(query.entry_id is None for query in file.queries)
                st.caption(
                    f"{counted(len(file.queries), 'question')} of {plain(file.name)}, "
                    f"{outside:,} of which no entry answers"
                )
        if started:
            jobs.start(lambda: start_comparison(run.editable, file))
    return file


def _progress(job: Job) -> str:
    if not job.total:
        return "Getting ready"
    if job.done >= job.total:
        return "Working out how sure the figures are"
    return f"Asking: {job.done:,} of {job.total:,} questions"
