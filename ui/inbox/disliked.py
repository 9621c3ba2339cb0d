"""Disliked: answers that helped somebody so little that they said so."""

from functools import partial

import streamlit as st

from faq.inbox.disliked import Dislike, disliked
from ui.background import Found
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer
from ui.inbox import section
from ui.inbox.section import Dismissed, Section, each
from ui.text import excerpt, plain, shortened

MISSING_SHOWN = 3


def _find(run: Context, dismissed: Dismissed) -> Found[Dislike]:
    return Found(disliked(run.editable.store, dismissed))


def _draw(one: Dislike) -> None:
    entry = one.entry
    with section.item(one.key, one.question):
        answer = excerpt(entry.content.answer, 300) or section.NO_ANSWER
        st.markdown(f"{plain(shortened(entry.content.question))} — {answer}")
        for text in one.missing[:MISSING_SHOWN]:
            st.markdown(f"What was missing: “{plain(shortened(text, 300))}”")
        st.caption(f"Thumb down {section.times(one.count)}, last on {section.day(one.last_at)}")
        with section.buttons():
            button("Edit the entry", f"edit_{one.key}", drawer.edit_later, entry, icon="edit")
            done = partial(section.dismiss, [one.done_key], one.question, "Done with")
            others = {"Done, until it is disliked again": done}
            section.more([one.key], one.question, "Dismiss for good", others)


DISLIKED = Section(
    "disliked",
    "Somebody gave these answers a thumb down. Correct the entry, or write another one.",
    _find,
    each(_draw),
    needs_model=False,
)
