"""Unanswered: what people asked in vain becomes an entry, or another way of asking one."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from embedding import EmbeddingError
from faq.collection import SearchResult
from faq.inbox.unanswered import Cluster, unanswered
from faq.ranking import Match
from store import Content, StoreError
from ui import learning, resources, similarity
from ui.inbox import finding, item, outcome
from ui.inbox.finding import Found, State
from ui.text import plain, shortened

NEAREST = 3
WORDINGS_SHOWN = 3


def find(state: State) -> Found[Cluster]:
    """Look for the questions that no entry answers."""
    collection = resources.collection()
    found = finding.search("unanswered").found(
        state, lambda: unanswered(collection, state.dismissed)
    )
    kept = [cluster for cluster in found.items if cluster.keys[0] not in state.dismissed]
    return Found(kept, found.error, found.looking)


def show(found: Found[Cluster]) -> None:
    hint = "No entry was near enough to these questions. Write one, or say which entry it is."
    item.section("Unanswered", hint, found, _show_all)


def _show_all(clusters: Sequence[Cluster]) -> None:
    try:
        questions = [cluster.question for cluster in clusters]
        results = list(resources.collection().search_many(questions, k=NEAREST))
    except (StoreError, EmbeddingError) as error:
        st.error(plain(str(error)))
        return
    for cluster, result in zip(clusters, results, strict=True):
        if not result.answered:  # else it was answered since they were looked for
            _show(cluster, result)


def _show(cluster: Cluster, result: SearchResult) -> None:
    key = cluster.keys[0]
    with st.container(border=True, key=f"item_{key}", gap="xsmall"):
        st.markdown(f"**{plain(shortened(cluster.question, 200))}**")
        st.caption(_told(cluster))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Write an entry",
                key=f"write_{key}",
                icon=":material/add:",
                on_click=_write,
                args=(cluster,),
            )
            if result.matches:
                with st.popover("It is this entry", key=f"attach_{key}"):
                    _show_entries(cluster, result)
            item.dismiss_button(cluster.keys, cluster.question)


def _told(cluster: Cluster) -> str:
    told = [f"Asked {item.times(cluster.count)}, last on {item.day(cluster.last_at)}"]
    others = cluster.texts[1:]
    if others:
        shown = ", ".join(f"“{plain(shortened(text, 60))}”" for text in others[:WORDINGS_SHOWN])
        more = len(others) - WORDINGS_SHOWN
        told.append(f"also as {shown}" + (f" and {more:,} more" if more > 0 else ""))
    return " · ".join(told)


def _show_entries(cluster: Cluster, result: SearchResult) -> None:
    """Show the entries that the cluster may mean: the nearest, or those that somebody looks for."""
    wanted = st.text_input(
        "Look for another entry",
        key=f"look_{cluster.keys[0]}",
        type="search",
        placeholder="Look for another entry",
        label_visibility="collapsed",
    )
    try:
        if wanted and wanted.strip():
            result = resources.collection().search(wanted, k=NEAREST)
    except (StoreError, EmbeddingError) as error:
        st.error(plain(str(error)))
        return
    for match in result.matches:
        st.button(
            f"{plain(shortened(match.entry.content.question, 80))}  "
            f":gray[{similarity.text(match.cosine)}]",
            key=f"choose_{cluster.keys[0]}_{match.entry.id}",
            type="tertiary",
            on_click=partial(_attach, cluster, match),
        )


def _write(cluster: Cluster) -> None:
    outcome.watch(cluster.texts)
    item.write(Content(cluster.question, phrasings=cluster.texts[1:]))


def _attach(cluster: Cluster, match: Match) -> None:
    if learning.teach(match.entry, cluster.texts):
        outcome.watch(cluster.texts)
