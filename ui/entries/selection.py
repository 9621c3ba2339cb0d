"""The entries that are selected: ticked ones, on any page of the list, or all that pass the
filters. What can be done with them is at the bottom of the screen, whether any is ticked or not:
so nothing moves below the mouse, and each button stays where it is."""

import streamlit as st

from faq.editing.bulk import Seen, seen
from faq.transfer.exporting import entries_as_bytes
from faq.transfer.files import CSV
from store import Entry, EntryFilter, EntryPage
from ui import browser, context, edits
from ui.buttons import button
from ui.context import Context
from ui.entries import changing
from ui.entry import drawer
from ui.text import shortened, spoken

SELECTED = "entries_selected"  # a filter, and the version of each selected entry, by id


def _selected(where: EntryFilter) -> dict[int, int]:
    """Return what is selected, to be changed; nothing is where the filter is another one now."""
    kept: tuple[EntryFilter, dict[int, int]] | None = st.session_state.get(SELECTED)
    if kept is None or kept[0] != where:
        kept = st.session_state[SELECTED] = (where, {})
    return kept[1]


def forget() -> None:
    """Select nothing."""
    st.session_state.pop(SELECTED, None)


def tick(entry: Entry, where: EntryFilter) -> None:
    """Show the box that selects an entry, as it is now."""
    selected, key = _selected(where), f"tick_{entry.id}"
    if entry.id in selected:
        selected[entry.id] = entry.version
    st.session_state[key] = entry.id in selected
    label = f"Select “{spoken(shortened(entry.content.question, 200))}”"
    st.checkbox(
        label, key=key, label_visibility="collapsed", on_change=_toggle, args=(entry, where)
    )


def _toggle(entry: Entry, where: EntryFilter) -> None:
    selected = _selected(where)
    if selected.pop(entry.id, None) is None:
        selected[entry.id] = entry.version


def show(run: Context, page: EntryPage, where: EntryFilter) -> None:
    """Show how many entries are selected, and what can be done with them."""
    chosen = tuple(_selected(where).items())
    merging = False
    with (
        st.bottom,
        st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="selection"),
    ):
        st.markdown(f"{len(chosen):,} selected", width=100)
        st.button(
            f"Select all {page.total:,}",
            key="selection_all",
            type="tertiary",
            on_click=_select_all,
            args=(where,),
            disabled=len(chosen) == page.total,
            help="Every entry that passes the filters, on the other pages too.",
        )
        button("Clear", "selection_clear", forget, quiet=True, disabled=not chosen)
        if where.deleted:
            _show_in_bin(run, chosen)
        else:
            merging = _show_in_list(run, chosen)
    if merging:
        drawer.open_merge(*run.store.entries.get(sorted(_ids(chosen))))


def _show_in_list(run: Context, chosen: tuple[Seen, ...]) -> bool:
    """Show what can be done; return whether two entries are to be merged."""
    changing.button(run, chosen, forget)
    merging = st.button(
        "Merge",
        key="selection_merge",
        icon=":material/merge:",
        disabled=len(chosen) != 2,
        help="Make one entry of two. Select two entries.",
    )
    browser.download_button(
        "Export selected",
        lambda: entries_as_bytes(CSV, run.store.entries.get(_ids(chosen))),
        f"faq-selection{CSV.ending}",
        CSV.media_type,
        key="selection_export",
        disabled=not chosen,
    )
    button("Delete", "selection_delete", _delete, chosen, icon="delete", disabled=not chosen)
    return merging


def _show_in_bin(run: Context, chosen: tuple[Seen, ...]) -> None:
    ids = _ids(chosen)
    button("Restore selected", "selection_restore", _restore, chosen, disabled=not chosen)
    if not run.may_administer:
        return
    edits.purge_button("Delete for good", "purge_selection", lambda: ids, disabled=not chosen)
    edits.purge_button("Empty the bin", "purge_all", _everything_in_bin)


def _everything_in_bin() -> list[int]:
    return _ids(seen(context.collection(), EntryFilter(deleted=True)))


def _ids(chosen: tuple[Seen, ...]) -> list[int]:
    return [entry_id for entry_id, _ in chosen]


def _select_all(where: EntryFilter) -> None:
    st.session_state[SELECTED] = (where, dict(seen(context.collection(), where)))


def _delete(chosen: tuple[Seen, ...]) -> None:
    forget()
    edits.remove(_ids(chosen))


def _restore(chosen: tuple[Seen, ...]) -> None:
    forget()
    edits.restore(_ids(chosen))
