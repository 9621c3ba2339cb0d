"""The entries that are selected: those ticked on this page, or all that pass the filters."""

from collections.abc import Sequence

import streamlit as st

from faq.editing.bulk import Seen, seen
from faq.transfer.exporting import entries_as_bytes
from faq.transfer.files import CSV
from store import Entry, EntryFilter, EntryPage
from ui import browser, context, edits
from ui.context import Context
from ui.entries import changing
from ui.entry import drawer

EVERYTHING = "entries_selected"  # a filter with all entries that passed it, where all are selected


def show(run: Context, page: EntryPage, rows: Sequence[int], where: EntryFilter) -> None:
    """Show what can be done with the rows that are ticked, or with all entries that pass; in the
    bin also with none."""
    ticked = [page.entries[row] for row in rows]
    everything = _everything(where)
    chosen = (
        tuple((entry.id, entry.version) for entry in ticked) if everything is None else everything
    )
    if not chosen and not where.deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="selection"):
        if chosen:
            _show_count(chosen, page.total, everything is not None, where)
        if where.deleted:
            _show_in_bin(chosen)
        else:
            _show_in_list(run, chosen, ticked if everything is None else [])


def _show_count(chosen: Sequence[Seen], total: int, everything: bool, where: EntryFilter) -> None:
    st.markdown(f"{len(chosen):,} selected", width="content")
    if everything:
        st.button("Clear", key="selection_clear", type="tertiary", on_click=forget)
    elif total > len(chosen):
        st.button(
            f"Select all {total:,}",
            key="selection_all",
            type="tertiary",
            on_click=_select_all,
            args=(where,),
            help="Every entry that passes the filters, on the other pages too.",
        )


def _show_in_list(run: Context, chosen: Sequence[Seen], ticked: Sequence[Entry]) -> None:
    if len(ticked) == 1 and st.button("Open", icon=":material/edit:"):
        drawer.open_entry(ticked[0])
    changing.button(run, chosen, forget)
    browser.download_button(
        "Export selected",
        lambda: entries_as_bytes(CSV, context.store().entries.get(_ids(chosen))),
        f"faq-selection{CSV.ending}",
        CSV.media_type,
        key="selection_export",
    )
    st.button("Delete", icon=":material/delete:", on_click=_delete, args=(chosen,))


def _show_in_bin(chosen: Sequence[Seen]) -> None:
    ids = _ids(chosen)
    if ids:
        st.button("Take out of the bin", on_click=_bring_back, args=(chosen,))
        edits.purge_button("Delete for good", "purge_selection", lambda: ids)
    else:
        edits.purge_button("Empty the bin", "purge_all", _everything_in_bin)


def _everything_in_bin() -> list[int]:
    return _ids(seen(context.collection(), EntryFilter(deleted=True)))


def _ids(chosen: Sequence[Seen]) -> list[int]:
    return [entry_id for entry_id, _ in chosen]


def _everything(where: EntryFilter) -> tuple[Seen, ...] | None:
    """Return all that passed the filters, where all were selected and the filters are the same."""
    kept: tuple[EntryFilter, tuple[Seen, ...]] | None = st.session_state.get(EVERYTHING)
    if kept and kept[0] == where:
        return kept[1]
    forget()
    return None


def forget() -> None:
    """Select no more than the rows that are ticked."""
    st.session_state.pop(EVERYTHING, None)


def _select_all(where: EntryFilter) -> None:
    st.session_state[EVERYTHING] = (where, seen(context.collection(), where))


def _delete(chosen: Sequence[Seen]) -> None:
    forget()
    edits.remove(_ids(chosen))


def _bring_back(chosen: Sequence[Seen]) -> None:
    forget()
    edits.restore(_ids(chosen))
