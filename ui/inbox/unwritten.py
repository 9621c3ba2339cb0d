"""Unwritten: entries that readers find, and that have no answer yet."""

import streamlit as st

from faq.inbox.unwritten import Unwritten, unwritten
from ui.background import Found
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer
from ui.inbox import section
from ui.inbox.section import Dismissed, Section, each
from ui.text import counted, plain, shortened


def _find(run: Context, dismissed: Dismissed) -> Found[Unwritten]:
    return Found(unwritten(run.store, dismissed))


def _draw(one: Unwritten) -> None:
    heading = f"{counted(one.total, 'entry has', 'entries have')} no answer yet"
    with section.item(one.key, heading):
        for entry in one.entries:
            question = plain(shortened(entry.content.question, 90))
            key = f"unwritten_{entry.id}"
            button(question, key, drawer.edit_later, entry, icon="edit", quiet=True)
        if one.total > len(one.entries):
            st.caption(f"and {one.total - len(one.entries):,} more")
        with section.buttons():
            button("Write one now", f"write_{one.key}", drawer.edit_later, one.entries[0])
            section.more([one.key], heading)


UNWRITTEN = Section(
    "missing answers",
    "Readers find these entries, and read nothing there.",
    _find,
    each(_draw),
    needs_model=False,
    size=lambda items: sum(one.total for one in items),
)
