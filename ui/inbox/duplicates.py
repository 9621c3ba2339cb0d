"""Duplicates: entries that may say the same, side by side; a person decides."""

from collections.abc import Sequence

import streamlit as st

from embedding import EmbeddingError
from faq.content import InvalidEntry
from faq.editing.merging import merge, unmerge
from faq.inbox.difference import Difference
from faq.inbox.duplicates import NearPair, Pair, duplicates, told_apart
from store import Entry, StoreError
from ui import notice, resources
from ui.inbox import finding, item
from ui.inbox.finding import Found, State
from ui.text import excerpt, plain, shortened

KINDS = {"negation": "a negation", "number": "a number", "name": "a name"}


def find(state: State) -> Found[Pair]:
    """Look for entries that are very near to each other."""
    collection = resources.collection()
    found: Found[NearPair] = finding.search("duplicates").found(
        (state.entries, state.fingerprint), lambda: duplicates(collection)
    )
    pairs = told_apart(collection, list(found.items))
    kept = [pair for pair in pairs if pair.key not in state.dismissed]
    return Found(kept, found.error, found.looking)


def show(found: Found[Pair]) -> None:
    hint = "These entries are very near to each other. Merge those that say the same."
    item.section("Duplicates", hint, found, _show_all)


def _show_all(pairs: Sequence[Pair]) -> None:
    for pair in pairs:
        _show(pair)


def _show(pair: Pair) -> None:
    with st.container(border=True, key=f"item_{pair.key}", gap="xsmall"):
        if pair.difference:
            st.markdown(f":orange-badge[Close, but not the same] {_told(pair.difference)}")
        left, right = st.columns(2)
        for column, kept, absorbed in (
            (left, pair.first, pair.second),
            (right, pair.second, pair.first),
        ):
            with column:
                _show_entry(kept)
                st.button(
                    "Merge into this one",
                    key=f"merge_{pair.key}_{kept.id}",
                    icon=":material/merge:",
                    on_click=_merge,
                    args=(kept, absorbed),
                    help="The other goes to the bin, its ways of asking come here.",
                )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            told = f"{pair.first.content.question} / {pair.second.content.question}"
            item.dismiss_button([pair.key], told, label="Keep both")
            st.caption(f"Similarity {pair.cosine:.2f}", width="content")


def _show_entry(entry: Entry) -> None:
    content = entry.content
    st.markdown(f"**{plain(shortened(content.question, 200))}**")
    st.markdown(excerpt(content.answer, 200) or ":gray[no answer yet]")
    told = [plain(content.category)] if content.category else []
    told.append(f"changed {item.day(entry.updated_at)} by {plain(shortened(entry.updated_by, 40))}")
    if content.status != "published":
        told.insert(0, content.status.value.capitalize())
    st.caption(" · ".join(told))


def _told(difference: Difference) -> str:
    sides = [
        ", ".join(f"“{plain(shortened(word, 30))}”" for word in words)
        for words in (difference.left, difference.right)
    ]
    words = " / ".join(side or "none" for side in sides)
    return f"They differ by {KINDS[difference.kind]}: {words}"


def _merge(kept: Entry, absorbed: Entry) -> None:
    collection = resources.collection()
    try:
        standing = merge(collection, kept, absorbed)
    except (InvalidEntry, StoreError, EmbeddingError) as error:
        notice.refuse(str(error))
        return
    one, other = (shortened(entry.content.question, 60) for entry in (absorbed, kept))
    notice.give(
        f"Merged “{one}” into “{other}”.", undo=lambda: _take_apart(standing, kept, absorbed)
    )


def _take_apart(standing: Entry, kept: Entry, absorbed: Entry) -> None:
    try:
        unmerge(resources.collection(), standing, kept, absorbed)
    except (StoreError, EmbeddingError) as error:
        notice.refuse(str(error))
