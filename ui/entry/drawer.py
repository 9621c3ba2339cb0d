"""The drawer of one entry, opened: to write it, or to read it by somebody who may not change it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from faq.editing.merging import merged
from faq.editing.unsaved import new_id
from store import Content, Entry
from ui import browser, context
from ui.text import markdown, plain, when

WANTED = "drawer_wanted"  # what opens the drawer


@dataclass(frozen=True, slots=True)
class Opened:
    """What the drawer shows: an entry, or None for a new one, and the text it began with. What is
    not saved is kept under `id`. `absorbed` is an entry that becomes part of this one."""

    entry: Entry | None
    content: Content
    id: str = field(default_factory=new_id)
    absorbed: Entry | None = None


def open_entry(entry: Entry) -> None:
    """Open the drawer with an entry: to write it; for a reader, and in the bin, to read it."""
    if context.read().may_edit and not entry.deleted:
        go_on(Opened(entry, entry.content))
    else:
        title = "Deleted entry" if entry.deleted else "Entry"
        st.dialog(title, width="medium", position="right")(_show_to_reader)(entry)


def open_new(content: Content) -> None:
    """Open the drawer for a new entry that begins with `content`."""
    go_on(Opened(None, content))


def open_merge(kept: Entry, absorbed: Entry) -> None:
    """Open the drawer to make one entry of two."""
    go_on(Opened(kept, kept.content, absorbed=absorbed), merged(kept.content, absorbed.content))


def later(open: Callable[..., None], *args: object) -> None:
    """Open the drawer by one of these functions, `open(*args)`, once the page is drawn."""
    st.session_state[WANTED] = partial(open, *args)


def edit_later(entry: Entry) -> None:
    """Open the drawer with an entry, once the page is drawn."""
    later(open_entry, entry)


def is_wanted() -> bool:
    """Return whether the drawer is opened once the page is drawn. A page that would soon run again,
    which closes it, does not then."""
    return WANTED in st.session_state


def open_wanted() -> None:
    """Open the drawer if it is wanted."""
    if wanted := st.session_state.pop(WANTED, None):
        wanted()


def go_on(opened: Opened, written: Content | None = None) -> None:
    """Open the drawer to write in it, with `written` in its fields where that was left unsaved."""
    from ui.entry import editor  # only now: the first page does not wait for it

    editor.show(opened, written)


def _show_to_reader(entry: Entry) -> None:
    content = entry.content
    st.markdown(f"### {plain(content.question)}", anchors=False)
    if content.answer:
        st.markdown(markdown(content.answer), anchors=False)
    else:
        st.caption("This entry has no answer yet.")
    st.caption(" · ".join(plain(part) for part in _filing(entry) if part))
    if content.phrasings:
        st.markdown("**Other ways people ask this**")
        st.markdown("\n".join(f"- {plain(text)}" for text in content.phrasings))
    if not entry.deleted:
        browser.copy_entry(entry)


def _filing(entry: Entry) -> list[str]:
    content = entry.content
    return [
        content.category,
        ", ".join(content.tags),
        f"owner {content.owner}" if content.owner else "",
        content.source,
        f"{'deleted' if entry.deleted else 'changed'} {when(entry.updated_at)} by "
        f"{entry.updated_by}",
        f"review by {content.review_by:%-d %B %Y}" if content.review_by else "",
    ]
