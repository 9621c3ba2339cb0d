"""Stale: entries that were to be looked at again by now."""

from datetime import date
from functools import partial

import streamlit as st

from faq.inbox.stale import MONTHS, months_after, review, stale, stale_key
from store import Entry
from ui import context, notice
from ui.background import Found
from ui.buttons import button
from ui.context import Context
from ui.inbox import section
from ui.inbox.section import Dismissed, Section, each
from ui.text import excerpt, plain, shortened, today


def _find(run: Context, dismissed: Dismissed) -> Found[Entry]:
    entries = stale(run.store, today())
    return Found([entry for entry in entries if stale_key(entry) not in dismissed])


def _draw(entry: Entry) -> None:
    key, content = stale_key(entry), entry.content
    with section.item(key, content.question):
        if content.answer:
            st.markdown(excerpt(content.answer, 300))
        facts = [plain(part) for part in (content.owner, content.category) if part]
        st.caption(" · ".join([f"Review by {content.review_by:%-d %B %Y}", *facts]))
        with section.buttons():
            help, later = f"Asks again in {MONTHS} months.", months_after(today())
            button("Still correct", f"correct_{key}", _set, entry, later, icon="check", help=help)
            section.edit_button(entry, key)
            others = {"Needs no review": partial(_set, entry, None)}
            section.more([key], content.question, others=others)


@notice.errors(notice.refuse)
def _set(entry: Entry, by: date | None) -> None:
    review(context.collection(), entry, by)
    result = f"comes back on {by:%-d %B %Y}" if by else "needs no review"
    question = shortened(entry.content.question, 80)

    def undo() -> str:
        review(context.collection(), entry, entry.content.review_by)
        return f"“{question}” waits for its review again."

    notice.give(f"“{question}” {result}.", undo, [entry.id])


STALE = Section(
    "stale",
    "Somebody wanted these entries looked at again. Are they still correct?",
    _find,
    each(_draw),
    needs_model=False,
)
