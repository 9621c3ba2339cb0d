"""Quality: which order of matches answers best, and from where on an answer counts."""

import streamlit as st

from ui import app, notice, resources
from ui.quality import result, run, threshold

app.ensure()

st.title("Quality", anchor=False)
notice.show()
with notice.errors():
    if resources.store().info().entries:
        file = run.show()
        result.show()
        threshold.show(file)
    else:
        st.markdown("There is nothing to measure yet. Add entries, and come back.")
        st.page_link("pages/entries.py", label="Entries", icon=":material/list:")
