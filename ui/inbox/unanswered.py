"""Unanswered: what people asked in vain becomes an entry, or another way of asking one; then it is
shown how that is answered."""

from collections.abc import Sequence

import streamlit as st

from errors import AskwellError
from faq.collection import SearchResult
from faq.inbox.unanswered import Cluster, unanswered
from faq.search.ranking import Match, closeness
from store import Content
from ui import edits, notice, similarity
from ui.background import Found
from ui.buttons import button
from ui.context import Context
from ui.entry import drawer
from ui.inbox import section
from ui.inbox.section import Dismissed, Section
from ui.text import plain, shortened

NEAREST = 3
WORDINGS_SHOWN = 3
DEALT_WITH = "inbox_dealt_with"  # wordings that an entry was written or chosen for
RESULTS_SHOWN = 5


def found(run: Context, dismissed: Dismissed) -> Found[Cluster]:
    """Return what was asked in vain, whether or not it is answered by now."""
    collection = run.editable
    found: Found[Cluster] = section.search("unanswered").found(
        (run.entries_token, run.log_token, run.ranking, dismissed),
        lambda: unanswered(collection, dismissed),
    )
    kept = [
        cluster
        for cluster in found.items
        if not {cluster.keys[0], cluster.denied_keys[0]} & dismissed
    ]
    return Found(kept, found.error, found.looking)


def _find(run: Context, dismissed: Dismissed) -> Found[Cluster]:
    every = found(run, dismissed)
    in_vain = [cluster for cluster in every.items if cluster.answered_by is None]
    return Found(in_vain, every.error, every.looking)


@notice.errors()
def _draw(run: Context, clusters: Sequence[Cluster]) -> None:
    questions = [cluster.question for cluster in clusters]
    results = list(run.collection.search_many(questions, k=NEAREST))
    for cluster, result in zip(clusters, results, strict=True):
        by = result.matches[0].entry.id if result.answered else None
        if by in (None, cluster.not_by):  # else it was answered since they were looked for
            _draw_cluster(run, cluster, result)


def _draw_cluster(run: Context, cluster: Cluster, result: SearchResult) -> None:
    key = cluster.keys[0]
    with section.item(key, cluster.question):
        st.caption(asked(cluster))
        with section.buttons():
            button("Write an entry", f"write_{key}", _write, cluster, icon="add")
            if result.matches:
                with st.popover("It is this entry", key=f"attach_{key}", type="tertiary"):
                    _draw_matches(run, cluster, result)
            section.more(cluster.keys, cluster.question)


def asked(cluster: Cluster) -> str:
    """Return how often a question was asked, when last, and in which other words."""
    asked = f"Asked {section.times(cluster.count)}, last on {section.day(cluster.last_at)}"
    others = cluster.texts[1:]
    if not others:
        return asked
    shown = ", ".join(f"“{plain(shortened(text, 60))}”" for text in others[:WORDINGS_SHOWN])
    more = len(others) - WORDINGS_SHOWN
    return f"{asked} · also as {shown}" + (f" and {more:,} more" if more > 0 else "")


@notice.errors()
def _draw_matches(run: Context, cluster: Cluster, result: SearchResult) -> None:
    """Show the entries that the cluster may mean: the nearest, or those that somebody looks for."""
    wanted = st.text_input(
        "Look for another entry",
        key=f"look_{cluster.keys[0]}",
        type="search",
        placeholder="Look for another entry",
        label_visibility="collapsed",
    )
    if wanted and wanted.strip():
        result = run.collection.search(wanted, k=NEAREST)
    for match in result.matches:
        how = closeness(match, run.ranking)
        label = similarity.labelled(match.entry.content.question, how)
        key = f"choose_{cluster.keys[0]}_{match.entry.id}"
        with section.buttons():
            button(label, key, _attach, cluster, match, quiet=True)
            section.edit_button(match.entry, cluster.keys[0])


def _write(cluster: Cluster) -> None:
    st.session_state[DEALT_WITH] = cluster.texts
    drawer.later(drawer.open_new, Content(cluster.question, phrasings=cluster.texts[1:]))


def _attach(cluster: Cluster, match: Match) -> None:
    if edits.teach(match.entry, cluster.texts):
        st.session_state[DEALT_WITH] = cluster.texts


def show_outcome(run: Context) -> None:
    """Show how the questions that were just dealt with are answered now, as soon as they are, until
    it is closed."""
    wordings = st.session_state.get(DEALT_WITH, ())
    if not wordings:
        return
    try:
        results = list(run.collection.search_many(wordings[:RESULTS_SHOWN], k=1))
    except AskwellError:
        return  # the section will say what is wrong
    if not any(result.answered for result in results):
        return
    with st.container(border=True, key="inbox_outcome", gap="xsmall"):
        st.caption("How this is answered now")
        for number, result in enumerate(results):
            asked, answer = plain(shortened(result.query, 80)), ":gray[no close match]"
            if result.answered:
                best = result.matches[0]
                question = plain(shortened(best.entry.content.question, 80))
                answer = f"**{question}** :gray[{closeness(best, run.ranking)}]"
            with section.buttons():
                st.markdown(f"{asked} → {answer}", width="content")
                if result.answered:
                    section.edit_button(result.matches[0].entry, f"outcome_{number}")
        if len(wordings) > RESULTS_SHOWN:
            st.caption(f"and {len(wordings) - RESULTS_SHOWN:,} more wordings")
        button("Close", "inbox_outcome_close", st.session_state.pop, DEALT_WITH, quiet=True)


UNANSWERED = Section(
    "unanswered",
    "No entry was similar enough to these questions. Write one, or say which entry it is.",
    _find,
    _draw,
)
