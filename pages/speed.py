"""Speed: how fast real questions were answered, and which engine would be faster."""

import streamlit as st

from ui import app, context, notice
from ui.speed import experiment, live, result

app.ensure()

run = context.read()

st.title("Speed", anchor=False)
notice.show()
live.show(run)
st.header("Experiment", anchor=False)
st.caption(
    "Engines turn text into vectors. Each one you choose is started afresh and reads the same "
    "texts: one after another, some after a pause, and then all at once. It takes about fifteen "
    "seconds an engine."
)
choice = st.container()
result.show(run)
with choice:
    experiment.show(run)
