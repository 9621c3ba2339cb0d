"""Whether a collection is sound, its vectors compared with their texts; and its repair."""

import random
from dataclasses import dataclass

import numpy as np

from embedding import Embedder, EmbeddingError, Vectors
from faq.collection import SAME_TEXT
from faq.jobs import Report
from faq.reembedding import complete, fill
from store import Health, Near, SearchFilter, Store, passage_text

TEXTS_COMPARED = 200
DRAWN = 5  # directions


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did and what it could not repair, a sentence each."""

    repaired: tuple[str, ...]
    problems: tuple[str, ...]


def examine(store: Store, own: Embedder) -> Health:
    """Return what is wrong. Where nothing else is, a random sample of the texts is embedded again,
    which finds valid vectors that belong to other texts."""
    found = store.upkeep.check()
    if found.problems or store.state().model is None:
        return found
    try:
        wrong = _wrong_vectors(store, own)
    except EmbeddingError as error:
        return Health(note=f"The vectors were not compared with their texts. {error}")
    return Health((wrong,) if wrong else ())


def repair(store: Store, own: Embedder, report: Report) -> Repaired:
    """Repair what can be repaired, without a change of any text.

    What the store cannot derive from the text is embedded: missing vectors, or all of them where
    some belong to other texts. What was done before a cancel stays.
    """
    found = store.upkeep.check()
    if found.damaged:  # nothing is written into such a file
        return Repaired((), found.problems)
    done, left = store.upkeep.repair(), list[str]()
    try:
        done += _embedded(store, own, report)
    except EmbeddingError as error:
        left.append(f"What is missing could not be embedded. {error}")
    return Repaired(tuple(done), (*store.upkeep.check().problems, *left))


def _embedded(store: Store, own: Embedder, report: Report) -> list[str]:
    if store.state().model is None:
        if not store.vectors.texts("phrasing", 1):
            return []
        fill(store, own, report, only_missing=True)
        store.vectors.switch(own.model.fingerprint)
        return ["Everything was embedded: the collection had no model."]
    done = list(filter(None, [complete(store, own, report)]))
    if _wrong_vectors(store, own):
        fill(store, own, report, only_missing=False)
        [active] = [one for one in store.vectors.sets() if one.active]
        every = active.vectors
        done.append(f"Vectors embedded again, as some belonged to other texts: {every:,}.")
    return done


def _wrong_vectors(store: Store, own: Embedder) -> str:
    """Return a sentence about vectors that belong to other texts; empty where, in a random sample,
    all belong to their own."""
    texts, kept = _sample(store, own.model.fingerprint)
    cosines = np.sum(own.encode_documents(texts) * kept, axis=1)
    wrong = [text for text, cosine in zip(texts, cosines, strict=True) if not cosine >= SAME_TEXT]
    if not wrong:
        return ""
    return (
        f"Vectors that belong to other texts: {len(wrong):,} of {len(texts):,} that were compared, "
        f"such as that of “{wrong[0][:60]}”."
    )


def _sample(store: Store, fingerprint: str) -> tuple[list[str], Vectors]:
    """Return a random sample of the texts, ways of asking and answers, with their vectors; of a
    collection that is not held, one of what is near to directions drawn at random."""
    while True:
        state = store.state()
        token, model = state.changes, state.model
        width = model.dimension if model else 0
        drawn = [[random.gauss() for _ in range(width)] for _ in range(DRAWN)]
        near = Near(np.array(drawn, np.float32), SearchFilter(unpublished=True))
        resident = store.vectors.resident(fingerprint=fingerprint, near=near)
        asked, answered = resident.phrasings.alive(), resident.answers.alive()
        every = len(asked) + len(answered)
        chosen = np.array(random.sample(range(every), min(every, TEXTS_COMPARED)), dtype=np.intp)
        rows = asked[chosen[chosen < len(asked)]]
        answers = answered[chosen[chosen >= len(asked)] - len(asked)]
        ids = resident.entry_ids[resident.answers.places_of(answers)].tolist()
        entries = store.entries.get(ids)
        if store.state().changes == token:  # else an answer may be another by now
            texts = [resident.texts[row] for row in rows.tolist()]
            spans = resident.spans[answers].tolist()
            texts += [
                passage_text(entry.content.question, entry.content.answer[start:stop])
                for entry, (start, stop) in zip(entries, spans, strict=True)
            ]
            vectors = resident.phrasings.vectors[rows], resident.answers.vectors[answers]
            return texts, np.concatenate(vectors)
