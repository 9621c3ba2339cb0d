"""The collection for other programs: vectors, a dataset, and its way to the Hugging Face Hub."""

from functools import partial
from io import BytesIO

import streamlit as st

from faq.collection import Collection
from faq.jobs import PUBLISH, Report
from faq.json_records import from_json
from faq.transfer.dataset import zipped_dataset
from faq.transfer.exporting import write_embeddings
from faq.transfer.publishing import Publication, is_name, publish, why_not
from store import EntryFilter, Job, Status
from ui import browser, context, jobs
from ui.buttons import button
from ui.context import Context
from ui.text import counted, plain

TITLE = "askwell"  # of the folder in the ZIP file
ENTRIES = ("published entry", "published entries")
READERS = {
    True: "Only the owner of that name and those whom they let in",
    False: "Everybody on the internet",
}


def show(run: Context) -> None:
    """Show, closed at first, how the collection is exported with its vectors."""
    collection = run.editable
    with st.expander("Vectors and datasets", key="datasets"):
        count = collection.store.entries.page(EntryFilter(status=Status.PUBLISHED), limit=1).total
        if not count:
            st.caption("There are no published entries yet.")
            return
        st.caption(
            "For other programs: the questions' vectors, one a row; or a dataset for the libraries "
            f"of Hugging Face, {counted(count, *ENTRIES)} with their vectors."
        )
        with st.container(horizontal=True):
            browser.download_button(
                "Embeddings (CSV)",
                lambda: _embeddings(collection),
                "embeddings.csv",
                "text/csv",
                key="export_embeddings",
            )
            browser.download_button(
                "Dataset (ZIP)",
                lambda: zipped_dataset(collection, TITLE),
                f"{TITLE}.zip",
                "application/zip",
                key="export_dataset",
            )
        running = jobs.show(
            run,
            PUBLISH,
            _progress,
            cancelled="The publication was stopped; nothing was changed there.",
            failed="Nothing was published: {reason}",
            done=_show_published,
        )
        if not running:
            _show_form(count)


def _embeddings(collection: Collection) -> bytes:
    file = BytesIO()
    write_embeddings(collection, file)
    return file.getvalue()


def _show_form(count: int) -> None:
    st.markdown("**Publish to the Hugging Face Hub**")
    if reason := why_not(context.settings().network):
        st.caption(plain(reason))
        return
    name = st.text_input(
        "Name of the dataset",
        key="publish_name",
        placeholder="owner/name",
        max_chars=96,
        persist_state="session",
    ).strip()
    private: bool = st.radio(
        "Who can read it",
        list(READERS),
        format_func=lambda one: READERS[one],
        key="publish_private",
    )
    entries, who = counted(count, *ENTRIES), READERS[private].lower()
    st.caption(
        f"Text leaves this machine: {entries} with answers go to the Hugging Face Hub, where {who} "
        "can read them. Drafts and archived entries stay here. What was published there before "
        "under this name is replaced."
    )
    label = "Publish" if private else "Publish for everybody"
    key, work, disabled = "publish_start", partial(_publish, name, private), not is_name(name)
    button(label, key, jobs.begin, PUBLISH, work, icon="cloud_upload", disabled=disabled)
    if name and not is_name(name):
        st.caption("A name is owner/name, of letters, digits and - _ . between them.")


def _publish(name: str, private: bool, collection: Collection, report: Report) -> Publication:
    network = context.settings().network
    return publish(collection, network, name, private=private, on_bytes=report)


def _progress(job: Job) -> str:
    if not job.total:
        return "Publishing"
    return f"Publishing: {job.done / 1e6:,.1f} of {job.total / 1e6:,.1f} MB"


def _show_published(result: str) -> None:
    made = from_json(Publication, result)
    who = READERS[made.private].lower()
    st.markdown(f"Published: {counted(made.entries, *ENTRIES)}. Who can read them: {who}.")
    st.link_button("See it there", made.dataset, icon=":material/open_in_new:")
