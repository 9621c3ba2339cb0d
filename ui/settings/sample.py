"""The sample in Settings: loaded, or removed."""

import streamlit as st

from faq.samples import load_sample, sample_ids
from ui import edits, model, notice
from ui.buttons import button
from ui.context import Context


def show(run: Context) -> None:
    """Offer to load the sample, or to remove it."""
    st.header("Sample", anchor=False)
    st.caption("Thirteen questions about Medicare with their answers, to try things out.")
    ids = sample_ids(run.editable.store)
    if ids:
        button("Remove the sample", "sample_remove", edits.remove, ids)
    elif st.button("Load the Medicare sample", key="sample_load") and model.ready(run.embedder):
        with st.spinner("Loading the sample"), notice.errors(notice.refuse):
            report = load_sample(run.editable)
            notice.give(f"Loaded {report.added} entries of the Medicare sample.")
        st.rerun()
