"""The collection for other programs: vectors, a dataset, and its way to the Hugging Face Hub."""

import json
from dataclasses import asdict
from functools import partial
from io import BytesIO

import streamlit as st

from faq.collection import Collection
from faq.dataset.folder import zipped_dataset
from faq.dataset.publishing import is_name, publish, why_not
from faq.exporting import write_embeddings
from faq.jobs import PUBLISH, Progress, start_job, under_way
from store import EntryFilter, Job, JobRunning, Status, StoreError
from ui import job_progress, resources, typed
from ui.text import counted, plain

TITLE = "askwell"  # of the folder in the ZIP file
WATCHED = "publish_watched"
OUTCOME = "publish_outcome"
ENTRIES = ("published entry", "published entries")
READERS = {
    True: "Only the owner of that name and those whom they let in",
    False: "Everybody on the internet",
}


def show(collection: Collection) -> None:
    """Show, closed at first, how the collection leaves with its vectors."""
    with st.expander("Vectors and datasets", key="datasets"):
        count = collection.store.page(EntryFilter(status=Status.PUBLISHED), limit=1).total
        if not count:
            st.caption("There are no published entries yet.")
            return
        st.caption(
            "For other programs: the questions' vectors, one a row; or a dataset for the libraries "
            f"of Hugging Face, {counted(count, *ENTRIES)} with their vectors."
        )
        with st.container(horizontal=True):
            _vectors_button(collection)
            _dataset_button(collection)
        job = collection.store.job(PUBLISH)
        if job is not None and under_way(job):
            st.session_state[WATCHED] = job.id
            job_progress.watch(PUBLISH, _told)
            return
        if job is not None and st.session_state.get(WATCHED) == job.id:
            _show_ended(job)
        _show_form(count)


def _vectors_button(collection: Collection) -> None:
    def contents() -> bytes:
        file = BytesIO()
        write_embeddings(collection, file)
        return file.getvalue()

    st.download_button(
        "Embeddings (CSV)",
        data=contents,
        file_name="embeddings.csv",
        mime="text/csv",
        key="export_embeddings",
        icon=":material/download:",
        on_click="ignore",
    )


def _dataset_button(collection: Collection) -> None:
    st.download_button(
        "Dataset (ZIP)",
        data=lambda: zipped_dataset(collection, TITLE),
        file_name=f"{TITLE}.zip",
        mime="application/zip",
        key="export_dataset",
        icon=":material/download:",
        on_click="ignore",
    )


def _show_form(count: int) -> None:
    st.markdown("**Publish to the Hugging Face Hub**")
    if reason := why_not(resources.settings().network):
        st.caption(plain(reason))
        return
    field = partial(st.text_input, "Name of the dataset", placeholder="owner/name", max_chars=96)
    name = typed.text("publish_name", field, "").strip()
    private: bool = st.radio(
        "Who can read it",
        list(READERS),
        format_func=lambda one: READERS[one],
        key="publish_private",
    )
    who = "the owner and those whom they let in" if private else "everybody on the internet"
    entries = counted(count, *ENTRIES)
    st.caption(
        f"Text leaves this machine: {entries} with answers go to the Hugging Face Hub, where {who} "
        "can read them. Drafts and archived entries stay here. What was published there before "
        "under this name is replaced."
    )
    st.button(
        "Publish" if private else "Publish for everybody",
        key="publish_start",
        icon=":material/cloud_upload:",
        disabled=not is_name(name),
        on_click=_start,
        args=(name, private),
    )
    if name and not is_name(name):
        st.caption("A name is owner/name, of letters, digits and - _ . between them.")
    if outcome := st.session_state.pop(OUTCOME, ""):
        st.error(plain(outcome))


def _start(name: str, private: bool) -> None:
    collection, network = resources.collection(), resources.settings().network

    def work(progress: Progress) -> str:
        made = publish(collection, network, name, private=private, on_bytes=progress.report)
        return json.dumps(asdict(made))

    try:
        job = start_job(collection.store, PUBLISH, collection.actor, None, work)
    except (JobRunning, StoreError) as error:
        st.session_state[OUTCOME] = str(error)
    else:
        st.session_state[WATCHED] = job.id


def _told(job: Job) -> str:
    if not job.total:
        return "Publishing"
    return f"Publishing: {job.done / 1e6:,.1f} of {job.total / 1e6:,.1f} MB"


def _show_ended(job: Job) -> None:
    with st.container(border=True, key="publish_ended"):
        if job.state == "done":
            made = json.loads(job.result)
            entries = counted(made["entries"], *ENTRIES)
            who = READERS[made["private"]].lower()
            st.markdown(f"Published: {entries}. Who can read them: {who}.")
            st.link_button("See it there", made["dataset"], icon=":material/open_in_new:")
        elif job.state == "cancelled":
            st.markdown("The publication was stopped; nothing was changed there.")
        else:
            st.error(f"Nothing was published: {job_progress.reason(job)}")
        st.button("Close", key="publish_close", type="tertiary", on_click=_close)


def _close() -> None:
    st.session_state.pop(WATCHED, None)
