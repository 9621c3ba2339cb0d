"""Compare: two sentences, and how alike the model finds them."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from faq.explore.sentences import Comparison, compare
from ui import model, presets, resources, similarity, typed
from ui.ask.answer import SIMILARITY_HELP
from ui.download import table_button
from ui.reading import show_reading

FIRST, SECOND = "first", "second"  # the fields' keys, and their names in the address
PRESETS = {
    "Puppies and dogs": {FIRST: "I love puppies", SECOND: "I love dogs"},
    "Puppies and cats": {FIRST: "I love puppies!", SECOND: "I dislike cats!"},
}
NUMBERS = 8  # how many of a vector's numbers are shown


def show() -> None:
    st.caption("Type two sentences, and see how alike the language model finds them.")
    presets.draw(PRESETS, typed.fill)
    left, right = st.columns(2)
    first = _sentence(FIRST, partial(left.text_input, "First sentence"))
    second = _sentence(SECOND, partial(right.text_input, "Second sentence"))
    if not (first.strip() and second.strip()):
        st.markdown("Type both sentences to compare them.")
    elif model.ready():
        _show_comparison(compare(resources.embedder(), first, second))


def _sentence(name: str, field: Callable[..., str | None]) -> str:
    """Draw a field that stands in the page's address, so that a link leads to the same sentence."""
    default = st.query_params.get(name) or presets.first(PRESETS)[name]
    sentence = typed.text(name, field, default)
    if st.query_params.get(name, "") != sentence:
        st.query_params[name] = sentence
    return sentence


def _show_comparison(comparison: Comparison) -> None:
    dimension = comparison.vectors.shape[1]
    with st.grid(3, min_column_width=180):
        st.metric(
            "Similarity",
            f"{comparison.cosine:.3f}",
            similarity.word(comparison.cosine),
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
            help=SIMILARITY_HELP,
        )
        st.metric(
            "Dot product",
            f"{comparison.dot:.3f}",
            border=True,
            height="stretch",
            help="The sum of the products of the two vectors, number by number.",
        )
        st.metric(
            "Shape of each vector",
            f"({dimension},)",
            border=True,
            height="stretch",
            help="How many numbers the model makes of a sentence, whatever its length.",
        )
    show_reading(comparison.sentences)
    st.markdown(
        f"The model turned each sentence into {dimension} numbers, a vector of length 1. That is "
        "why dot product and similarity are the same here. The first numbers of each:"
    )
    _show_numbers(comparison)
    with st.container(horizontal=True):
        table_button(
            "Download the comparison",
            "comparison",
            ("first", "second", "similarity", "dot product"),
            [(*comparison.sentences, comparison.cosine, comparison.dot)],
        )
        table_button(
            "Download the vectors",
            "vectors",
            ("sentence", *map(str, range(dimension))),
            [
                (text, *vector)
                for text, vector in zip(comparison.sentences, comparison.vectors, strict=True)
            ],
        )


def _show_numbers(comparison: Comparison) -> None:
    import pandas as pd

    columns = [str(place) for place in range(min(NUMBERS, comparison.vectors.shape[1]))]
    table = pd.DataFrame(comparison.vectors[:, : len(columns)], columns=columns)
    table.insert(0, "sentence", comparison.sentences)
    number = st.column_config.NumberColumn(format="%.3f", width="small")
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "sentence": st.column_config.TextColumn("Sentence", pinned=True),
            **dict.fromkeys(columns, number),
        },
        alt="The first numbers of each sentence's vector",
    )
