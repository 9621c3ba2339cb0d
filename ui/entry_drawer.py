"""The drawer in which one entry is written and read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import streamlit as st

from embedding import EmbeddingError
from faq.content import InvalidEntry, one_a_line
from store import Content, Entry, StaleEdit, Status, StoreError
from ui import notice, resources
from ui.text import markdown, plain, shortened

OPENED = "drawer"  # what the drawer was opened with
OUTCOME = "drawer_outcome"  # how saving went: "close", a sentence, or the edit that came between
CONFLICT = "drawer_conflict"  # the edit that came between, until the person has decided
UNSAVED = "drawer_unsaved"  # what was written in it when it was closed without saving
FIELD = "drawer_field_"
ACTIONS = {"add": "Added", "edit": "Changed", "remove": "Deleted", "restore": "Restored"}


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands in the drawer: an entry, or None for a new one, and the text it began with."""

    entry: Entry | None
    content: Content


def open_entry(entry: Entry) -> None:
    """Open the drawer with an entry."""
    _open(Opened(entry, entry.content))


def open_new(content: Content) -> None:
    """Open the drawer for a new entry that begins with `content`."""
    _open(Opened(None, content))


def show_unsaved() -> None:
    """Offer to go on with text that was left unsaved, where there is some."""
    if UNSAVED not in st.session_state:
        return
    opened, written = st.session_state[UNSAVED]
    with st.container(horizontal=True, vertical_alignment="center", key="unsaved"):
        st.markdown("The entry was closed with text that is not saved.", width="content")
        if st.button("Go on writing", key="unsaved_go_on"):
            del st.session_state[UNSAVED]
            _open(opened, written)
        if st.button("Throw it away", key="unsaved_throw", type="tertiary"):
            del st.session_state[UNSAVED]
            st.rerun()


def _open(opened: Opened, written: Content | None = None) -> None:
    _begin(opened, written)
    title = "Edit entry" if opened.entry else "New entry"
    drawer = st.dialog(title, width="medium", position="right", on_dismiss=_dismissed)
    drawer(_drawer)()


def _begin(opened: Opened, written: Content | None = None) -> None:
    """Let the drawer stand for `opened`, with `written` in its fields."""
    st.session_state[OPENED] = opened
    st.session_state.pop(CONFLICT, None)
    for name, value in _as_fields(written or opened.content).items():
        st.session_state[FIELD + name] = value


def _as_fields(content: Content) -> dict[str, Any]:
    return {
        "question": content.question,
        "answer": content.answer,
        "phrasings": "\n".join(content.phrasings),
        "category": content.category or None,
        "tags": list(content.tags),
        "status": content.status,
        "key": content.key or "",
        "owner": content.owner,
        "source": content.source,
        "review_by": content.review_by,
    }


def _written() -> Content:
    """Return what stands in the fields."""
    opened: Opened = st.session_state[OPENED]
    blank = _as_fields(opened.content)
    fields: Mapping[str, Any] = {
        name: st.session_state.get(FIELD + name, value) for name, value in blank.items()
    }
    return Content(
        question=fields["question"] or "",
        answer=fields["answer"] or "",
        key=fields["key"] or None,
        category=fields["category"] or "",
        tags=tuple(fields["tags"]),
        phrasings=one_a_line(fields["phrasings"] or ""),
        status=fields["status"] or Status.PUBLISHED,
        owner=fields["owner"] or "",
        source=fields["source"] or "",
        review_by=fields["review_by"],
    )


def _dismissed() -> None:
    opened: Opened = st.session_state[OPENED]
    written = _written()
    if written != opened.content:
        st.session_state[UNSAVED] = (opened, written)


def _drawer() -> None:
    opened: Opened = st.session_state[OPENED]
    st.text_input("Question", key=FIELD + "question", placeholder="What people ask")
    question = _written().question
    _show_reading([question])
    _show_similar(question, opened.entry)
    write, preview = st.tabs(["Write the answer", "Preview"])
    with write:
        st.text_area(
            "Answer",
            key=FIELD + "answer",
            height=180,
            placeholder="Markdown works: **bold**, lists, links",
            label_visibility="collapsed",
        )
    with preview:
        st.markdown(markdown(_written().answer) or ":gray[Nothing to show yet.]", anchors=False)
    st.text_area(
        "Other ways people ask this",
        key=FIELD + "phrasings",
        height=120,
        placeholder="One a line. Nothing makes an entry easier to find.",
    )
    _show_reading(_written().phrasings)
    _show_filing()
    _show_buttons(opened)
    if opened.entry:
        _show_history(opened.entry)


def _show_reading(texts: tuple[str, ...] | list[str]) -> None:
    """Say how much of the texts the model reads, and where it stops."""
    texts = [text for text in texts if text.strip()]
    if not texts:
        return
    try:
        counts = resources.collection().tokens(texts)
    except EmbeddingError:
        return  # the model is not there yet; saving will say so
    longest = max(counts, key=lambda count: count.count)
    st.caption(f"{longest.count} of {longest.limit} tokens")
    for text, count in zip(texts, counts, strict=True):
        if count.truncated:
            end = count.read_characters
            read = plain(text[max(0, end - 80) : end])
            unread = plain(shortened(text[end:], 80))
            st.warning(
                f"The model stops reading here: …{read} :red[▏] :gray[{unread}]",
                icon=":material/content_cut:",
            )


def _show_similar(question: str, entry: Entry | None) -> None:
    """Warn where an entry like this exists already."""
    if not question.strip() or not resources.embedder().ready:
        return
    try:
        alike = resources.collection().alike(question, but=entry.id if entry else None)
    except (StoreError, EmbeddingError):
        return  # the search itself will say what is wrong
    if alike:
        st.warning(
            "There is an entry like this already: "
            + "; ".join(
                f"“{plain(shortened(match.entry.content.question))}” ({match.cosine:.2f})"
                for match in alike
            ),
            icon=":material/content_copy:",
        )


def _show_filing() -> None:
    categories = [name for name, _ in resources.store().categories()]
    chosen = st.session_state.get(FIELD + "category")
    st.selectbox(
        "Category",
        list(dict.fromkeys([*categories, *([chosen] if chosen else [])])),
        key=FIELD + "category",
        index=None,
        accept_new_options=True,
        placeholder="Choose or type one",
    )
    with st.expander("More"):
        st.segmented_control(
            "Status",
            list(Status),
            key=FIELD + "status",
            required=True,
            format_func=lambda status: status.value.capitalize(),
            help="Only published entries are found by questions.",
        )
        tags = st.session_state.get(FIELD + "tags") or []
        st.multiselect(
            "Tags",
            tags,
            key=FIELD + "tags",
            accept_new_options=True,
            placeholder="Type one and press Enter",
        )
        st.text_input("Source", key=FIELD + "source", placeholder="Where the answer comes from")
        st.text_input("Owner", key=FIELD + "owner")
        st.date_input("Review by", key=FIELD + "review_by", min_value=date(2000, 1, 1))
        st.text_input("Key", key=FIELD + "key", help="A stable name for other programs.")


def _show_buttons(opened: Opened) -> None:
    outcome = st.session_state.pop(OUTCOME, None)
    if outcome == "close":
        st.rerun()
    elif isinstance(outcome, StaleEdit):
        st.session_state[CONFLICT] = outcome
    elif outcome:
        st.error(outcome)
    if CONFLICT in st.session_state:
        _show_conflict(st.session_state[CONFLICT])
    with st.container(horizontal=True):
        st.button("Save", type="primary", key="drawer_save", on_click=_save)
        if opened.entry:
            st.button("Duplicate", key="drawer_duplicate", on_click=_duplicate)
            st.button("Delete", key="drawer_delete", on_click=_delete, icon=":material/delete:")
        else:
            st.button("Save and add another", key="drawer_another", on_click=_save, args=(True,))


def _save(add_another: bool = False) -> None:
    """Save what is written; leave in the session whether to close, or why not."""
    opened: Opened = st.session_state[OPENED]
    collection = resources.collection()
    written = _written()
    try:
        if opened.entry:
            entry = collection.edit(opened.entry, written)
        else:
            entry = collection.add(written)
    except StaleEdit as conflict:
        st.session_state[OUTCOME] = conflict
    except (InvalidEntry, StoreError, EmbeddingError) as error:
        st.session_state[OUTCOME] = str(error)
    else:
        notice.give(f"Saved “{shortened(entry.content.question, 80)}”.")
        if add_another:
            _begin(Opened(None, Content("", category=written.category)))
            st.toast("Saved. Here is the next one.")
        else:
            st.session_state[OUTCOME] = "close"


def _duplicate() -> None:
    """Go on with a copy, as a new entry without a key."""
    copy = replace(_written(), key=None)
    _begin(Opened(None, Content("")), copy)


def _delete() -> None:
    opened: Opened = st.session_state[OPENED]
    assert opened.entry is not None
    remove([opened.entry.id])
    st.session_state[OUTCOME] = "close"


def _show_conflict(conflict: StaleEdit) -> None:
    """Show what somebody else saved in the meantime, and let the person decide."""
    theirs = conflict.current.content
    st.warning(str(conflict), icon=":material/group:")
    with st.container(border=True):
        st.caption(f"Saved by {plain(conflict.current.updated_by)}")
        st.markdown(f"**{plain(theirs.question)}**")
        st.markdown(markdown(theirs.answer), anchors=False)
        if theirs.phrasings:
            st.caption("Other ways: " + "; ".join(plain(text) for text in theirs.phrasings))
        with st.container(horizontal=True):
            st.button("Take this text", on_click=_take_theirs, args=(conflict,))
            st.button("Keep mine, then save", on_click=_keep_mine, args=(conflict,))


def _take_theirs(conflict: StaleEdit) -> None:
    _begin(Opened(conflict.current, conflict.current.content))


def _keep_mine(conflict: StaleEdit) -> None:
    _begin(Opened(conflict.current, conflict.current.content), _written())


def _show_history(entry: Entry) -> None:
    with st.expander("History", on_change="rerun", key="drawer_history") as history:
        if not history.open:
            return
        for revision in resources.store().revisions(entry.id):
            st.caption(
                f"{ACTIONS[revision.action]} by {plain(revision.actor)}, "
                f"{revision.at:%-d %B %Y %H:%M} UTC"
            )


def remove(entry_ids: list[int]) -> None:
    """Delete entries, with the way back offered."""
    removed = resources.collection().remove(entry_ids)
    what = "the entry" if len(removed) == 1 else f"{len(removed):,} entries"
    notice.give(f"Deleted {what}.", undo=lambda: restore(removed))


def restore(entry_ids: list[int]) -> None:
    try:
        resources.collection().restore(entry_ids)
    except StoreError as error:
        notice.give(str(error))
