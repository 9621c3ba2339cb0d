"""Stale: entries that were to be looked at again by now."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from embedding import EmbeddingError
from faq.inbox.stale import MONTHS, months_after, review, stale, stale_key
from store import Entry, StoreError
from ui import notice, resources
from ui.dates import today
from ui.inbox import item
from ui.inbox.finding import Found, State
from ui.text import excerpt, plain, shortened


def find(state: State) -> Found[Entry]:
    """Return the entries whose review-by date has passed."""
    entries = stale(resources.store(), today())
    return Found([entry for entry in entries if stale_key(entry) not in state.dismissed])


def show(found: Found[Entry]) -> None:
    hint = "Somebody wanted these entries looked at again. Are they still correct?"
    item.section("Stale", hint, found, _show_all)


def _show_all(entries: Sequence[Entry]) -> None:
    for entry in entries:
        _show(entry)


def _show(entry: Entry) -> None:
    key, content = stale_key(entry), entry.content
    with st.container(border=True, key=f"item_{key}", gap="xsmall"):
        st.markdown(f"**{plain(shortened(content.question, 200))}**")
        if content.answer:
            st.markdown(excerpt(content.answer, 300))
        told = [f"Review by {content.review_by:%-d %B %Y}"]
        told += [plain(part) for part in (content.owner, content.category) if part]
        st.caption(" · ".join(told))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Still correct",
                key=f"correct_{key}",
                icon=":material/check:",
                on_click=_set,
                args=(entry, months_after(today())),
                help=f"Asks again in {MONTHS} months.",
            )
            st.button("Edit", key=f"edit_{key}", on_click=item.edit, args=(entry,))
            st.button(
                "Needs no review",
                key=f"never_{key}",
                type="tertiary",
                on_click=_set,
                args=(entry, None),
                help="Takes the date away.",
            )
            item.dismiss_button([key], content.question)


def _set(entry: Entry, by: date | None) -> None:
    if not _review(entry, by):
        return
    told = f"comes back on {by:%-d %B %Y}" if by else "needs no review"
    question = shortened(entry.content.question, 80)
    notice.give(f"“{question}” {told}.", undo=lambda: _take_back(entry))


def _take_back(entry: Entry) -> None:
    _review(entry, entry.content.review_by)


def _review(entry: Entry, by: date | None) -> bool:
    try:
        review(resources.collection(), entry, by)
    except (StoreError, EmbeddingError) as error:
        notice.refuse(str(error))
        return False
    return True
