"""Quality: which order of matches answers best, and from where on an answer counts."""

import streamlit as st

from embedding import EmbeddingError
from store import StoreError
from ui import entry, notice, resources
from ui.quality import result, run, threshold
from ui.text import plain

entry.ensure()

st.title("Quality", anchor=False)
notice.show()
try:
    if resources.store().info().entries:
        file = run.show()
        result.show()
        threshold.show(file)
    else:
        st.markdown("There is nothing to measure yet. Add entries, and come back.")
        st.page_link("pages/entries.py", label="Entries", icon=":material/list:")
except (StoreError, EmbeddingError) as error:
    st.error(plain(str(error)))
