"""Edits that several screens offer with one click, each with the way back: into the bin and out of
it, and another way of asking an entry."""

from collections.abc import Callable, Sequence

import streamlit as st

from faq.collection import Collection
from faq.editing.bulk import in_parts
from faq.inbox import suggestions
from faq.inbox.suggestions import learn, unlearn
from store import Entry
from ui import context, notice
from ui.text import counted, shortened


@notice.errors(notice.refuse)
def remove(entry_ids: Sequence[int]) -> None:
    """Put entries into the bin."""
    collection = context.collection()
    removed = in_parts(collection.remove, entry_ids)
    what = _named(collection, removed)
    notice.give(f"Deleted {what}.", lambda: _restored(removed), removed)


@notice.errors(notice.refuse)
def restore(entry_ids: Sequence[int]) -> None:
    """Take entries out of the bin."""
    notice.give(_restored(entry_ids))


def _restored(entry_ids: Sequence[int]) -> str:
    """Take entries out of the bin; return in a sentence which are back."""
    collection = context.collection()
    restored = in_parts(collection.restore, entry_ids)
    return f"{_named(collection, restored)} {'is' if len(restored) == 1 else 'are'} back."


def _named(collection: Collection, entry_ids: Sequence[int]) -> str:
    """Return the question of one entry, or how many entries these are."""
    if len(entry_ids) == 1 and (found := collection.store.entries.get(entry_ids)):
        return f"“{shortened(found[0].content.question, 80)}”"
    return counted(len(entry_ids), "entry", "entries")


def purge_button(
    label: str, key: str, chosen: Callable[[], Sequence[int]], *, disabled: bool = False
) -> None:
    """Show the button that asks whether entries of the bin are to be deleted for good: those that
    `chosen` returns when it asks, and no others."""
    asking = st.popover(
        label, key=key, icon=":material/delete_forever:", on_change="rerun", disabled=disabled
    )
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
    collection = context.collection()
    what = _named(collection, entry_ids)
    purged = in_parts(collection.purge, entry_ids)
    if len(purged) != len(entry_ids):
        what = counted(len(purged), "entry", "entries")
    notice.give(f"Deleted {what} for good.")


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

        def undo() -> str:
            unlearn(context.collection(), learned)
            on_undo()
            return f"“{question}” is asked as before."

        notice.give(done, undo, [entry.id])
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
