"""One change for every entry that is selected."""

from collections.abc import Callable, Sequence

import streamlit as st

from faq.editing.bulk import Change, Seen, change_many
from store import Status
from ui import notice, resources
from ui.entries import outcome
from ui.text import counted

ASKING = "bulk_asking"
CATEGORY, STATUS, OWNER = "bulk_category", "bulk_status", "bulk_owner"
ADD, REMOVE = "bulk_add_tags", "bulk_remove_tags"
LEAVE = "Leave as it is"


def button(chosen: Sequence[Seen], done: Callable[[], None]) -> None:
    """Show the button behind which one change is made of all of them; `done` is called after it."""
    asking = st.popover("Change", key=ASKING, icon=":material/edit_note:", on_change="rerun")
    if not asking.open:
        return
    collection = resources.collection()
    categories = [name for name, _ in collection.store.categories()]
    tags = [name for name, _ in collection.store.tags()]
    with asking:
        st.selectbox(
            "Category",
            ["", *categories],
            index=None,
            key=CATEGORY,
            format_func=lambda name: name or "None",
            accept_new_options=True,
            placeholder=LEAVE,
        )
        st.selectbox(
            "Status",
            list(Status),
            index=None,
            key=STATUS,
            format_func=lambda status: status.capitalize(),
            placeholder=LEAVE,
        )
        st.selectbox(
            "Owner",
            ["", collection.actor],
            index=None,
            key=OWNER,
            format_func=lambda name: name or "Nobody",
            accept_new_options=True,
            placeholder=LEAVE,
        )
        st.multiselect(
            "Add tags", tags, key=ADD, accept_new_options=True, placeholder="Choose or type"
        )
        st.multiselect("Remove tags", tags, key=REMOVE, placeholder="Choose")
        st.button(
            f"Change {counted(len(chosen), 'entry', 'entries')}",
            key="bulk_change",
            type="primary",
            on_click=_change,
            args=(chosen, done),
        )


@notice.errors(notice.refuse)
def _change(chosen: Sequence[Seen], done: Callable[[], None]) -> None:
    state = st.session_state
    change = Change(
        category=state.get(CATEGORY),
        status=state.get(STATUS),
        owner=state.get(OWNER),
        add_tags=tuple(state.get(ADD) or ()),
        remove_tags=tuple(state.get(REMOVE) or ()),
    )
    if change == Change():
        return
    outcome.tell("Changed {}", change_many(resources.collection(), chosen, change))
    state[ASKING] = False
    done()
