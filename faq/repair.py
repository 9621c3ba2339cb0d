"""Whether a collection is sound, its vectors compared with their texts; and its repair."""

import random
import sys
from dataclasses import dataclass

import numpy as np

from embedding import Embedder, EmbeddingError, Vectors
from faq.collection import recorded
from faq.jobs import Report
from faq.reembedding import fill
from faq.threshold import begin_with_default
from store import Store

TEXTS_COMPARED = 200
LATEST = sys.maxsize  # higher than any change token
SAME = 0.999  # cosine of one text's vectors; between precisions and engines it is .9999 and more


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong with a collection, a sentence each. `note` says why its vectors could not be
    compared with their texts; empty where they were."""

    problems: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did and what it could not repair, a sentence each."""

    repaired: tuple[str, ...]
    problems: tuple[str, ...]


def examine(store: Store, own: Embedder) -> Health:
    """Return what is wrong. Where nothing else is, a random sample of the texts is embedded again,
    which finds valid vectors that belong to other texts."""
    problems = store.check()
    if problems or store.model() is None:
        return Health(tuple(problems))
    try:
        wrong = _wrong_vectors(store, own)
    except EmbeddingError as error:
        return Health((), f"The vectors were not compared with their texts. {error}")
    return Health((wrong,) if wrong else ())


def repair(store: Store, own: Embedder, report: Report) -> Repaired:
    """Repair what can be repaired, without a change of any text.

    What the store cannot derive from the text is embedded: missing vectors, or all of them where
    some belong to other texts. What was done before a cancel stays.
    """
    if damage := store.damage():  # nothing is written into such a file
        return Repaired((), tuple(damage))
    done, left = store.repair(), list[str]()
    try:
        done += _embedded(store, own, report)
    except EmbeddingError as error:
        left.append(f"What is missing could not be embedded. {error}")
    return Repaired(tuple(done), (*store.check(), *left))


def _embedded(store: Store, own: Embedder, report: Report) -> list[str]:
    if store.model() is None:
        if not store.texts("phrasing", 1):
            return []
        begin_with_default(store)
        store.use_model(recorded(own.model))
    [active] = [one for one in store.vector_sets() if one.active]
    done = []
    if active.lacking:
        fill(store, own, report, lacking=True)
        done.append(f"Missing vectors embedded: {active.lacking:,}.")
    if _wrong_vectors(store, own):
        fill(store, own, report, lacking=False)
        every = active.vectors + active.lacking
        done.append(f"Vectors embedded again, as some belonged to other texts: {every:,}.")
    return done


def _wrong_vectors(store: Store, own: Embedder) -> str:
    """Return a sentence about vectors that belong to other texts; empty where, in a random sample,
    all belong to their own."""
    texts, kept = _sample(store, own.model.fingerprint)
    cosines = np.sum(own.encode_documents(texts) * kept, axis=1)
    wrong = [text for text, cosine in zip(texts, cosines, strict=True) if not cosine >= SAME]
    if not wrong:
        return ""
    return (
        f"Vectors that belong to other texts: {len(wrong):,} of {len(texts):,} that were compared, "
        f"such as that of “{wrong[0][:60]}”."
    )


def _sample(store: Store, fingerprint: str) -> tuple[list[str], Vectors]:
    """Return a random sample of the texts, ways of asking and answers, with their vectors."""
    while True:
        token = store.changes_since(LATEST).token
        snapshot = store.snapshot(fingerprint=fingerprint)
        asked, answered = len(snapshot.texts), len(snapshot.answered)
        every = asked + answered
        chosen = np.array(random.sample(range(every), min(every, TEXTS_COMPARED)), dtype=np.intp)
        rows, answers = chosen[chosen < asked], chosen[chosen >= asked] - asked
        entries = store.get(snapshot.entry_ids[snapshot.answered[answers]].tolist())
        if store.changes_since(LATEST).token == token:  # else an answer may be another by now
            texts = [str(text) for text in snapshot.texts[rows]]
            texts += [text for entry in entries for text in entry.content.answer_texts]
            return texts, np.concatenate([snapshot.vectors[rows], snapshot.answers[answers]])
