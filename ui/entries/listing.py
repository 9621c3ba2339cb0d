"""The list of entries: a page of rows, each with a box to tick and a question that opens it."""

from collections.abc import Sequence

import streamlit as st

from store import Entry, EntryFilter, EntryPage, SortField, Status
from ui import edits
from ui.buttons import button
from ui.context import Context
from ui.entries import filters, selection
from ui.entry import drawer
from ui.text import plain, shortened, when

PAGE_SIZE = 25
PAGE, SHOWN = "entries_page", "entries_shown"  # which page is shown, and of which list
COLOURS = {Status.PUBLISHED: "green", Status.DRAFT: "orange", Status.ARCHIVED: "gray"}


def show(
    run: Context, where: EntryFilter, sort: SortField, descending: bool, importing: bool
) -> None:
    """Show a page of the entries that pass, or why there is none, and what can be done with
    many."""

    def read(number: int) -> EntryPage:
        offset = (number - 1) * PAGE_SIZE
        return run.store.entries.page(
            where, sort=sort, descending=descending, offset=offset, limit=PAGE_SIZE
        )

    wanted = (where, sort, descending)
    if st.session_state.get(SHOWN) != wanted:  # another list begins with its first page
        st.session_state[SHOWN], st.session_state[PAGE] = wanted, 1
    number: int = st.session_state.get(PAGE, 1)
    page = read(number)
    if page.total and not page.entries:  # the last page was emptied, here or by somebody else
        number = -(-page.total // PAGE_SIZE)
        st.session_state[PAGE] = number
        page = read(number)
    if not page.total:
        _show_nothing(run, where, importing)
        return
    _show_rows(run, page.entries, where)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        first = (number - 1) * PAGE_SIZE + 1
        st.caption(f"{first:,} to {first + len(page.entries) - 1:,} of {page.total:,}")
        if page.total > PAGE_SIZE:
            st.pagination(-(-page.total // PAGE_SIZE), key=PAGE)
    if run.may_edit:
        selection.show(run, page, where)


def _show_nothing(run: Context, where: EntryFilter, importing: bool) -> None:
    if importing and not where.deleted:
        st.markdown("Entries are being imported. The list shows them once that has ended.")
    elif where == filters.widest(run.may_edit):
        how = " Add one, or import a file." if run.may_edit else ""
        st.markdown(f"There are no entries yet.{how}")
    elif where == EntryFilter(deleted=True):
        st.markdown("The bin is empty.")
    else:
        st.markdown("No entry passes these filters.")


def _show_rows(run: Context, entries: Sequence[Entry], where: EntryFilter) -> None:
    opened = None
    with st.container(border=True, gap="xsmall", key="entries"):
        for entry in entries:
            # On a telephone, the columns are below each other, as on a card.
            spec = [6, 3, 1.2] if where.deleted else [6, 2.2, 2]
            named, facts, last = st.columns(spec, vertical_alignment="center", gap=None)
            with (
                named,
                st.container(
                    horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"
                ),
            ):
                if run.may_edit:
                    selection.tick(entry, where)
                # In a container of its own, a long question ends in "…".
                with st.container():
                    question = plain(entry.content.question[:300])
                    if st.button(question, f"open_{entry.id}", type="tertiary", wrap=False):
                        opened = entry
            if where.deleted:
                who = plain(shortened(entry.updated_by, 30))
                facts.caption(f"Deleted {when(entry.updated_at)} by {who}")
                with last:
                    button("Restore", f"restore_{entry.id}", edits.restore, [entry.id])
            else:
                facts.markdown(_badges(entry, run.may_edit))
                last.caption(_changed(entry))
    if opened:
        drawer.open_entry(opened)


def _badges(entry: Entry, with_status: bool) -> str:
    content = entry.content
    badges = [f":{COLOURS[content.status]}-badge[{content.status.capitalize()}]"] * with_status
    if not content.answer:
        badges.append(":red-badge[No answer yet]")
    if content.category:
        badges.append(f":blue-badge[{plain(shortened(content.category, 30))}]")
    return " ".join(badges)


def _changed(entry: Entry) -> str:
    return f"{when(entry.updated_at)} · {plain(shortened(entry.updated_by, 30))}"
