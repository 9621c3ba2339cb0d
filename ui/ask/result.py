"""What was found for a question: the best match open, the others closed, what to do with each."""

from collections.abc import Set

import streamlit as st

from faq.collection import SearchResult
from faq.query_log import policy
from faq.search.ranking import Match, closeness
from store import Content, Entry
from ui import browser, context, model, notice, similarity
from ui.ask import settling, why
from ui.context import Context
from ui.entry import drawer
from ui.text import plain, shortened

FENCE = "```"  # begins and ends code
SHOWN_WHOLE = 2_000  # characters of an answer: a screen
LONGEST_ID = 18  # digits: of a database's integers


def show(run: Context, result: SearchResult) -> None:
    """Show the matches, how long the search took, and, where nothing answers, a way to add it."""
    if result.note:
        model.show_words_only(result.note)
    if not result.matches:
        st.markdown(
            "No entry has one of these words." if result.note else "There is nothing to find yet."
        )
        return
    others = result.matches
    if result.answered:
        if closeness(others[0], run.ranking_named(result.ranking)) == "not sure":
            st.markdown("**Closest entry, not sure it answers this.**")
        _show_best(run, others[0], result)
        others = others[1:]
    elif not result.note:
        st.markdown("**No close match.** Nearest entries:")
    for match in others:
        if result.answered or result.note:
            _show_other(run, match, result)
        else:
            _show_nearest(run, match, result)
    may_add = not result.answered and run.may_edit
    if may_add and st.button("Add as an entry", icon=":material/add:"):
        settling.settle()
        drawer.open_new(Content(result.query.strip()))
    timing = result.timing
    st.caption(
        f"{timing.total_seconds * 1000:.0f} ms: {timing.embed_seconds * 1000:.0f} ms to read the "
        f"question, {timing.search_seconds * 1000:.0f} ms to search"
    )


def show_linked(run: Context, entry_id: str) -> None:
    """Show the entry that a link leads to; `entry_id` is text of the address."""
    is_id = entry_id.isdecimal() and len(entry_id) <= LONGEST_ID
    entry = run.collection.get(int(entry_id)) if is_id else None
    if entry is None:
        st.caption("The entry that this link led to is not there any more.")
        return
    with st.container(border=True, key="linked"):
        st.markdown(f"#### {plain(entry.content.question)}", anchors=False)
        _show_answer(entry)
        st.caption(_origin(entry))
        with st.container(horizontal=True):
            _show_actions(run, entry)


def _show_best(run: Context, match: Match, result: SearchResult) -> None:
    close = closeness(match, run.ranking_named(result.ranking))
    with st.container(border=True, key="best"):
        heading, how = st.columns([5, 1], vertical_alignment="top")
        question = why.marked_line(match.entry.content.question, why.wanted(match, result))
        heading.markdown(f"#### {question}", anchors=False)
        how.markdown(similarity.badge(close), text_alignment="right", width="stretch")
        _show_match(match, result)
        with st.container(horizontal=True, vertical_alignment="center"):
            _show_actions(run, match.entry)
            why.button(run, match, result)
            key = f"thumb_{match.entry.id}_{hash(result.query)}"
            st.feedback("thumbs", key=key, on_change=_rate, args=(key,))


def _show_other(run: Context, match: Match, result: SearchResult) -> None:
    """Show a further match, closed: its question and how close it is, in one line."""
    label = why.marked_line(shortened(match.entry.content.question), why.wanted(match, result))
    if match.cosine is not None and result.answered:
        label += f"  {similarity.badge(closeness(match, run.ranking_named(result.ranking)))}"
    key = f"match_{match.entry.id}"
    with st.expander(label, key=key, on_change=settling.settle) as opened:
        if opened.open:
            _show_match(match, result)
            with st.container(horizontal=True):
                _show_actions(run, match.entry)
                why.button(run, match, result)


def _show_nearest(run: Context, match: Match, result: SearchResult) -> None:
    """Show a match below the threshold, with a way to say that it answers the question."""
    with st.container(horizontal=True, key=f"nearest_{match.entry.id}"):
        with st.container(width="stretch"):
            _show_other(run, match, result)
        label = "It is this entry" if run.may_edit else "Suggest: it is this entry"
        if st.button(label, key=f"same_{match.entry.id}"):
            from ui import edits  # only now: the first page comes faster

            settling.settle()
            if run.may_edit:
                edits.teach(match.entry, [result.query])
            else:
                edits.suggest(match.entry, result.query)
            st.rerun()  # the notice is outside the fragment


def _show_match(match: Match, result: SearchResult) -> None:
    words = why.wanted(match, result)
    if passage := _passage(match):
        st.caption("From the answer:")
        st.markdown(why.marked_answer(passage, words), anchors=False)
        with st.expander("Whole answer", key=f"whole_{match.entry.id}", on_change="rerun") as whole:
            if whole.open:
                _show_answer(match.entry, words)
    else:
        _show_answer(match.entry, words)
    st.caption(" · ".join(filter(None, (why.line(match, result), _origin(match.entry)))))


def _passage(match: Match) -> str:
    """Return the passage of a long answer that matched; empty where all of the answer is shown."""
    start, stop = match.passage or (0, 0)
    answer = match.entry.content.answer
    if len(answer) <= SHOWN_WHOLE:
        return ""
    passage = answer[start:stop].strip()
    if passage == answer.strip():
        return ""
    in_code = passage and answer[:start].count(FENCE) % 2
    return f"{FENCE}\n{passage}" if in_code else passage


def _show_answer(entry: Entry, words: Set[str] = frozenset()) -> None:
    if entry.content.answer:
        st.markdown(why.marked_answer(entry.content.answer, words), anchors=False)
    else:
        st.caption("This entry has no answer yet.")


def _origin(entry: Entry) -> str:
    parts = (entry.content.category, shortened(entry.content.source))
    shown = [plain(part) for part in parts if part]
    return " · ".join([*shown, f"changed {entry.updated_at:%-d %B %Y}"])


def _show_actions(run: Context, entry: Entry) -> None:
    browser.copy_entry(entry)
    if run.may_edit and st.button("Edit", icon=":material/edit:", key=f"edit_{entry.id}"):
        settling.settle()
        drawer.open_entry(entry)


@notice.errors(notice.refuse)
def _rate(key: str) -> None:
    """Keep a thumb with the question: 1 up, 0 down, None taken back."""
    thumb = {1: 1, 0: -1}.get(st.session_state[key])
    store, logged = context.readable_store(), settling.of_session().settle()
    if logged is not None:
        store.log.rate(logged, thumb)
    elif policy(store.state()).kept:  # read-only, or the disk is full
        notice.refuse("Your rating could not be kept: the question is not in the log.")
