"""Disliked: answers that helped somebody so little that they said so."""

from collections.abc import Sequence

import streamlit as st

from faq.inbox.disliked import Dislike, disliked
from faq.inbox.items import present
from store import Entry
from ui.background import Found
from ui.context import Context
from ui.inbox import section
from ui.inbox.section import Section, State
from ui.text import excerpt, plain, shortened


def _find(state: State) -> Found[Dislike]:
    return Found(disliked(state.run.editable.store, state.dismissed))


def _draw(run: Context, dislikes: Sequence[Dislike]) -> None:
    entries = present(run.store, [one.entry_id for one in dislikes])
    for one in dislikes:
        if one.entry_id in entries:  # else it was deleted since they were looked for
            _draw_one(one, entries[one.entry_id])


def _draw_one(one: Dislike, entry: Entry) -> None:
    with section.item(one.key, one.question):
        answer = excerpt(entry.content.answer, 300) or section.NO_ANSWER
        st.markdown(f"{plain(shortened(entry.content.question))} — {answer}")
        st.caption(f"Thumb down {section.times(one.count)}, last on {section.day(one.last_at)}")
        with section.buttons():
            st.button(
                "Edit the entry",
                key=f"edit_{one.key}",
                icon=":material/edit:",
                on_click=section.edit,
                args=(entry,),
            )
            st.button(
                "Done",
                key=f"done_{one.key}",
                on_click=section.dismiss,
                args=([one.done_key], one.question, "Done with"),
                help="Comes back when it is disliked again.",
            )
            section.dismiss_button([one.key], one.question)


DISLIKED = Section(
    "disliked",
    "Somebody gave these answers a thumb down. Correct the entry, or write another one.",
    _find,
    _draw,
    needs_model=False,
)
