"""Two people wrote in the same entry: both versions side by side, and how to keep both."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import streamlit as st

from faq.content import InvalidEntry, validated
from faq.editing.history import FieldChange, field_change
from faq.editing.reconciling import Side, ThreeWayMerge, three_way_merge
from store import Content, Entry
from ui.buttons import button
from ui.entry import changes
from ui.text import plain, shortened

CHOICE = "conflict_choice_"


def show(
    base: Content,
    theirs: Entry,
    mine: Content,
    put_together: Callable[[], None],
    take_theirs: Callable[[], None],
) -> None:
    """Show what two people made of `base`, and let the person choose where both changed the same.

    The buttons call `put_together` and `take_theirs`; `merged` then returns what was chosen.
    """
    comparison = _compared(base, theirs, mine)
    who = plain(shortened(theirs.updated_by, 40))
    st.warning(
        f"{who} saved this entry while you were writing. Nothing was overwritten: choose what "
        "is right, then save.",
        icon=":material/group:",
    )
    with st.container(border=True, key="conflict"):
        for field in comparison.by_both:
            _show_clash(field, comparison, who, theirs.version)
        _show_taken(f"Only {who} changed", comparison.by_them, base, theirs.content)
        _show_taken("Only you changed", comparison.by_me, base, comparison.mine)
        with st.container(horizontal=True):
            help = "What only one of you changed stays, too."
            label = "Take what is chosen" if comparison.by_both else "Put together"
            button(label, "conflict_merge", put_together, icon="merge", help=help)
            button(f"Drop mine, take {who}'s", "conflict_theirs", take_theirs, quiet=True)


def merged(base: Content, theirs: Entry, mine: Content) -> Content:
    """Return what both made of `base`, as it was chosen on the screen."""
    comparison = _compared(base, theirs, mine)
    chosen: dict[str, Side] = {}
    for field in comparison.by_both:
        if side := st.session_state.get(_key(field, theirs.version)):
            chosen[field] = side
    return comparison.merged(chosen)


def _compared(base: Content, theirs: Entry, mine: Content) -> ThreeWayMerge:
    with suppress(InvalidEntry):  # it is being written still
        mine = validated(mine)
    return three_way_merge(base, theirs.content, mine)


def _key(field: str, version: int) -> str:
    return f"{CHOICE}{field}_{version}"


def _show_clash(field: str, comparison: ThreeWayMerge, who: str, version: int) -> None:
    """Show a field that both changed, each side against what it was, and what may be taken."""
    sides = comparison.sides(field)
    named: dict[Side, str] = {"theirs": f"{who}'s", "mine": "Mine", "both": "Both"}
    st.markdown(f"**{changes.name(field)}**")
    for column, writer, content in zip(
        st.columns(2), (who, "You"), (comparison.theirs, comparison.mine), strict=True
    ):
        with column, st.container(gap="xsmall"):
            st.caption(f"{writer} wrote")
            for change in _changes(field, comparison.base, content):
                st.markdown(changes.body(change, whole=True))
    st.segmented_control(
        f"Which {changes.name(field).lower()} is right?",
        sides,
        default=sides[-1],
        required=True,
        format_func=lambda side: named[side],
        key=_key(field, version),
        label_visibility="collapsed",
    )


def _show_taken(title: str, fields: tuple[str, ...], base: Content, content: Content) -> None:
    if fields:
        st.caption(title)
    for field in fields:
        for change in _changes(field, base, content):
            st.markdown(changes.markdown(change))


def _changes(field: str, before: Content, after: Content) -> Iterator[FieldChange]:
    return field_change(field, getattr(before, field), getattr(after, field))
