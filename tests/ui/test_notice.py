"""What people read of what could not be done."""

import streamlit as st

from store import ModelMismatch, StoreUnavailable
from ui import notice
from ui.entry import editor


def test_whoever_saves_while_the_model_is_switched_is_told_to_do_it_again() -> None:
    said: list[str] = []
    for error in (ModelMismatch("The vectors come from another model."), StoreUnavailable("Full.")):
        with notice.errors(said.append):
            raise error
    assert said == [notice.SWITCHED, "Full."]


def test_in_the_drawer_too() -> None:
    with editor.refused():
        raise ModelMismatch("The vectors come from another model.")
    assert st.session_state[editor.OUTCOME] == notice.SWITCHED
