"""Into the bin, out of it again, and out of it for good."""

from collections.abc import Callable, Sequence

import streamlit as st

from faq.editing.bulk import in_parts
from ui import notice, resources
from ui.text import counted


@notice.errors(notice.refuse)
def remove(entry_ids: Sequence[int]) -> None:
    """Put entries into the bin, with the way back offered."""
    removed = in_parts(resources.collection().remove, entry_ids)
    what = "the entry" if len(removed) == 1 else f"{len(removed):,} entries"
    notice.give(f"Deleted {what}.", undo=lambda: restore(removed))


@notice.errors(notice.refuse)
def restore(entry_ids: Sequence[int]) -> None:
    """Take entries out of the bin."""
    in_parts(resources.collection().restore, entry_ids)


def purge_button(label: str, key: str, chosen: Callable[[], Sequence[int]]) -> None:
    """Show the button that asks whether entries of the bin shall go for good. `chosen` tells which,
    once it asks: those and no others go."""
    asking = st.popover(label, key=key, icon=":material/delete_forever:", on_change="rerun")
    if not asking.open:
        return
    entry_ids = chosen()
    what = counted(len(entry_ids), "entry", "entries")
    with asking:
        st.markdown(
            f"This deletes {what} for good, with all that was ever written there. **It cannot be "
            "undone.**"
        )
        st.button(
            f"Delete {what} for good", key=f"{key}_sure", on_click=_purge, args=(entry_ids, key)
        )


@notice.errors(notice.refuse)
def _purge(entry_ids: Sequence[int], key: str) -> None:
    st.session_state[key] = False
    purged = in_parts(resources.collection().purge, entry_ids)
    notice.give(f"Deleted {counted(len(purged), 'entry', 'entries')} for good.")
