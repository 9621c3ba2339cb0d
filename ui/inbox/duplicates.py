"""Duplicates: entries that may say the same, side by side; a person decides."""

import streamlit as st

from faq.inbox.difference import WordDifference
from faq.inbox.duplicates import SimilarEntries, SimilarTexts, duplicates, with_entries
from store import Entry
from ui.background import Found
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer
from ui.inbox import section
from ui.inbox.section import Dismissed, Section, each
from ui.text import excerpt, plain, shortened


def _find(run: Context, dismissed: Dismissed) -> Found[SimilarEntries]:
    collection = run.collection
    found: Found[SimilarTexts] = section.search("duplicates").found(
        run.entries_token, lambda: duplicates(collection.resident(), collection.least_similar())
    )
    pairs = with_entries(collection.store, found.items)
    kept = [pair for pair in pairs if pair.key not in dismissed]
    return Found(kept, found.error, found.looking)


def _draw(pair: SimilarEntries) -> None:
    with section.item(pair.key):
        if pair.difference:
            badge = ":orange-badge[Similar, but not the same]"
            st.markdown(f"{badge} {_differ_by(pair.difference)}")
        both = (pair.first, pair.second)
        for column, kept, absorbed in zip(st.columns(2), both, both[::-1], strict=True):
            with column, st.container(gap="xsmall"):
                _draw_entry(kept)
                help = "The other goes to the bin, its ways of asking come here."
                key = f"merge_{pair.key}_{kept.id}"
                merge = (drawer.later, drawer.open_merge, kept, absorbed)
                with section.buttons():
                    button("Merge into this one", key, *merge, icon="merge", help=help)
                    section.edit_button(kept, pair.key)
        with section.buttons():
            what = f"{pair.first.content.question} / {pair.second.content.question}"
            section.more([pair.key], what, label="Keep both")
            st.caption(f"Similarity {pair.cosine:.2f}", width="content")


def _draw_entry(entry: Entry) -> None:
    content = entry.content
    st.markdown(f"**{plain(shortened(content.question, 200))}**")
    st.markdown(excerpt(content.answer, 200) or section.NO_ANSWER)
    facts = [f"Changed {section.day(entry.updated_at)} by {plain(shortened(entry.updated_by, 40))}"]
    if content.category:
        facts.append(plain(content.category))
    if content.status != "published":
        facts.append(content.status.value)
    st.caption(" · ".join(facts))


def _differ_by(difference: WordDifference) -> str:
    sides = [
        ", ".join(f"“{plain(shortened(word, 30))}”" for word in words)
        for words in (difference.left, difference.right)
    ]
    words = " / ".join(side or "none" for side in sides)
    return f"They differ by a {difference.kind}: {words}"


DUPLICATES = Section(
    "duplicates",
    "These entries are very similar. Merge those that say the same.",
    _find,
    each(_draw),
)
