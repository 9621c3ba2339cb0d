"""Suggested phrasings: what readers suggest, and how people asked for an entry, in words that it
does not have yet."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from faq.inbox import items
from faq.inbox.suggestions import MOST_WORDINGS, Suggestion, suggestions
from store import Entry, StoreError, normalised
from ui import context, edits
from ui.background import Found
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer
from ui.inbox import section
from ui.inbox.section import Dismissed, Section
from ui.text import counted, plain, shortened

HELP = (
    "Every known way of asking is tried as if it were not there, and every question with a thumb "
    "up: does it find its own entry, before and after?"
)


def _find(run: Context, dismissed: Dismissed) -> Found[Suggestion]:
    collection = run.editable
    suggested = tuple(one.id for one in collection.store.log.suggestions(MOST_WORDINGS))
    found: Found[Suggestion] = section.search("suggested phrasings").found(
        (run.entries_token, run.log_token, suggested), lambda: suggestions(collection)
    )
    entries = items.present(collection.store, [one.entry_id for one in found.items])
    kept = [
        one
        for one in found.items
        if one.key not in dismissed
        and (entry := entries.get(one.entry_id))
        and normalised(one.text) not in map(normalised, entry.content.ways_of_asking)
    ]
    return Found(kept, found.error, found.looking)


def _draw(run: Context, found: Sequence[Suggestion]) -> None:
    ids = [entry_id for one in found for entry_id in (one.entry_id, *one.lost)]
    entries = items.present(run.store, ids)
    for one in found:
        if one.entry_id in entries:  # else it was deleted since they were looked for
            _draw_one(one, entries)


def _draw_one(one: Suggestion, entries: Mapping[int, Entry]) -> None:
    entry = entries[one.entry_id]
    with section.item(one.key, one.text):
        st.caption(f"{_source(one)} “{plain(shortened(entry.content.question, 200))}”")
        st.markdown(_effect(one, entries), help=HELP)
        with section.buttons():
            button("Add this wording", f"add_{one.key}", _add, entry, one, icon="add")
            section.edit_button(entry, one.key)
            lost = [entries[entry_id] for entry_id in one.lost[:3] if entry_id in entries]
            others = {
                f"Edit “{plain(shortened(loser.content.question, 60))}”": partial(
                    drawer.edit_later, loser
                )
                for loser in lost
            }
            section.more(_keys(one), one.text, others=others)


def _source(one: Suggestion) -> str:
    if one.suggested:
        by = plain(shortened(one.suggested.actor, 40)) or "a reader"
        return f"Suggested by {by} on {section.day(one.suggested.at)} · should find"
    liked = ", with a thumb up" if one.liked else ""
    return f"Asked {section.times(one.count)}{liked} · found"


def _effect(one: Suggestion, entries: Mapping[int, Entry]) -> str:
    if one.lost:
        names = ", ".join(
            f"“{plain(shortened(entries[entry_id].content.question, 60))}”"
            for entry_id in one.lost[:3]
            if entry_id in entries
        )
        return f":orange-badge[Takes questions away] from {names or 'another entry'}"
    if one.won:
        more = counted(one.won, "more question")
        return f":green-badge[Helps] {more} would find this entry, none would be lost"
    return ":gray-badge[Neutral] no other question is answered differently"


def _add(entry: Entry, one: Suggestion) -> None:
    answered = _keys(one)[1:]
    if edits.teach(entry, [one.text], lambda: items.undismiss(context.store(), answered)):
        with suppress(StoreError):  # what was answered is not shown again, though it stays
            items.dismiss(context.store(), answered, context.collection().actor)


def _keys(one: Suggestion) -> list[str]:
    """Return the keys under which it is dismissed, and, if it is a reader's, answered."""
    by_reader = one.suggested and one.suggested.id
    return [one.key, items.suggestion_key(by_reader)] if by_reader else [one.key]


SUGGESTED = Section(
    "suggested phrasings",
    "People asked for these entries in words that they do not have yet. Add what helps.",
    _find,
    _draw,
)
