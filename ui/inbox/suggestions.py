"""Suggested phrasings: what readers suggest, and how people asked for an entry, in words that it
does not have yet."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from faq.inbox.suggestions import MOST, Suggestion, suggestions
from store import Entry, StoreError, normalised
from ui import learning, resources
from ui.inbox import finding, item
from ui.inbox.finding import Found, State
from ui.text import plain, shortened

HELP = (
    "Every known way of asking is tried as if it were not there, and every question with a thumb "
    "up: does it find its own entry, before and after?"
)


def find(state: State) -> Found[Suggestion]:
    """Look for wordings that entries could take up."""
    collection = resources.collection()
    suggested = tuple(one.id for one in collection.store.suggestions(MOST))
    found: Found[Suggestion] = finding.search("suggested phrasings").found(
        (state.entries, state.log, suggested, state.fingerprint), lambda: suggestions(collection)
    )
    entries = _entries([one.entry_id for one in found.items])
    kept = [
        one
        for one in found.items
        if one.key not in state.dismissed
        and (entry := entries.get(one.entry_id))
        and normalised(one.text) not in map(normalised, entry.content.ways_of_asking)
    ]
    return Found(kept, found.error, found.looking)


def show(found: Found[Suggestion]) -> None:
    hint = "People asked for these entries in words that they do not have yet. Add what helps."
    item.section("Suggested phrasings", hint, found, _show_all)


def _entries(ids: Sequence[int]) -> dict[int, Entry]:
    found = resources.store().get(sorted(set(ids)))
    return {entry.id: entry for entry in found if not entry.deleted}


def _show_all(found: Sequence[Suggestion]) -> None:
    entries = _entries([entry_id for one in found for entry_id in (one.entry_id, *one.lost)])
    for one in found:
        if one.entry_id in entries:  # else it was deleted since they were looked for
            _show(one, entries)


def _show(one: Suggestion, entries: dict[int, Entry]) -> None:
    entry = entries[one.entry_id]
    with st.container(border=True, key=f"item_{one.key}", gap="xsmall"):
        st.markdown(f"**{plain(shortened(one.text, 200))}**")
        st.caption(f"{_told(one)} “{plain(shortened(entry.content.question, 200))}”")
        st.markdown(_effect(one, entries), help=HELP)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Add this wording",
                key=f"add_{one.key}",
                icon=":material/add:",
                on_click=_add,
                args=(entry, one),
            )
            st.button(
                "Dismiss",
                key=f"dismiss_{one.key}",
                type="tertiary",
                on_click=_dismiss,
                args=(one,),
            )


def _told(one: Suggestion) -> str:
    if one.suggested:
        by = plain(shortened(one.suggested.actor, 40)) or "a reader"
        return f"Suggested by {by} on {item.day(one.suggested.at)} · should find"
    liked = ", with a thumb up" if one.liked else ""
    return f"Asked {item.times(one.count)}{liked} · found"


def _add(entry: Entry, one: Suggestion) -> None:
    if learning.teach(entry, [one.text], on_undo=partial(_suggest_again, one)):
        _answered(one)


def _dismiss(one: Suggestion) -> None:
    item.dismiss(
        [one.key],
        one.text,
        on_done=partial(_answered, one),
        on_undo=partial(_suggest_again, one),
    )


def _answered(one: Suggestion) -> None:
    if one.suggested and one.suggested.id:
        with suppress(StoreError):  # what was answered is not shown again, though it stays
            resources.store().delete_suggestions([one.suggested.id])


def _suggest_again(one: Suggestion) -> None:
    if one.suggested:
        resources.store().suggest(one.suggested)


def _effect(one: Suggestion, entries: dict[int, Entry]) -> str:
    if one.lost:
        names = ", ".join(
            f"“{plain(shortened(entries[entry_id].content.question, 60))}”"
            for entry_id in one.lost[:3]
            if entry_id in entries
        )
        return f":orange-badge[Takes questions away] from {names or 'another entry'}"
    if one.won:
        questions = "one more question" if one.won == 1 else f"{one.won:,} more questions"
        return f":green-badge[Helps] {questions} would find this entry, none would be lost"
    return ":gray-badge[Neutral] no other question is answered differently"
