"""Edits that several screens offer with one click, each with the way back: into the bin and out of
it, and another way of asking an entry."""

from collections.abc import Callable, Sequence

import streamlit as st

from faq.editing.bulk import in_parts
from faq.inbox import suggestions
from faq.inbox.suggestions import learn, unlearn
from store import Entry
from ui import context, notice
from ui.text import counted, shortened


@notice.errors(notice.refuse)
def remove(entry_ids: Sequence[int]) -> None:
    """Put entries into the bin."""
    removed = in_parts(context.collection().remove, entry_ids)
    what = "the entry" if len(removed) == 1 else f"{len(removed):,} entries"
    notice.give(f"Deleted {what}.", undo=lambda: restore(removed))


@notice.errors(notice.refuse)
def restore(entry_ids: Sequence[int]) -> None:
    """Take entries out of the bin."""
    in_parts(context.collection().restore, entry_ids)


def purge_button(label: str, key: str, chosen: Callable[[], Sequence[int]]) -> None:
    """Show the button that asks whether entries of the bin are to be deleted for good: those that
    `chosen` returns when it asks, and no others."""
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
    purged = in_parts(context.collection().purge, entry_ids)
    notice.give(f"Deleted {counted(len(purged), 'entry', 'entries')} for good.")


def teach(
    entry: Entry, wordings: Sequence[str], on_undo: Callable[[], object] = lambda: None
) -> bool:
    """Add wordings to an entry's phrasings; return whether that was possible. `on_undo` is called
    once it was taken back."""
    with notice.errors(notice.refuse):
        learned = learn(context.collection(), entry.id, wordings)
        question = shortened(learned.entry.content.question, 80)
        if len(wordings) == 1:
            done = f"“{shortened(wordings[0], 80)}” now finds “{question}”."
        else:
            done = f"{len(wordings)} wordings now find “{question}”."

        def undo() -> None:
            unlearn(context.collection(), learned)
            on_undo()

        notice.give(done, undo=undo)
        return True
    return False


@notice.errors(notice.refuse)
def suggest(entry: Entry, wording: str) -> None:
    """Suggest, as a reader, that an entry learns a wording."""
    suggestions.suggest(context.read().collection, entry.id, wording)
    question = shortened(entry.content.question, 80)
    notice.give(
        f"Suggested: “{shortened(wording, 80)}” should find “{question}”. Whoever edits the "
        "collection decides."
    )
