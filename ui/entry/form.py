"""The fields of one entry: what people write, how much of it the model reads, and whether the entry
exists already."""

from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from errors import AskwellError
from faq.content import one_a_line
from store import Content, Entry, Status
from ui import resources
from ui.entry import wins
from ui.reading import show_reading
from ui.text import markdown, plain, shortened

FIELD = "entry_field_"


def fill(content: Content) -> None:
    """Put content into the fields. Call it before they are drawn, or in a callback."""
    for name, value in _as_fields(content).items():
        st.session_state[FIELD + name] = value


def written(before: Content) -> Content:
    """Return what stands in the fields, or `before` in those that were not drawn yet."""
    fields = {
        name: st.session_state.get(FIELD + name, value)
        for name, value in _as_fields(before).items()
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
        must_find=one_a_line(fields["must_find"] or ""),
        must_not_find=one_a_line(fields["must_not_find"] or ""),
    )


def draw(entry: Entry | None, before: Content) -> None:
    """Draw the fields; `entry` is the one that is edited, if it exists already."""
    st.text_input("Question", key=FIELD + "question", placeholder="What people ask")
    question = written(before).question
    # What comes and goes has a place of its own: were the fields below to move, the browser would
    # make them anew under the hands of whoever is typing.
    with st.container():
        show_reading([question])
        _show_similar(question, entry)
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
        st.markdown(
            markdown(written(before).answer) or ":gray[Nothing to show yet.]", anchors=False
        )
    st.text_area(
        "Other ways people ask this",
        key=FIELD + "phrasings",
        height=120,
        placeholder="One a line. Nothing makes an entry easier to find.",
    )
    with st.container():
        show_reading(written(before).phrasings)
    with st.container():
        if entry:
            wins.show(entry)
    _show_filing()


def draw_tests() -> DeltaGenerator:
    """Draw the fields of the entry's tests; return the place for what became of them."""
    with st.expander("Tests", key="drawer_tests"):
        st.caption("Questions that are tried with every change of an entry. One a line.")
        st.text_area("Must find this entry", key=FIELD + "must_find", height=90)
        st.text_area("Must not find this entry", key=FIELD + "must_not_find", height=68)
        return st.container()


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
        "must_find": "\n".join(content.must_find),
        "must_not_find": "\n".join(content.must_not_find),
    }


def _show_similar(question: str, entry: Entry | None) -> None:
    """Warn where an entry like this exists already."""
    if not question.strip() or not resources.embedder().ready:
        return
    try:
        alike = resources.collection().alike(question, but=entry.id if entry else None)
    except AskwellError:
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
