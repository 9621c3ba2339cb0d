"""What was found for a question: the best match open, the others closed, what to do with each."""

from collections.abc import Set

import streamlit as st

from faq.collection import SearchResult
from faq.query_log import policy
from faq.search.ranking import Match, closeness
from store import Content, Entry
from ui import browser, context, model, notice, similarity
from ui.ask import settling, why
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer
from ui.text import plain, shortened

FENCE = "```"  # begins and ends code
SHOWN_WHOLE = 2_000  # characters of an answer: a screen
LONGEST_ID = 18  # digits: of a database's integers
DOWN = 0  # the thumb, as `st.feedback` returns it
LONGEST_REASON = 300  # characters


def show(run: Context, result: SearchResult) -> None:
    """Show the matches, how long the search took, and, where nothing answers, a way to add it."""
    if result.note:
        model.show_words_only(result.note)
    if not result.matches:
        st.markdown("No entry has one of these words.")
        return
    others = result.matches
    if result.answered:
        if closeness(others[0], run.ranking_named(result.ranking)) == "not sure":
            st.markdown("**Closest entry, not sure it answers this.**")
        _show_best(run, others[0], result)
        others = others[1:]
    elif not result.note:
        st.markdown("**No close match.** Nearest entries:")
    answers = result.answered or result.note
    for match in others:
        if answers or not run.may_edit:
            _show_other(run, match, result)
        else:
            _show_nearest(run, match, result)
    if run.may_edit:
        if not result.answered and st.button("Add as an entry", icon=":material/add:"):
            settling.settle()
            drawer.open_new(Content(result.query.strip()))
        timing = result.timing
        st.caption(
            f"{timing.total_seconds * 1000:.0f} ms: {timing.embed_seconds * 1000:.0f} ms to read "
            f"the question, {timing.search_seconds * 1000:.0f} ms to search"
        )
    elif not answers:
        _show_passed_on(run, result)


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
            why.button(match, result)
            key = f"thumb_{match.entry.id}_{hash(result.query)}"
            thumb = st.feedback("thumbs", key=key, on_change=_rate, args=(key,))
        if thumb == DOWN:
            _ask_what_was_missing(key)
        why.show(run, match, result)


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
                why.button(match, result)
            why.show(run, match, result)


def _show_nearest(run: Context, match: Match, result: SearchResult) -> None:
    """Show a match below the threshold, with a way to say that it answers the question."""
    with st.container(horizontal=True, key=f"nearest_{match.entry.id}"):
        with st.container(width="stretch"):
            _show_other(run, match, result)
        if st.button("It is this entry", key=f"same_{match.entry.id}"):
            from ui import edits  # only now: the first page comes faster

            settling.settle()
            edits.teach(match.entry, [result.query])
            st.rerun()  # what offers to undo it is outside the fragment


def _show_passed_on(run: Context, result: SearchResult) -> None:
    """Tell a reader what becomes of a question without an answer, and let them say which of the
    entries answers it."""
    if policy(run.collection.state).kept and not run.store.read_only:
        st.markdown("Your question was passed on to those who edit the collection.")
    with st.popover("Suggest an entry", key="suggest"):
        st.caption("Which of these answers your question?")
        for match in result.matches:
            label, key = plain(shortened(match.entry.content.question)), f"same_{match.entry.id}"
            button(label, key, _suggest, match.entry, result.query, quiet=True)


def _suggest(entry: Entry, wording: str) -> None:
    from ui import edits  # only now: the first page comes faster

    settling.settle()
    edits.suggest(entry, wording)


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
    st.caption(" · ".join(filter(None, (why.line(match), _origin(match.entry)))))


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


def _ask_what_was_missing(thumb_key: str) -> None:
    """Thank for a thumb down, and ask for its reason in a line."""
    missing_key = f"missing_{thumb_key}"
    if st.session_state.get(missing_key):
        st.caption("Thank you. Whoever edits the collection sees it.")
        return
    st.text_input(
        "Thank you. What was missing?",
        key=missing_key,
        max_chars=LONGEST_REASON,
        placeholder="In a line, if you like",
        on_change=_rate,
        args=(thumb_key,),
    )


@notice.errors(notice.refuse)
def _rate(key: str) -> None:
    """Keep a thumb with the question: 1 up, 0 down, None taken back; and what was missing."""
    thumb = {1: 1, DOWN: -1}.get(st.session_state[key])
    missing = st.session_state.get(f"missing_{key}") or "" if thumb == -1 else ""
    store, logged = context.read().store, settling.of_session().settle()
    if logged is not None:
        store.log.rate(logged, thumb, missing[:LONGEST_REASON])
    elif policy(store.state()).kept:  # read-only, or the disk is full
        notice.refuse("Your rating could not be kept: the question is not in the log.")
