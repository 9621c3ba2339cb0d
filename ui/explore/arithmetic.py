"""Arithmetic: a word's vector less another's, plus a third's, and what is near the result."""

from functools import partial

import streamlit as st

from embedding import Vectors
from faq.explore.word_arithmetic import NOUNS, Problem, Solution, solve
from ui import context, model, similarity
from ui.browser import table_button
from ui.charts import metric
from ui.explore import typed
from ui.text import plain

A, B, C, EXPECTED = "word_a", "word_b", "word_c", "word_expected"
LABELS = {A: "Start with", B: "Take away", C: "Add", EXPECTED: "It should give"}
EXAMPLES = {
    "King and queen": {A: "king", B: "man", C: "woman", EXPECTED: "queen"},
    "Puppy and kitten": {A: "puppy", B: "dog", C: "cat", EXPECTED: "kitten"},
    "Paris and Berlin": {A: "Paris", B: "France", C: "Germany", EXPECTED: "Berlin"},
}


def show() -> None:
    st.caption("Vectors can be added and taken away. Whether that makes sense is another matter.")
    example = typed.show_examples(EXAMPLES)
    with st.grid(4, min_column_width=140):
        words = [
            typed.text(name, partial(st.text_input, label), example[name]).strip()
            for name, label in LABELS.items()
        ]
    if not all(words):
        st.markdown("Type all four words.")
    elif model.ready():
        embedder, problem = context.embedder(), Problem(*words)
        nouns = _noun_vectors(embedder.model.fingerprint)
        _show_solution(problem, solve(embedder, problem, nouns))


@st.cache_data(show_spinner=False, max_entries=2)
def _noun_vectors(fingerprint: str) -> Vectors:
    """Return the vectors of `NOUNS` by the model that this fingerprint is of."""
    return context.embedder().encode_documents(NOUNS)


def _show_solution(problem: Problem, solution: Solution) -> None:
    a, b, c, expected = map(plain, (problem.a, problem.b, problem.c, problem.expected))
    with st.grid(2, min_column_width=220):
        metric(
            f"{a} - {b} + {c}, to {expected}",
            f"{similarity.rounded(solution.cosine):.3f}",
            help="Similarity of the result to the word that it should give.",
        )
        metric(
            f"{a} alone, to {expected}",
            f"{similarity.rounded(solution.baseline):.3f}",
            help="What there is without any arithmetic.",
        )
    st.markdown(_verdict(problem, solution))
    st.dataframe(
        [
            {
                "Nearest words": near.word,
                "Similarity": similarity.rounded(near.cosine),
                "Went in": "yes" if near.given else "",
            }
            for near in solution.nearest
        ],
        hide_index=True,
        width=480,
        column_config={
            "Similarity": st.column_config.ProgressColumn(format="%.3f", min_value=0, max_value=1),
        },
        alt="The words nearest to the result",
    )
    st.caption(f"Found among your words and {len(NOUNS)} common ones.")
    table_button(
        "Download the words",
        "arithmetic",
        ("word", "similarity", "went in"),
        [(near.word, near.cosine, "yes" if near.given else "") for near in solution.nearest],
    )


def _verdict(problem: Problem, solution: Solution) -> str:
    """Return in plain words what the figures show, as markdown."""
    a, expected = plain(problem.a), plain(problem.expected)
    if solution.helps:
        verdict = f"The arithmetic leads towards “{expected}”: the result is nearer than “{a}” was."
    else:
        verdict = (
            f"The arithmetic leads away from “{expected}”: “{a}” alone is nearer than the result."
        )
    nearest = solution.nearest[0]
    verdict += f" The nearest word is “{plain(nearest.word)}”"
    if not nearest.given:
        return f"{verdict}."
    verdict += ", which went in."
    found = next((near for near in solution.nearest if not near.given), None)
    if found:
        verdict += f" Without the words that went in, it is “{plain(found.word)}”."
    return verdict
