"""Disliked: answers that helped somebody so little that they said so."""

from collections.abc import Sequence

import streamlit as st

from faq.inbox.disliked import Dislike, disliked
from store import Entry
from ui import resources
from ui.inbox import item
from ui.inbox.finding import Found, State
from ui.text import excerpt, plain, shortened


def find(state: State) -> Found[Dislike]:
    """Return the answers with a thumb down that nobody dealt with."""
    return Found(disliked(resources.store(), state.dismissed))


def show(found: Found[Dislike]) -> None:
    hint = "Somebody gave these answers a thumb down. Put the entry right, or write another one."
    item.section("Disliked", hint, found, _show_all)


def _show_all(dislikes: Sequence[Dislike]) -> None:
    found = resources.store().get([one.entry_id for one in dislikes])
    entries = {entry.id: entry for entry in found}
    for one in dislikes:
        if one.entry_id in entries:  # else it was deleted since they were looked for
            _show(one, entries[one.entry_id])


def _show(one: Dislike, entry: Entry) -> None:
    content = entry.content
    with st.container(border=True, key=f"item_{one.key}", gap="xsmall"):
        st.markdown(f"**{plain(shortened(one.question, 200))}**")
        answer = excerpt(content.answer, 300) or ":gray[no answer yet]"
        st.markdown(f"{plain(shortened(content.question))} — {answer}")
        times = item.times(one.count)
        st.caption(f"Thumb down {times}, last on {item.day(one.last_at)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Edit the entry",
                key=f"edit_{one.key}",
                icon=":material/edit:",
                on_click=item.edit,
                args=(entry,),
            )
            st.button(
                "Done",
                key=f"done_{one.key}",
                on_click=item.dismiss,
                args=([one.done_key], one.question, "Done with"),
                help="Comes back when it is disliked again.",
            )
            item.dismiss_button([one.key], one.question)
