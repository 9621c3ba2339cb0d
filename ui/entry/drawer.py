"""The drawer in which one entry is written and read."""

from dataclasses import dataclass, replace

import streamlit as st

from errors import AskwellError
from store import Content, Entry, Revision, StaleEdit
from ui import bin, notice, resources
from ui.entry import conflict, form, history, replay, view
from ui.text import plain, shortened

OPENED = "drawer"  # what the drawer was opened with
OUTCOME = "drawer_outcome"  # how it went: CLOSE, NEXT, MERGED, or a sentence that says why not
CLOSE, NEXT, MERGED = "close", "next", "merged"
CONFLICT = "drawer_conflict"  # the entry that somebody saved in between, until this is decided
UNSAVED = "drawer_unsaved"  # what was written in it when it was closed without saving
FAR = "drawer_far"  # what was refused was asked for far below the place that says so
LEFT = "drawer_left"  # it was closed without saving, and the page does not know yet


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands in the drawer: an entry, or None for a new one, and the text it began with."""

    entry: Entry | None
    content: Content


def open_entry(entry: Entry) -> None:
    """Open the drawer with an entry: to write it, or, for a reader, to read it."""
    if resources.may_edit():
        _open(Opened(entry, entry.content))
    else:
        view.open_entry(entry)


def open_new(content: Content) -> None:
    """Open the drawer for a new entry that begins with `content`."""
    _open(Opened(None, content))


def show_unsaved() -> None:
    """Offer to go on with text that was left unsaved, where there is some."""
    if UNSAVED not in st.session_state:
        return
    opened, written = st.session_state[UNSAVED]
    with st.container(horizontal=True, vertical_alignment="center", key="unsaved"):
        st.markdown("The entry was closed with text that is not saved.", width="content")
        if st.button("Go on writing", key="unsaved_go_on"):
            del st.session_state[UNSAVED]
            _open(opened, written)
        if st.button("Throw it away", key="unsaved_throw", type="tertiary"):
            del st.session_state[UNSAVED]
            st.rerun()


def _open(opened: Opened, written: Content | None = None) -> None:
    _begin(opened, written)
    title = "Edit entry" if opened.entry else "New entry"
    drawer = st.dialog(title, width="medium", position="right", on_dismiss=_dismissed)
    drawer(_drawer)()


def _begin(opened: Opened, written: Content | None = None) -> None:
    """Let the drawer stand for `opened`, with `written` in its fields."""
    st.session_state[OPENED] = opened
    for left_behind in (CONFLICT, FAR, LEFT, OUTCOME):
        st.session_state.pop(left_behind, None)
    replay.forget()
    form.fill(written or opened.content)


def _dismissed() -> None:
    opened: Opened = st.session_state[OPENED]
    written = form.written(opened.content)
    if written != opened.content:
        st.session_state[UNSAVED] = (opened, written)
        st.session_state[LEFT] = True


def _drawer() -> None:
    if st.session_state.pop(LEFT, False):
        # A click from a field straight to the cross runs this drawer alone, not the page with it.
        st.rerun()
    opened: Opened = st.session_state[OPENED]
    # First, where nothing can move them between the two halves of a click: what comes late, while
    # the field that was left is still being read, comes below.
    _show_buttons(opened)
    _show_outcome(opened)
    form.draw(opened.entry, opened.content)
    tests = form.draw_tests()
    changes = st.container()
    if opened.entry:
        history.show(opened.entry, _restore)
    # Last, so that nothing of the drawer waits for it.
    written = form.written(opened.content)
    replay.show(opened.entry, written, tests, changes)


def _show_buttons(opened: Opened) -> None:
    with st.container(horizontal=True):
        st.button("Save", type="primary", key="drawer_save", on_click=_save)
        if opened.entry:
            st.button("Duplicate", key="drawer_duplicate", on_click=_duplicate)
            st.button("Delete", key="drawer_delete", on_click=_delete, icon=":material/delete:")
        else:
            st.button("Save and add another", key="drawer_another", on_click=_save, args=(True,))


def _show_outcome(opened: Opened) -> None:
    """Show how a click on a button went, or close the drawer."""
    outcome = st.session_state.pop(OUTCOME, None)
    if outcome == CLOSE:
        st.rerun()
    elif outcome == NEXT:
        st.toast("Saved. Here is the next one.")
    if st.session_state.pop(FAR, False):
        st.toast("The version was not restored. The top of the drawer says why.")
    with st.container():  # the fields below are not made anew
        if outcome == MERGED:
            st.caption("What you chose stands in the fields below. Look it over, then save.")
        elif outcome and outcome != NEXT:
            st.error(plain(outcome))
        if CONFLICT in st.session_state:
            mine = form.written(opened.content)
            conflict.show(
                opened.content, st.session_state[CONFLICT], mine, _put_together, _take_theirs
            )


def _save(add_another: bool = False) -> None:
    """Save what is written; leave in the session whether to close, or why not."""
    opened: Opened = st.session_state[OPENED]
    collection = resources.collection()
    written = form.written(opened.content)
    try:
        if opened.entry:
            entry = collection.edit(opened.entry, written)
        else:
            entry = collection.add(written)
    except StaleEdit as stale:
        st.session_state[CONFLICT] = stale.current
    except AskwellError as error:
        st.session_state[OUTCOME] = str(error)
    else:
        notice.give(f"Saved “{shortened(entry.content.question, 80)}”.")
        if add_another:
            _begin(Opened(None, Content("", category=written.category)))
            st.session_state[OUTCOME] = NEXT
        else:
            st.session_state[OUTCOME] = CLOSE


def _duplicate() -> None:
    """Go on with a copy, as a new entry without a key or tests: those are the other entry's."""
    opened: Opened = st.session_state[OPENED]
    written = form.written(opened.content)
    copy = replace(written, key=None, must_find=(), must_not_find=())
    _begin(Opened(None, Content("")), copy)


def _delete() -> None:
    opened: Opened = st.session_state[OPENED]
    assert opened.entry is not None
    bin.remove([opened.entry.id])
    st.session_state[OUTCOME] = CLOSE


def _put_together() -> None:
    """Let what both people wrote stand in the fields, to be saved over what stands now."""
    opened: Opened = st.session_state[OPENED]
    theirs: Entry = st.session_state[CONFLICT]
    mine = form.written(opened.content)
    _begin(Opened(theirs, theirs.content), conflict.merged(opened.content, theirs, mine))
    st.session_state[OUTCOME] = MERGED


def _take_theirs() -> None:
    theirs: Entry = st.session_state[CONFLICT]
    _begin(Opened(theirs, theirs.content))


def _restore(revision: Revision) -> None:
    """Save the entry as it stood once, with the way back offered."""
    opened: Opened = st.session_state[OPENED]
    assert opened.entry is not None
    before, written = opened.entry, form.written(opened.content)
    try:
        entry = resources.collection().edit(before, revision.content)
    except StaleEdit as stale:
        st.session_state[CONFLICT] = stale.current
        st.session_state[FAR] = True
        return
    except AskwellError as error:
        st.session_state[OUTCOME] = str(error)
        st.session_state[FAR] = True
        return
    question = shortened(entry.content.question, 80)
    notice.give(
        f"Restored version {revision.version} of “{question}”.",
        undo=lambda: _take_back(entry, before.content),
    )
    if written != opened.content:
        st.session_state[UNSAVED] = (opened, written)
    st.session_state[OUTCOME] = CLOSE


def _take_back(restored: Entry, content: Content) -> None:
    resources.collection().edit(restored, content)
