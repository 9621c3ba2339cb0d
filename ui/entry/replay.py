"""What saving the entry in the drawer would change, worked out while one writes."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from faq.content import InvalidEntry, validated
from faq.evaluation.replay import Changed, Rehearsal, Replay, Tried
from faq.remembered import RememberedVectors
from store import Content, Entry
from ui import resources
from ui.inbox.finding import Found, Search
from ui.text import counted, plain, shortened

SEARCH = "drawer_replay"
PATIENCE = 0.3  # seconds that the drawer waits before it says that it is checking
SHOWN = 6  # changes, before the others are folded away

Look = Callable[[], Found[Replay]]


@st.cache_resource(show_spinner=False)
def vectors() -> RememberedVectors:
    """Return the vectors that this process remembers."""
    return RememberedVectors()


@st.cache_resource(show_spinner=False)
def _rehearsal() -> Rehearsal:
    return Rehearsal(vectors())


def forget() -> None:
    """Forget what was worked out: another entry is in the drawer, or the same one later."""
    st.session_state.pop(SEARCH, None)


def show(
    entry: Entry | None,
    written: Content,
    tests: DeltaGenerator,
    changes: DeltaGenerator,
) -> None:
    """Show how the entry's tests fare and which answers change with what is written, each in its
    place; nothing of it where nothing is to be saved or tested.

    What takes long goes on in a thread, and the two places fill when it is done.
    """
    try:
        content = validated(written)
    except InvalidEntry:
        return  # saving will say so
    tested = content.must_find or content.must_not_find
    edited = entry is None or content != entry.content
    if not (tested or edited) or not resources.embedder().ready:
        return
    search: Search[Replay] = st.session_state.setdefault(SEARCH, Search())
    collection, rehearsal = resources.collection(), _rehearsal()

    def look(patience: float = 0.0) -> Found[Replay]:
        return search.found(
            content, lambda: [rehearsal.replay(collection, entry, content)], patience
        )

    again = 0.5 if look(PATIENCE).looking else None
    if tested:
        with tests:
            st.fragment(_show_tests, run_every=again)(look)
    if edited:
        with changes:
            st.fragment(_show_changes, run_every=again)(look)


def _show_tests(look: Look) -> None:
    found = look()
    if found.looking:
        st.caption("Checking")
    for replay in () if found.looking else found.items:
        with st.container(gap="xsmall"):
            for test in replay.tests:
                st.markdown(_tried(test))
        if not replay.tests:
            st.caption("They are tried once the entry is published.")


def _tried(test: Tried) -> str:
    icon = ":green[:material/check:]" if test.passes else ":orange[:material/close:]"
    wanted = "must find it" if test.must_find else "must not find it"
    says = "passes" if test.passes else "fails"
    return f"{icon} “{plain(shortened(test.query))}” {wanted}: {says}"


def _show_changes(look: Look) -> None:
    found = look()
    if found.looking:
        st.caption("Checking which answers change")
    elif found.error:
        st.caption(plain(found.error))
    for replay in () if found.looking else found.items:
        _show_replay(replay)


def _show_replay(replay: Replay) -> None:
    failing = sum(not test.passes for test in replay.tests)
    if failing:
        st.caption(f"{failing:,} of {counted(len(replay.tests), 'test')} of this entry would fail")
    if not replay.changed:
        if replay.asked:
            st.caption("No answer changes")
        return
    st.markdown("**What changes when you save**")
    names = _names(replay)
    lines = [f"- {_told(change, names)}" for change in replay.changed]
    st.markdown("\n".join(lines[:SHOWN]))
    if len(lines) > SHOWN:
        with st.expander(f"{len(lines) - SHOWN:,} more", key="drawer_changes"):
            st.markdown("\n".join(lines[SHOWN:]))


def _names(replay: Replay) -> dict[int, str]:
    """Return how the entries are called that have to do with the changes."""
    ids = {entry_id for one in replay.changed for entry_id in (one.before, one.after) if entry_id}
    ids |= {one.breaks.entry_id for one in replay.changed if one.breaks}
    entries = resources.store().get(sorted(ids))
    names = {one.id: f"“{plain(shortened(one.content.question, 80))}”" for one in entries}
    return {**names, replay.entry_id: "this entry"}


def _told(change: Changed, names: dict[int, str]) -> str:
    query = f"“{plain(shortened(change.query))}”"
    before, after = (
        names.get(entry_id, "another entry") if entry_id else None
        for entry_id in (change.before, change.after)
    )
    if after is None:
        told = f"{query} would no longer be answered"
    elif before is None:
        told = f"{query} would be answered by {after}; nothing answers it now"
    else:
        told = f"{query} would be answered by {after} instead of {before}"
    if change.breaks is None:
        return told
    must = "must" if change.breaks.must_find else "must not"
    wanted = names.get(change.breaks.entry_id, "another entry")
    return f":orange-badge[Fails a test] {told}; it {must} find {wanted}"
