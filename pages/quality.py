"""Quality: which order of matches answers best, and from where on an answer counts."""

import streamlit as st

from ui import app, context, notice
from ui.quality import queries, result, threshold

app.ensure()

run = context.read()
st.title("Quality", anchor=False)
notice.show()
with notice.errors():
    if run.store.info().entries:
        labelled = queries.show(run)
        result.show(run)
        threshold.show(run, labelled)
    else:
        st.markdown("There is nothing to measure yet. Add entries, and come back.")
        st.page_link("pages/entries.py", label="Entries", icon=":material/list:")
