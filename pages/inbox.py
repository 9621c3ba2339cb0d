"""Inbox: what needs a person, as a list of things to do."""

import streamlit as st

from ui import entry, entry_drawer, notice
from ui.inbox import outcome, todo

entry.ensure()

st.title("Inbox", anchor=False)
notice.show()
outcome.show()
entry_drawer.show_unsaved()
todo.show()
