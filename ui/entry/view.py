"""One entry, to be read by somebody who may not change it."""

import streamlit as st

from store import Entry
from ui import browser
from ui.text import markdown, plain


def open_entry(entry: Entry) -> None:
    """Open the drawer with an entry."""
    st.dialog("Entry", width="medium", position="right")(_drawer)(entry)


def _drawer(entry: Entry) -> None:
    content = entry.content
    st.markdown(f"### {plain(content.question)}", anchors=False)
    if content.answer:
        st.markdown(markdown(content.answer), anchors=False)
    else:
        st.caption("This entry has no answer yet.")
    st.caption(" · ".join(_filing(entry)))
    if content.phrasings:
        st.markdown("**Other ways people ask this**")
        st.markdown("\n".join(f"- {plain(text)}" for text in content.phrasings))
    with st.container(horizontal=True):
        if content.answer:
            browser.copy_text("Copy answer", content.answer, key=f"copy_{entry.id}")
        browser.copy_link("Copy link", f"?entry={entry.id}", key=f"link_{entry.id}")


def _filing(entry: Entry) -> list[str]:
    content = entry.content
    told = [content.category, ", ".join(content.tags)]
    told += [f"owner {content.owner}" if content.owner else "", content.source]
    told.append(f"changed {entry.updated_at:%-d %B %Y} by {entry.updated_by}")
    if content.review_by:
        told.append(f"review by {content.review_by:%-d %B %Y}")
    return [plain(part) for part in told if part]
