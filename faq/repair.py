"""Whether a collection is sound, its vectors held against their texts; and mending it."""

import json
import random
import sys
from dataclasses import asdict, dataclass

import numpy as np

from embedding import Embedder, EmbeddingError, Vectors
from faq.collection import recorded
from faq.jobs import Progress
from faq.reembedding import fill
from faq.threshold import begin_with_default
from store import Store

TEXTS_COMPARED = 200
LATEST = sys.maxsize  # a change token that none reaches
SAME = 0.999  # cosine of one text's vectors; between precisions and engines it is .9999 and more


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong with a collection, a sentence each. `note` says why its vectors were not held
    against their texts; empty where they were."""

    problems: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did and what it left, a sentence each; a job's result, as JSON."""

    repaired: tuple[str, ...]
    problems: tuple[str, ...]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Repaired":
        told = json.loads(text)
        return cls(tuple(told["repaired"]), tuple(told["problems"]))


def examined(store: Store, own: Embedder) -> Health:
    """Return what is wrong. Where that is nothing else, texts chosen by chance are embedded again:
    so vectors are found that are sound, but those of other texts."""
    problems = store.check()
    if problems or store.model() is None:
        return Health(tuple(problems))
    try:
        strayed = _strayed(store, own)
    except EmbeddingError as error:
        return Health((), f"The vectors were not held against their texts. {error}")
    return Health((strayed,) if strayed else ())


def repair(store: Store, own: Embedder, progress: Progress) -> str:
    """Mend what can be mended, without a change of any text; return a `Repaired` as JSON.

    What the store cannot tell from the text is embedded: vectors that are lacking, or all of them
    where some turn out to be those of other texts. What was done before a cancel stays.
    """
    if damage := store.damage():
        return Repaired((), tuple(damage)).as_json()
    done, left = store.repair(), list[str]()
    try:
        done += _embedded(store, own, progress)
    except EmbeddingError as error:
        left.append(f"What is lacking could not be embedded. {error}")
    return Repaired(tuple(done), (*store.check(), *left)).as_json()


def _embedded(store: Store, own: Embedder, progress: Progress) -> list[str]:
    if store.model() is None:
        if not store.texts("phrasing", 1):
            return []
        begin_with_default(store)
        store.use_model(recorded(own.model))
    [standing] = [one for one in store.vector_sets() if one.active]
    done = []
    if standing.lacking:
        fill(store, own, progress.report, lacking=True)
        done.append(f"Vectors embedded that were lacking: {standing.lacking:,}.")
    if _strayed(store, own):
        fill(store, own, progress.report, lacking=False)
        every = standing.vectors + standing.lacking
        done.append(f"Vectors embedded anew, as some were those of other texts: {every:,}.")
    return done


def _strayed(store: Store, own: Embedder) -> str:
    """Return a sentence of vectors that are not those of their texts; nothing where, of some texts
    chosen by chance, all have their own."""
    texts, held = _chosen(store, own.model.fingerprint)
    cosines = np.sum(own.encode_documents(texts) * held, axis=1)
    strayed = [text for text, cosine in zip(texts, cosines, strict=True) if not cosine >= SAME]
    if not strayed:
        return ""
    return (
        f"Vectors that are not those of their texts: {len(strayed):,} of {len(texts):,} looked at, "
        f"such as that of “{strayed[0][:60]}”."
    )


def _chosen(store: Store, fingerprint: str) -> tuple[list[str], Vectors]:
    """Return some texts, ways of asking and answers, with the vectors that stand for them."""
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
