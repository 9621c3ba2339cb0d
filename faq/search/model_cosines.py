"""How a model's cosines are to be read: those of questions that mean the same, and of unrelated
ones. What is close for one model is far for another."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedding import Embedder, Vector

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


@dataclass(frozen=True, slots=True, eq=False)
class LanguageCosines:
    """The direction of the mean of some questions in a language, a unit vector, and the mean cosine
    of two of them."""

    centre: Vector
    unrelated: float


@dataclass(frozen=True, slots=True, eq=False)
class ModelCosines:
    """What a model makes of a fixed list of questions.

    `answer` is the cosine from which on an entry usually answers a question; None where the model
    separates the questions of no language. `query_unrelated` is the mean cosine of a query and an
    unrelated question; 0 then. `same` is that from which on two questions count as one.
    """

    languages: tuple[LanguageCosines, ...]
    answer: float | None
    query_unrelated: float
    same: float

    def unrelated(self, centre: Vector) -> float:
        """Return the mean cosine of unrelated questions in the language that is most similar to
        texts with this mean vector; 0 where the model separates the questions of no language."""
        if self.answer is None:
            return 0.0
        similarity = [float(language.centre @ centre) for language in self.languages]
        return self.languages[int(np.argmax(similarity))].unrelated


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
    languages, same, different = [], [], []
    for name in dict.fromkeys(language):
        some = np.flatnonzero(language == name)
        others = ~np.eye(len(some), dtype=bool)
        between = (documents[some] @ documents[some].T)[others]
        mean = documents[some].mean(axis=0)
        centre = mean / np.linalg.norm(mean)
        languages.append(LanguageCosines(centre, float(between.mean())))
        cosines = queries[some] @ documents[some].T
        unrelated, alike = cosines[others], np.diagonal(cosines)
        if alike.mean() > unrelated.mean() + APART * unrelated.std():
            same.append(alike)
            different.append(unrelated)
    if not same:
        return ModelCosines(tuple(languages), None, 0.0, UNKNOWN_SAME)
    every = np.concatenate(same)
    mean, spread = float(every.mean()), float(every.std())
    return ModelCosines(
        tuple(languages),
        mean - BELOW_SAME * spread,
        float(np.concatenate(different).mean()),
        mean + ABOVE_SAME * spread,
    )
