"""How a model's cosines are to be read: those of questions that mean the same, and of unrelated
ones. What is close for one model is far for another."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from embedding import Embedder

# Language, question, and the same question in other words; the questions of a language are about
# different things.
REWORDINGS = Path(__file__).with_name("rewordings.tsv")
APART = 2.0  # standard deviations between what is unrelated and what means the same, at least
# Standard deviations below the mean: nearly all questions in other words are more similar. It gives
# .41 for all-MiniLM-L6-v2 and .83 for multilingual-e5-small, whose unrelated questions are at .03
# and .80; in units of their spread alone, no value is right for both.
BELOW_SAME = 1.5
# Above it: .75 for all-MiniLM-L6-v2. Of public queries grouped from there on, 83 of 100 (banking,
# with similar intents) and 96 (general) meant the same as their leader; at .65 it was 68 and 92, at
# .8 89 and 97, with a quarter more groups.
ABOVE_SAME = 0.9
UNKNOWN_SAME = 0.75  # for a model that separates the questions of no language


@dataclass(frozen=True, slots=True)
class ModelCosines:
    """What a model makes of a fixed list of questions.

    `answer` is the cosine from which on an entry usually answers a question; None where the model
    separates the questions of no language. `query_unrelated` is the mean cosine of a query and an
    unrelated question; 0 then. `same` is that from which on two questions count as one. `by_script`
    are the mean cosines of two unrelated questions, for each script of the list; of several
    languages in one script, the lowest.
    """

    answer: float | None
    query_unrelated: float
    same: float
    by_script: Mapping[str, float]

    def unrelated(self, texts: Sequence[str]) -> float:
        """Return the mean cosine of two unrelated questions in the script of some texts: the
        highest of all where that is not in the list, and 0 where the model separates nothing."""
        if self.answer is None:
            return 0.0
        return self.by_script.get(script_of(texts), max(self.by_script.values()))


def script_of(texts: Sequence[str]) -> str:
    """Return the script of most letters, by the first word of their names in Unicode; that of
    Chinese for Japanese, and nothing without letters."""
    letters = Counter(_script(letter) for text in texts for letter in text if letter.isalpha())
    return letters.most_common(1)[0][0] if letters else ""


@cache
def _script(letter: str) -> str:
    script = unicodedata.name(letter, "").partition(" ")[0]
    return "CJK" if script in ("HIRAGANA", "KATAKANA") else script


_measured: dict[str, ModelCosines] = {}  # by fingerprint


def cosines_of(embedder: Embedder) -> ModelCosines:
    """Return what the model makes of the list; it is embedded once a process. Raises
    `EmbeddingError`."""
    fingerprint = embedder.model.fingerprint
    if fingerprint not in _measured:
        _measured[fingerprint] = _measure(embedder)
    return _measured[fingerprint]


def _measure(embedder: Embedder) -> ModelCosines:
    lines = REWORDINGS.read_text(encoding="utf-8").splitlines()
    language, questions, rewordings = np.array([line.split("\t") for line in lines], object).T
    documents = embedder.encode_documents(questions.tolist())
    queries = embedder.encode_queries(rewordings.tolist())
    by_script: dict[str, float] = {}
    same, different = [], []
    for name in dict.fromkeys(language):
        some = np.flatnonzero(language == name)
        others = ~np.eye(len(some), dtype=bool)
        between = float((documents[some] @ documents[some].T)[others].mean())
        script = script_of(questions[some].tolist())
        by_script[script] = min(between, by_script.get(script, between))
        cosines = queries[some] @ documents[some].T
        unrelated, alike = cosines[others], np.diagonal(cosines)
        if alike.mean() > unrelated.mean() + APART * unrelated.std():
            same.append(alike)
            different.append(unrelated)
    if not same:
        return ModelCosines(None, 0.0, UNKNOWN_SAME, by_script)
    every = np.concatenate(same)
    mean, spread = float(every.mean()), float(every.std())
    return ModelCosines(
        mean - BELOW_SAME * spread,
        float(np.concatenate(different).mean()),
        mean + ABOVE_SAME * spread,
        by_script,
    )
