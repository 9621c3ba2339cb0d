"""Batch: many sentences, each compared with each."""

from functools import partial

import streamlit as st

from faq.content import one_a_line
from faq.explore.sentences import most_alike, similarities
from ui import model, presets, resources, typed
from ui.download import table_button
from ui.explore import charts
from ui.reading import show_reading
from ui.text import plain, shortened

SENTENCES = "sentences"
MOST_SENTENCES = 30
PRESETS = {
    "Three topics": {
        SENTENCES: "I lost my bank card\n"
        "My credit card was stolen\n"
        "How do I reset my password?\n"
        "I cannot log in any more\n"
        "What is for lunch today?\n"
        "The canteen serves soup"
    },
    "Said differently": {
        SENTENCES: "When can I take a holiday?\n"
        "How do I apply for annual leave?\n"
        "I need a few days off\n"
        "When can I not take a holiday?\n"
        "Holiday photographs are on the wall"
    },
}


def show() -> None:
    st.caption("Type sentences, one a line, and see which the language model finds alike.")
    presets.draw(PRESETS, typed.fill)
    field = partial(st.text_area, "Sentences", height=180)
    lines = one_a_line(typed.text(SENTENCES, field, presets.first(PRESETS)[SENTENCES]))
    sentences = lines[:MOST_SENTENCES]
    if len(lines) > MOST_SENTENCES:
        st.caption(f"The first {MOST_SENTENCES} of {len(lines):,} lines are compared.")
    if len(sentences) < 2:
        st.markdown("Type at least two sentences, each in a line of its own.")
    elif model.ready():
        _show_table(sentences)


def _show_table(sentences: tuple[str, ...]) -> None:
    show_reading(sentences)
    table = similarities(resources.embedder(), sentences)
    a, b = most_alike(table)
    st.altair_chart(
        charts.heatmap(sentences, table),
        alt=f"Similarity of {len(sentences)} sentences, each to each; most alike are sentence "
        f"{a + 1} and sentence {b + 1}",
    )
    st.markdown(
        f"Most alike are “{plain(shortened(sentences[a]))}” and “{plain(shortened(sentences[b]))}”:"
        f" {table[a, b]:.3f}."
    )
    table_button(
        "Download the similarities",
        "similarities",
        ("sentence", *sentences),
        [(sentence, *row) for sentence, row in zip(sentences, table, strict=True)],
    )
