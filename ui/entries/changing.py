"""One change of many entries: of those that are selected, or of a category's name; how it ended,
and the way back."""

from collections.abc import Callable, Sequence

import streamlit as st

from faq.content import comma_separated
from faq.editing.bulk import Change, Outcome, Seen, change_many, rename_category, take_back
from store import Edit, Status
from ui import browser, context, notice
from ui.context import Context
from ui.text import counted, plain, shortened

ASKING = "bulk_asking"
CATEGORY, STATUS, OWNER = "bulk_category", "bulk_status", "bulk_owner"
ADD, REMOVE = "bulk_add_tags", "bulk_remove_tags"
LEAVE = "Leave as it is"

FILTER = "entries_category"  # the category that the list is filtered by
OLD, NEW = "rename_old", "rename_new"
JOINING = "rename_joining"  # old and new name, where the new one is another category's


def button(run: Context, chosen: Sequence[Seen], done: Callable[[], None]) -> None:
    """Show the button behind which one change is made of all of them; `done` is called after it."""
    asking = st.popover(
        "Change",
        key=ASKING,
        icon=":material/edit_note:",
        on_change="rerun",
        disabled=not chosen,
    )
    if not asking.open:
        return
    categories = [name for name, _ in run.store.entries.counts("category")]
    tags = [name for name, _ in run.store.entries.counts("tag")]
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
            ["", run.actor],
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
        browser.write_safely("bulk_change")


@notice.errors(notice.refuse)
def _change(chosen: Sequence[Seen], done: Callable[[], None]) -> None:
    state = st.session_state
    change = Change(
        category=state.get(CATEGORY),
        status=state.get(STATUS),
        owner=state.get(OWNER),
        add_tags=comma_separated(",".join(state.get(ADD) or ())),
        remove_tags=tuple(state.get(REMOVE) or ()),
    )
    if change == Change():
        return
    _give("Changed {}", change_many(context.collection(), chosen, change))
    state[ASKING] = False
    done()


def show_renaming(run: Context, categories: Sequence[str]) -> None:
    """Show what renames one of these categories."""
    with st.expander("Rename a category", key="rename"):
        if st.session_state.get(OLD) not in categories:
            st.session_state.pop(OLD, None)
        old = st.selectbox("Category", categories, key=OLD)
        st.text_input("New name", key=NEW, max_chars=200)
        wanted = (old, _new_name())
        if st.session_state.get(JOINING) == wanted:
            count = dict(run.store.entries.counts("category")).get(wanted[1], 0)
            st.markdown(
                f"There is a category **{plain(wanted[1])}** already, with "
                f"{counted(count, 'entry', 'entries')}. Those of **{plain(old)}** would join it."
            )
            st.button("Join them", key="rename_join", on_click=_rename, args=(wanted,))
        else:
            st.button("Rename", key="rename_do", on_click=_rename)


def _new_name() -> str:
    return str(st.session_state.get(NEW) or "").strip()


@notice.errors(notice.refuse)
def _rename(agreed: tuple[str, str] | None = None) -> None:
    """Rename, unless the name is another category's and nobody has agreed yet to join the two."""
    old, new = wanted = (st.session_state[OLD], _new_name())
    st.session_state.pop(JOINING, None)
    if not new or new == old:
        return
    collection = context.collection()
    if agreed != wanted and new in dict(collection.store.entries.counts("category")):
        st.session_state[JOINING] = wanted
        return
    outcome = rename_category(collection, old, new)
    st.session_state[NEW] = ""
    if st.session_state.get(FILTER) == old:
        st.session_state[FILTER] = new
    _give(f"Renamed “{shortened(old, 60)}” to “{shortened(new, 60)}” for {{}}", outcome)


def _give(done: str, outcome: Outcome) -> None:
    """Say what was done, "Changed {}" with a place for the number of entries, and offer to undo
    it."""
    undo, rest = outcome.undo, _rest(outcome)
    if undo:
        sentence = done.format(counted(len(undo), "entry", "entries"))
    else:
        sentence = "Nothing was changed" if rest else "Nothing had to be changed"
    if undo:
        notice.give(f"{sentence}.{rest}", lambda: _undo(undo), [edit.entry_id for edit in undo])
    else:
        notice.give(f"{sentence}.{rest}")


def _rest(outcome: Outcome) -> str:
    """Return what was left as it is, and why."""
    rest = ""
    if len(outcome.left) == 1:
        [entry] = outcome.left
        rest += (
            f" {shortened(entry.updated_by, 40)} changed “{shortened(entry.content.question, 60)}” "
            "in the meantime; it was left as it is."
        )
    elif outcome.left:
        first = shortened(outcome.left[0].content.question, 60)
        rest += (
            f" {len(outcome.left):,} were changed by others in the meantime and were left as they "
            f"are, “{first}” among them."
        )
    if outcome.gone:
        rest += f" {outcome.gone:,} {'is' if outcome.gone == 1 else 'are'} not there any more."
    if outcome.unreached:
        rest += f" Not reached: {outcome.unreached:,}. {outcome.why}"
    return rest


def _undo(edits: Sequence[Edit]) -> str:
    back = take_back(context.collection(), edits)
    count = len(back.undo)
    entries = counted(count, "entry", "entries")
    return f"{entries} {'is' if count == 1 else 'are'} as before.{_rest(back)}"
