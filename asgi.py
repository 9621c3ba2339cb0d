"""What the server runs: Askwell's pages, and what comes before and after them."""

import streamlit as st

from ui import server

server.one_line_a_record()
app = st.App(
    "streamlit_app.py",
    secrets=server.secrets(),
    middleware=server.middleware(),
    on_script_error=server.count_error,
)
