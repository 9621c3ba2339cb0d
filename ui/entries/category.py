"""A category gets another name."""

import streamlit as st

from faq.editing.bulk import rename_category
from ui import notice, resources
from ui.entries import outcome
from ui.text import counted, plain, shortened

FILTER = "entries_category"  # the category that the list is narrowed to
OLD, NEW = "rename_old", "rename_new"
ASKED = "rename_asked"  # whether one category shall become a part of another: old and new name


def draw_renaming(names: list[str]) -> None:
    """Draw what renames one of these categories."""
    with st.expander("Rename a category", key="rename"):
        if st.session_state.get(OLD) not in names:
            st.session_state.pop(OLD, None)
        old = st.selectbox("Category", names, key=OLD)
        st.text_input("New name", key=NEW, max_chars=200)
        wanted = (old, _new())
        if st.session_state.get(ASKED) == wanted:
            count = dict(resources.store().categories()).get(wanted[1], 0)
            st.markdown(
                f"There is a category **{plain(wanted[1])}** already, with "
                f"{counted(count, 'entry', 'entries')}. Those of **{plain(old)}** would join it."
            )
            st.button("Join them", key="rename_join", on_click=_rename, args=(wanted,))
        else:
            st.button("Rename", key="rename_do", on_click=_rename)


def _new() -> str:
    return str(st.session_state.get(NEW) or "").strip()


@notice.errors(notice.refuse)
def _rename(agreed: tuple[str, str] | None = None) -> None:
    """Rename, unless the name is taken and nobody has agreed yet to put both together."""
    old, new = wanted = (st.session_state[OLD], _new())
    st.session_state.pop(ASKED, None)
    if not new or new == old:
        return
    collection = resources.collection()
    if agreed != wanted and new in dict(collection.store.categories()):
        st.session_state[ASKED] = wanted
        return
    went = rename_category(collection, old, new)
    st.session_state[NEW] = ""
    if st.session_state.get(FILTER) == old:
        st.session_state[FILTER] = new
    outcome.tell(f"Renamed “{shortened(old, 60)}” to “{shortened(new, 60)}” for {{}}", went)
