"""The drawer in which one entry is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import streamlit as st

from errors import AskwellError
from faq.editing.merging import merge, unmerge
from faq.editing.unsaved import Unsaved
from store import Content, Entry, Revision, StaleEdit
from ui import browser, context, edits, notice
from ui.buttons import button
from ui.entry import changes, conflict, drawer, form, questions, unsaved
from ui.entry.drawer import Opened
from ui.text import markdown, plain, shortened

OPENED = "drawer"  # what the drawer was opened with
OUTCOME = "drawer_outcome"  # how a click ended: CLOSE, MERGED, or why it was refused
CLOSE, MERGED = "close", "merged"
CONFLICT = "drawer_conflict"  # the entry that somebody saved in between, until this is decided
FAR = "drawer_far"  # what was refused was asked for far below the place that says so
NO_ANSWER = ":gray[No answer yet]"
LEFT = "drawer_left"  # it was closed without saving, and the page may not know yet
SAVED = "drawer_saved"  # the id of what was saved last


def show(opened: Opened, written: Content | None = None) -> None:
    """Open the drawer, with `written` in its fields where that was left unsaved."""
    _begin(opened, written)
    title = "Edit entry" if opened.entry else "New entry"
    title = "Merge two entries" if opened.absorbed else title
    dialog = st.dialog(title, width="medium", position="right", on_dismiss=_dismissed)
    dialog(_show)()


def _begin(opened: Opened, written: Content | None = None) -> None:
    """Let the drawer show `opened`, with `written` in its fields."""
    st.session_state[OPENED] = opened
    for left_behind in (CONFLICT, FAR, LEFT, OUTCOME, questions.SEARCH):
        st.session_state.pop(left_behind, None)
    form.fill(written or opened.content)
    unsaved.begin(written or opened.content)


def _opened() -> tuple[Opened, Content]:
    """Return what the drawer was opened with, and what is written in it now."""
    opened: Opened = st.session_state[OPENED]
    return opened, form.written(opened.content)


@notice.errors(notice.refuse)
def _dismissed() -> None:
    st.session_state[LEFT] = True
    unsaved.keep(context.read(), *_opened())


def _show() -> None:
    # A click from a field straight to the cross runs this drawer alone, not the page with it.
    if st.session_state.pop(LEFT, False) or drawer.is_wanted():
        st.rerun()
    run, (opened, _) = context.read(), _opened()
    # First, where nothing can move them between the two halves of a click: what comes late, while
    # the field that was left is still being read, comes below.
    _show_buttons(opened)
    _show_outcome()
    with st.container(), notice.errors():
        unsaved.keep(run, *_opened())
        unsaved.show_other(run, opened, _go_on)
    if opened.entry and opened.absorbed:
        _show_both(opened.entry, opened.absorbed)
    form.draw(run, opened, _edit_other)
    if opened.entry:
        if not opened.absorbed:
            with st.container(horizontal=True):
                button("Duplicate", "drawer_duplicate", _duplicate, icon="content_copy")
                button("Delete", "drawer_delete", _delete, icon="delete")
        changes.show_history(run, opened.entry, _restore)
    # Last, so that nothing of the drawer waits for it, and nothing moves when it comes.
    opened, written = _opened()
    questions.show_replay(run, opened.entry, written, _edit_other)
    browser.write_safely("drawer_save")
    if opened.entry is None:
        browser.focus(form.FIELD + "question", opened.id)


@contextmanager
def refused() -> Iterator[None]:
    """Keep in the session why what is done within was refused."""
    try:
        yield
    except StaleEdit as stale:
        opened, _ = _opened()
        if opened.entry and opened.entry.id == stale.current.id:
            st.session_state[CONFLICT] = stale.current
        else:  # the other one of two that are merged
            st.session_state[OUTCOME] = str(stale)
    except AskwellError as error:
        st.session_state[OUTCOME] = notice.reason(error)


@refused()
def _go_on(left: Unsaved) -> None:
    """Go on with another text that was left; that in the fields is kept."""
    run = context.read()
    unsaved.keep(run, *_opened())
    _begin(*unsaved.reopened(run, left))


@notice.errors(notice.refuse)
def _edit_other(entry: Entry) -> None:
    """Go on with another entry; what is written in this one is kept."""
    unsaved.keep(context.read(), *_opened())
    drawer.edit_later(entry)


def _show_buttons(opened: Opened) -> None:
    with st.container(horizontal=True, key="drawer_buttons"):
        help = "Ctrl+S or Ctrl+Enter; ⌘ on a Mac"
        st.button("Save", type="primary", key="drawer_save", on_click=_save, help=help)
        if opened.entry is None:
            st.button("Save and add another", key="drawer_another", on_click=_save, args=(True,))


def _show_both(kept: Entry, absorbed: Entry) -> None:
    """Show two entries that become one, side by side."""
    st.caption(
        "Both answers are in the field below: keep what is right. Other ways of asking, tags and "
        "tests of both stay. The second entry goes to the bin when you save."
    )
    with st.container(border=True, key="both"):
        for column, entry in zip(st.columns(2), (kept, absorbed), strict=True):
            with column, st.container(gap="xsmall"):
                st.markdown(f"**{plain(entry.content.question)}**")
                st.markdown(markdown(entry.content.answer) or NO_ANSWER, anchors=False)


def _show_outcome() -> None:
    """Show how a click on a button ended, or close the drawer."""
    outcome = st.session_state.pop(OUTCOME, None)
    if outcome == CLOSE:
        st.rerun()
    if st.session_state.pop(FAR, False):
        notice.refuse("The version was not restored. The top of the drawer says why.")
    notice.show_toasts()
    with st.container():  # keeps the fields below where they are
        if outcome == MERGED:
            st.caption("What you chose is in the fields below. Check it, then save.")
        elif outcome:
            st.error(plain(outcome))
        if CONFLICT in st.session_state:
            opened, mine = _opened()
            theirs: Entry = st.session_state[CONFLICT]
            conflict.show(opened.content, theirs, mine, _put_together, _take_theirs)


@refused()
def _save(add_another: bool = False) -> None:
    """Save what is written; leave in the session whether to close, or why not."""
    opened, written = _opened()
    if st.session_state.get(SAVED) == opened.id:
        return  # the second half of a double click
    collection = context.collection()
    before, absorbed = opened.entry, opened.absorbed
    if before and absorbed:
        entry = merge(collection, before, absorbed, written)
        one, other = (shortened(e.content.question, 60) for e in (absorbed, entry))

        def undo() -> str:
            unmerge(context.collection(), entry, before, absorbed)
            return f"“{one}” and “{other}” are two entries again."

        notice.give(f"Merged “{one}” into “{other}”.", undo, [before.id, absorbed.id])
    else:
        entry = collection.edit(before, written) if before else collection.add(written)
        notice.give(f"Saved “{shortened(entry.content.question, 80)}”.")
    st.session_state[SAVED] = opened.id
    unsaved.discard(collection, opened)
    if add_another:
        _begin(Opened(None, Content("", category=written.category)))
    else:
        st.session_state[OUTCOME] = CLOSE


def _duplicate() -> None:
    """Go on with a copy, as a new entry without a key or tests: those are the other entry's."""
    opened, written = _opened()
    copy = replace(written, key=None, must_find=(), must_not_find=())
    _begin(Opened(None, Content(""), opened.id), copy)


def _delete() -> None:
    opened, _ = _opened()
    assert opened.entry is not None
    edits.remove([opened.entry.id])
    st.session_state[OUTCOME] = CLOSE


def _put_together() -> None:
    """Put what both people wrote into the fields, to be saved over what is saved now."""
    opened, mine = _opened()
    theirs: Entry = st.session_state[CONFLICT]
    merged = conflict.merged(opened.content, theirs, mine)
    _begin(Opened(theirs, theirs.content, opened.id, opened.absorbed), merged)
    st.session_state[OUTCOME] = MERGED


@refused()
def _take_theirs() -> None:
    opened, _ = _opened()
    unsaved.discard(context.collection(), opened)
    theirs: Entry = st.session_state[CONFLICT]
    _begin(Opened(theirs, theirs.content))


@refused()
def _restore(revision: Revision) -> None:
    """Save the entry as it was once, with the way back offered."""
    opened, written = _opened()
    before = opened.entry
    assert before is not None
    st.session_state[FAR] = True  # until it is saved
    entry = context.collection().edit(before, revision.content)
    del st.session_state[FAR]
    question = shortened(entry.content.question, 80)

    def undo() -> str:
        context.collection().edit(entry, before.content)
        return f"“{question}” is back as version {before.version}."

    notice.give(f"Restored version {revision.version} of “{question}”.", undo, [entry.id])
    unsaved.keep(context.read(), opened, written)
    st.session_state[OUTCOME] = CLOSE
