"""What the model makes of texts: two compared, several each with each, and the tokens of one."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from embedding.similarity import cosine_similarity, dot_product
from faq.content import one_a_line
from faq.explore.sentences import most_similar, similarities
from ui import charts, context, model, similarity
from ui.browser import table_button
from ui.charts import channel, metric
from ui.explore import typed
from ui.text import plain, shortened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FIRST, SECOND = "first", "second"  # the fields' keys, and their names in the address
PAIRS = {
    "Puppies and dogs": {FIRST: "I love puppies", SECOND: "I love dogs"},
    "Puppies and cats": {FIRST: "I love puppies!", SECOND: "I dislike cats!"},
}
NUMBERS = 8  # how many of a vector's numbers are shown

SENTENCES = "sentences"
MOST_SENTENCES = 30
MOST_FIGURES = 8  # sentences up to which a field of the heatmap has room for its figure
BATCHES = {
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

TEXT = "token_text"
MOST_TOKENS = 512  # shown; a model may read thousands
TEXTS = {
    "Rare words": {TEXT: "Otorhinolaryngologists recommend unputdownable e-books. Don't they?"},
    "Too long": {
        TEXT: "\n".join(
            f"{number}. Somebody who pastes a whole document should know that only its beginning "
            "is read."
            for number in range(1, 21)
        )
    },
}


def show_comparison() -> None:
    """Two sentences, and how similar the model finds them."""
    st.caption("Type two sentences, and see how similar the language model finds them.")
    example = typed.show_examples(PAIRS)
    left, right = st.columns(2)
    first = _sentence(FIRST, partial(left.text_input, "First sentence"), example)
    second = _sentence(SECOND, partial(right.text_input, "Second sentence"), example)
    if not (first.strip() and second.strip()):
        st.markdown("Type both sentences to compare them.")
    elif model.ready():
        _show_pair(first, second)


def _sentence(name: str, field: Callable[..., str | None], example: typed.Fields) -> str:
    """Draw a field whose text is in the page's address, so that a link leads to the same one."""
    sentence = typed.text(name, field, st.query_params.get(name) or example[name])
    if st.query_params.get(name, "") != sentence:
        st.query_params[name] = sentence
    return sentence


def _show_pair(*sentences: str) -> None:
    vectors = context.embedder().encode_documents(sentences)
    cosine, dot = cosine_similarity(*vectors), dot_product(*vectors)
    dimension = vectors.shape[1]
    with st.grid(3, min_column_width=180):
        metric(
            "Similarity",
            f"{similarity.rounded(cosine):.3f}",
            similarity.word(cosine),
            help="Cosine similarity: 1 is the same, 0 has nothing in common.",
        )
        metric(
            "Dot product",
            f"{similarity.rounded(dot):.3f}",
            help="The sum of the products of the two vectors, number by number.",
        )
        metric(
            "Numbers in each vector",
            f"{dimension}",
            help="How many numbers the model makes of a sentence, whatever its length.",
        )
    model.show_token_counts(sentences)
    st.markdown(
        f"The model turned each sentence into {dimension} numbers, a vector of length 1. That is "
        "why dot product and similarity are the same here. The first numbers of each:"
    )
    columns = [str(place) for place in range(min(NUMBERS, dimension))]
    rows = list(zip(sentences, vectors.tolist(), strict=True))
    st.dataframe(
        [
            {
                "Sentence": text,
                **dict(zip(columns, map(similarity.rounded, vector), strict=False)),
            }
            for text, vector in rows
        ],
        hide_index=True,
        column_config={
            "Sentence": st.column_config.TextColumn(pinned=True),
            **dict.fromkeys(columns, st.column_config.NumberColumn(format="%.3f", width="small")),
        },
        alt="The first numbers of each sentence's vector",
    )
    with st.container(horizontal=True):
        table_button(
            "Download the comparison",
            "comparison",
            ("first", "second", "similarity", "dot product"),
            [(*sentences, cosine, dot)],
        )
        table_button(
            "Download the vectors",
            "vectors",
            ("sentence", *map(str, range(dimension))),
            [(text, *vector) for text, vector in rows],
        )


def show_batch() -> None:
    """Several sentences, each compared with each."""
    st.caption("Type sentences, one a line, and see which the language model finds similar.")
    example = typed.show_examples(BATCHES)[SENTENCES]
    field = partial(st.text_area, "Sentences", height=180)
    lines = one_a_line(typed.text(SENTENCES, field, example))
    sentences = lines[:MOST_SENTENCES]
    if len(lines) > MOST_SENTENCES:
        st.caption(f"The first {MOST_SENTENCES} of {len(lines):,} lines are compared.")
    if len(sentences) < 2:
        st.markdown("Type at least two sentences, each in a line of its own.")
    elif model.ready():
        _show_similarities(sentences)


def _show_similarities(sentences: tuple[str, ...]) -> None:
    model.show_token_counts(sentences)
    table = similarities(context.embedder(), sentences)
    a, b = most_similar(table)
    _show_heatmap(
        sentences,
        table,
        f"Similarity of {len(sentences)} sentences, each to each; the most similar are "
        f"sentence {a + 1} and sentence {b + 1}",
    )
    st.markdown(
        f"The most similar are “{plain(shortened(sentences[a]))}” and "
        f"“{plain(shortened(sentences[b]))}”: {similarity.rounded(table[a, b]):.3f}."
    )
    table_button(
        "Download the similarities",
        "similarities",
        ("sentence", *sentences),
        [(sentence, *row) for sentence, row in zip(sentences, table, strict=True)],
    )


def _show_heatmap(sentences: Sequence[str], table: "NDArray[np.float32]", alt: str) -> None:
    """Show the similarity of each sentence to each, `(n, n)`, as a table of colours."""
    scale = {"domain": [0, 1], "clamp": True}
    colours = {
        "mark": "rect",
        "encoding": {
            "color": channel("similarity:Q", "Similarity", scale=scale, legend={"orient": "top"})
        },
    }
    contrast = "luminance(scale('color', datum.similarity)) > 0.19 ? '#101718' : '#FCFCFA'"
    figures = {
        "mark": {"type": "text", "fontSize": 11, "color": {"expr": contrast}},
        "encoding": {"text": channel("similarity:Q", format=".3f")},
    }
    numbered = list(enumerate(sentences, start=1))
    charts.show(
        [
            {
                "line": f"{row}  {shortened(first, 40)}",
                "column": column,
                "first": shortened(first),
                "second": shortened(second),
                "similarity": similarity.rounded(table[row - 1, column - 1]),
            }
            for row, first in numbered
            for column, second in numbered
        ],
        {
            "height": 80 + 36 * len(sentences),
            "encoding": {
                "x": channel("column:O", axis={"orient": "top", "labelAngle": 0}),
                "y": channel("line:N", sort=None, axis={"labelLimit": 150}),
                "tooltip": [
                    channel("first:N", "Sentence"),
                    channel("second:N", "compared with"),
                    channel("similarity:Q", "Similarity", format=".3f"),
                ],
            },
            "layer": [colours, figures] if len(sentences) <= MOST_FIGURES else [colours],
        },
        alt=alt,
    )


def show_tokens() -> None:
    """A text as the model reads it, and where it stops."""
    st.caption("A model reads pieces of words, its tokens, and only so many of them.")
    example = typed.show_examples(TEXTS)[TEXT]
    text = typed.text(TEXT, partial(st.text_area, "Text", height=140), example)
    if not text.strip():
        st.markdown("Type a text to see its tokens.")
    elif model.ready():
        model.show_token_counts([text])
        tokens = context.embedder().tokenize(text)
        st.markdown(" ".join(f":gray-badge[{plain(token)}]" for token in tokens[:MOST_TOKENS]))
        if len(tokens) > MOST_TOKENS:
            st.caption(f"and {len(tokens) - MOST_TOKENS:,} more")
        st.caption("As the model sees them, with those that it adds itself.")
        table_button("Download the tokens", "tokens", ("place", "token"), enumerate(tokens, 1))
