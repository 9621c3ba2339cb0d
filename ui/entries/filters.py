"""Which entries the table shows, and in which order."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from store import EntryFilter, SortField, Status
from ui.context import Context
from ui.entries import changing, export
from ui.text import plain

MINE, RECENT, TAG = "entries_mine", "entries_recent", "entries_tag"
MOST_PILLS = 5
DAYS = 7  # for which a change is a recent one
NO_ANSWER, BIN = "No answer yet", "Bin"
NO_CATEGORY = ""
SORTS: dict[str, tuple[SortField, bool]] = {
    "Newest": ("id", True),
    "Last changed": ("updated", True),
    "Question": ("question", False),
    "Category": ("category", False),
    "Status": ("status", False),
}


def show(run: Context) -> tuple[EntryFilter, SortField, bool]:
    """Show the filters; return what they say: which entries, sorted by what, descending or not."""
    names = [name for name, _ in run.store.entries.counts("category")]
    with st.container(horizontal=True, wrap=False, gap="xsmall"):
        text = st.text_input(
            "Search the entries",
            key="entries_text",
            type="search",
            live="250ms",
            placeholder="Words in a question, an answer or a tag",
            label_visibility="collapsed",
        )
        sort = st.selectbox(
            "Sort by",
            list(SORTS),
            key="entries_sort",
            label_visibility="collapsed",
            width=130,
            persist_state="session",
        )
        mine, recent, tag = _show_more(run, names)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        with st.container(horizontal=True, wrap=False):
            kind, chosen = _show_kinds(run.may_edit), _show_category(names)
        aside = st.container(width="content")
    where = EntryFilter(
        text=text or "",
        category=chosen,
        status=Status(kind) if kind in list(Status) else None,
        tag=tag,
        actor=run.actor if mine else None,
        updated_since=_days_ago() if recent else None,
        without_answer=kind == NO_ANSWER,
        deleted=kind == BIN,
    )
    with aside:
        export.show(run, where, widest(run.may_edit))
    return where, *SORTS[sort]


def widest(may_edit: bool) -> EntryFilter:
    """Return what is shown where nothing is chosen: to readers, what is published."""
    return EntryFilter(status=None if may_edit else Status.PUBLISHED)


def _show_kinds(may_edit: bool) -> str | None:
    """Show which entries there are to choose from: those of a status, those without an answer, and
    those in the bin."""
    if not may_edit:
        return Status.PUBLISHED
    return st.pills(
        "Status",
        [*Status, NO_ANSWER, BIN],
        key="entries_status",
        format_func=lambda value: value.capitalize(),
        label_visibility="collapsed",
    )


def _show_category(names: list[str]) -> str | None:
    if not names:
        return None
    if len(names) <= MOST_PILLS:
        return st.pills(
            "Category",
            [*names, NO_CATEGORY],
            key=changing.FILTER,
            format_func=_category,
            label_visibility="collapsed",
        )
    return st.selectbox(
        "Category",
        [NO_CATEGORY, *names],
        index=None,
        key=changing.FILTER,
        format_func=_category,
        placeholder="All categories",
        label_visibility="collapsed",
        width=240,
    )


def _category(name: str) -> str:
    return plain(name) if name else "No category"


def _show_more(run: Context, names: list[str]) -> tuple[bool, bool, str | None]:
    """Show what few need; return whether only my entries, only recently changed ones, and those of
    which tag."""
    in_use = sum(1 for key in (MINE, RECENT, TAG) if st.session_state.get(key))
    label = f"More ({in_use})" if in_use else "More"
    with st.popover(label, key="entries_more", icon=":material/tune:"):
        mine = st.toggle(
            "Mine",
            key=MINE,
            help=f"You, {plain(run.actor)}, own them or changed them last.",
        )
        recent = st.toggle(f"Changed in the last {DAYS} days", key=RECENT)
        tags = [name for name, _ in run.store.entries.counts("tag")]
        chosen: str | None = st.session_state.get(TAG)
        tag = st.selectbox(
            "Tag",
            list(dict.fromkeys([*tags, *([chosen] if chosen else [])])),
            index=None,
            key=TAG,
            placeholder="Any tag",
            disabled=not tags,
        )
        if names and run.may_edit:
            changing.show_renaming(run, names)
    return mine, recent, tag


def _days_ago() -> datetime:
    """Return a moment that stays the same from run to run, for a day."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=DAYS)
