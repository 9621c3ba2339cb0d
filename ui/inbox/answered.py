"""Now answered: what people asked in vain until an entry came that seems to answer it. Somebody
confirms that, or says that it does not."""

from collections.abc import Sequence

import streamlit as st

from faq.inbox.items import present
from faq.inbox.unanswered import Cluster
from store import Entry
from ui.background import Found
from ui.buttons import button
from ui.context import Context
from ui.inbox import section, unanswered
from ui.inbox.section import Dismissed, Section
from ui.text import excerpt, plain, shortened


def _find(run: Context, dismissed: Dismissed) -> Found[Cluster]:
    every = unanswered.found(run, dismissed).items  # there it is said why nothing could be found
    return Found([cluster for cluster in every if cluster.answered_by is not None])


def _draw(run: Context, clusters: Sequence[Cluster]) -> None:
    entries = present(run.store, [cluster.answered_by or 0 for cluster in clusters])
    for cluster in clusters:
        if entry := entries.get(cluster.answered_by or 0):
            _draw_cluster(cluster, entry)


def _draw_cluster(cluster: Cluster, entry: Entry) -> None:
    key, question = cluster.keys[0], cluster.question
    with section.item(key, question):
        by = plain(shortened(entry.content.question, 200))
        st.markdown(f"Now answered by “{by}”: right?")
        st.markdown(excerpt(entry.content.answer, 300) or section.NO_ANSWER)
        st.caption(unanswered.asked(cluster))
        with section.buttons():
            right = (cluster.keys, question, "Confirmed the answer to")
            button("Yes", f"right_{key}", section.dismiss, *right, icon="check")
            help = "The question is unanswered then. Write an entry, or say which one it is."
            wrong = (cluster.denied_keys, question, "Back among the unanswered questions:")
            button("No", f"wrong_{key}", section.dismiss, *wrong, icon="close", help=help)
            section.edit_button(entry, key)


ANSWERED = Section(
    "now answered",
    "No entry answered these questions when they were asked. One does now: is it the right one?",
    _find,
    _draw,
)
