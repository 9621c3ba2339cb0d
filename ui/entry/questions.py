"""An entry against the questions that were asked: which it won, and, while one writes, which of its
tests pass and which answers change."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from faq.content import InvalidEntry, validated
from faq.evaluation.replay import Changed, Rehearsal, Replay, Tried, VectorCache
from faq.evaluation.wins import Wins, Won, wins
from store import Content, Entry
from ui import notice
from ui.background import Found, Search
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer
from ui.text import counted, plain, shortened

T = TypeVar("T")

SEARCH = "drawer_replay"
PATIENCE = 0.3  # seconds that the drawer waits before it says that it is checking
POLL_SECONDS = 0.5
SHOWN = 6  # lines, before the others are folded away
QUESTIONS_SHOWN = 8  # that a way of asking won


@st.cache_resource(show_spinner=False)
def vectors() -> VectorCache:
    """Return the vectors that this process keeps."""
    return VectorCache()


@st.cache_resource(show_spinner=False)
def _rehearsal() -> Rehearsal:
    return Rehearsal(vectors())


def show_replay(
    run: Context, entry: Entry | None, written: Content, edit_other: Callable[[Entry], None]
) -> None:
    """Show which of the entry's tests pass with what is written, and which answers change; nothing
    where nothing is to be saved or tested. `edit_other` is called with another entry that somebody
    wants to edit instead.

    What takes long goes on in a thread, and is shown when it is done.
    """
    try:
        content = validated(written)
    except InvalidEntry:
        return  # saving will say so
    tested = bool(content.must_find or content.must_not_find)
    edited = entry is None or content != entry.content
    if not (tested or edited) or not run.embedder.ready:
        return
    search: Search[Replay] = st.session_state.setdefault(SEARCH, Search())
    collection, rehearsal = run.editable, _rehearsal()

    def look(patience: float = 0.0) -> Found[Replay]:
        return search.found(
            content, lambda: [rehearsal.replay(collection, entry, content)], patience
        )

    def draw() -> None:
        if drawer.is_wanted():
            st.rerun()
        notice.show_toasts()
        found = look()
        if found.looking:
            st.caption("Checking which answers change" if edited else "Checking the tests")
            return
        if found.error:
            st.caption(plain(found.error))
        for replay in found.items:
            if tested:
                _show_tests(replay, edited)
            if edited:
                _show_changes(run, replay, edit_other)

    st.fragment(draw, run_every=POLL_SECONDS if look(PATIENCE).looking else None)()


def _show_tests(replay: Replay, edited: bool) -> None:
    if not replay.tests:
        st.caption("Tests are tried once the entry is published.")
        return
    failing = sum(not test.passes for test in replay.tests)
    if failing and edited:
        st.caption(f"{failing:,} of {counted(len(replay.tests), 'test')} of this entry would fail")
    _show_lines([f"{_tried(test)}  " for test in replay.tests], "drawer_tried")


def _tried(test: Tried) -> str:
    icon = ":green[:material/check:]" if test.passes else ":orange[:material/close:]"
    wanted = "must find it" if test.must_find else "must not find it"
    says = "passes" if test.passes else "fails"
    return f"{icon} “{plain(shortened(test.query))}” {wanted}: {says}"


def _show_changes(run: Context, replay: Replay, edit_other: Callable[[Entry], None]) -> None:
    if not replay.changed:
        if replay.asked:
            st.caption("No answer changes")
        return
    others = _others(run, replay)
    names = {one.id: f"“{plain(shortened(one.content.question, 80))}”" for one in others}
    names[replay.entry_id] = "this entry"
    st.markdown("**What changes when you save**")
    _show_lines([f"- {_change(one, names)}" for one in replay.changed], "drawer_changes")

    def show_buttons(entries: Sequence[Entry]) -> None:
        with st.container(horizontal=True, gap="small"):
            for one in entries:
                label, key = f"Edit {names[one.id]}", f"changed_{one.id}"
                button(label, key, edit_other, one, icon="edit", quiet=True)

    _show_folded(others, show_buttons, "drawer_changed")


def _show_lines(lines: Sequence[str], key: str) -> None:
    """Show the first of these lines of markdown, the others folded away."""
    _show_folded(lines, lambda some: st.markdown("\n".join(some)), key)


def _show_folded(items: Sequence[T], show: Callable[[Sequence[T]], object], key: str) -> None:
    """Show the first of these, the others folded away."""
    show(items[:SHOWN])
    if len(items) > SHOWN:
        with st.expander(f"{len(items) - SHOWN:,} more", key=key):
            show(items[SHOWN:])


def _others(run: Context, replay: Replay) -> list[Entry]:
    """Return the other entries that have to do with the changes."""
    ids = {entry_id for one in replay.changed for entry_id in (one.before, one.after) if entry_id}
    broken = (one.breaks.entry_id for one in replay.changed if one.breaks)
    ids.update(entry_id for entry_id in broken if entry_id)
    return run.store.entries.get(sorted(ids - {replay.entry_id}))


def _change(change: Changed, names: dict[int, str]) -> str:
    query = f"“{plain(shortened(change.query))}”"
    before, after = (
        names.get(entry_id, "another entry") if entry_id else None
        for entry_id in (change.before, change.after)
    )
    if after is None:
        line = f"{query} would no longer be answered"
    elif before is None:
        line = f"{query} would be answered by {after}; nothing answers it now"
    else:
        line = f"{query} would be answered by {after} instead of {before}"
    if change.breaks is None:
        return line
    must = "must" if change.breaks.must_find else "must not"
    wanted = names.get(change.breaks.entry_id or 0, "another entry")
    return f":orange-badge[Fails a test] {line}; it {must} find {wanted}"


def show_wins(run: Context, entry: Entry) -> None:
    """Show which of the questions that were asked last each way of asking won, once that is opened;
    nothing where nothing was asked."""
    if not run.editable.store.log.page(1).queries:
        return
    with st.expander(
        "Questions that found this entry", on_change="rerun", key="drawer_wins"
    ) as shown:
        if shown.open:
            with notice.errors():
                _show_won(wins(run.editable, entry.id, vectors()))


def _show_won(found: Wins) -> None:
    asked = counted(found.looked_at, "question")
    for one in sorted(found.phrasings, key=lambda one: -one.count):
        if one.count:
            st.markdown(
                f"**{plain(shortened(one.phrasing))}** matched best in {one.count:,} of the last "
                f"{asked}"
            )
            st.caption(_questions(one))
    idle = [plain(shortened(one.phrasing)) for one in found.phrasings if not one.count]
    if idle:
        st.caption(f"Best in none of the last {asked}: {'; '.join(idle)}")


def _questions(one: Won) -> str:
    shown = [
        plain(shortened(query)) + (f" ({times:,} times)" if times > 1 else "")
        for query, times in one.queries[:QUESTIONS_SHOWN]
    ]
    more = len(one.queries) - len(shown)
    return "; ".join(shown) + (f"; and {more:,} more" if more else "")
