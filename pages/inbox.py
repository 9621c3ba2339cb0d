"""Inbox: what needs a person, as a list of things to do."""

import streamlit as st

from ui import app, context, notice
from ui.entry import drawer, unsaved
from ui.inbox import todo, unanswered

app.ensure()

run = context.read()
st.title("Inbox", anchor=False)
notice.show()
unanswered.show_outcome(run)
unsaved.show(run)
todo.show(run)
drawer.open_wanted()
