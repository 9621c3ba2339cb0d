"""What another threshold would change, shown before anybody chooses it."""

from dataclasses import dataclass

import numpy as np

from faq.collection import Collection, ReadableCollection
from faq.evaluation.asking import evaluate, leave_one_out
from faq.evaluation.figures import NONE, Evaluation
from faq.evaluation.queries import LabelledQuery
from faq.reembedding import ChangedBest, Preview
from faq.search.ranking import Ranking

MOST_ASKED = 300
MOST_LISTED = 200


@dataclass(frozen=True, slots=True, eq=False)
class KnownQuestions:
    """Questions with their best matches: those of the query log (`logged`); else the collection's
    own ways of asking, each left out of its own search."""

    matches: Evaluation
    logged: bool


def ask_known(collection: Collection, ranking: Ranking) -> KnownQuestions:
    """Ask the last questions of the log, or, without any, the ways of asking. Raises
    `EmbeddingError` or `StoreError`."""
    logged = list(dict.fromkeys(one.text for one in collection.store.log.page(MOST_ASKED).queries))
    if logged:
        [matches] = evaluate(collection, [LabelledQuery(text, None) for text in logged], [ranking])
    else:
        [matches] = leave_one_out(collection, [ranking], most=MOST_ASKED)
    return KnownQuestions(matches, bool(logged))


def preview(
    collection: ReadableCollection, known: KnownQuestions, before: float, after: float
) -> Preview:
    """Return which questions get an answer from one threshold on, and not from the other."""
    matches = known.matches
    answers = [matches.answers(threshold) for threshold in (before, after)]
    places = np.flatnonzero(answers[0] != answers[1])
    some = places[:MOST_LISTED]
    ids = np.unique([one[some] for one in answers])
    entries = collection.store.entries.get([id_ for id_ in ids.tolist() if id_ != NONE])
    questions = {entry.id: entry.content.question for entry in entries}
    changed = tuple(
        ChangedBest(text, *(questions.get(int(one[place]), "") for one in answers))
        for place, text in zip(some.tolist(), matches.texts[some].tolist(), strict=True)
    )
    return Preview(len(matches.texts), known.logged, len(places), changed)
