"""A collection embedded with another model, beside the vectors in use, and the switch to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from embedding import Embedder, EmbeddingError
from faq.collection import ReadableCollection, recorded
from faq.jobs import IMPORT, Report, refuse_beside
from faq.search.ranking import COSINE
from store import UNDIVIDED, EntryFilter, SetIncomplete, Store, VectorKind

TEXTS_AT_ONCE = 512
MOST_QUERIES = 1000  # that both models are asked
MOST_CHANGES = 200  # that a preview lists


@dataclass(frozen=True, slots=True)
class ChangedBest:
    """A question that another entry answers then; empty where none does."""

    query: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a switch of models, or another threshold, would change.

    `asked` questions were put to both: those of the query log (`logged`), else the entries' own.
    `changed` of them have another best entry, or answer; `differences` lists the first of those.
    `note` says why nothing could be compared.
    """

    asked: int
    logged: bool
    changed: int
    differences: tuple[ChangedBest, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reembedded:
    """The result of embedding a collection with a model."""

    model: str
    fingerprint: str
    entries: int
    phrasings: int
    seconds: float
    preview: Preview


def reembed(store: Store, own: Embedder, new: Embedder, report: Report) -> Reembedded:
    """Embed everything with `new` beside the vectors in use.

    What was done before a cancel or a crash stays, and is not done again. Where `new` is the
    collection's own model, its vectors are replaced in place: they stay comparable throughout.
    """
    started = perf_counter()
    record, active = recorded(new.model), store.state().model
    same = active is None or active.fingerprint == record.fingerprint
    fill(store, new, report, only_missing=active is None or not same)
    if active is None:
        store.vectors.switch(record.fingerprint)
    info = store.info()
    unchanged = Preview(0, False, 0, (), note="It is the collection's own model.")
    return Reembedded(
        model=record.name,
        fingerprint=record.fingerprint,
        entries=info.entries,
        phrasings=info.phrasings,
        seconds=perf_counter() - started,
        preview=unchanged if same else preview(store, own, new),
    )


def complete(store: Store, own: Embedder, report: Report) -> str:
    """Embed what is missing in the set of the collection's `own` model, such as the passages of
    answers that an older Askwell read only at their beginning; return in a sentence what was done,
    nothing where nothing was missing."""
    [active] = [one for one in store.vectors.sets() if one.active]
    if active.missing:
        before = active.vectors
        fill(
            store,
            own,
            lambda done, total: report(done - before, total - before),
            only_missing=True,
        )
    if UNDIVIDED in store.state().settings:
        store.settings.write({UNDIVIDED: None})
    return f"Missing vectors embedded: {active.missing:,}." if active.missing else ""


def switch(store: Store, new: Embedder) -> None:
    """Answer with `new`'s vectors from now on; what was written since they were made is embedded
    first. The vectors in use so far stay beside them.

    Raises `JobRunning` where an import is under way: it writes vectors of the model in use.
    """
    refuse_beside(store, IMPORT)
    while True:
        fill(store, new, lambda done, total: None, only_missing=True)
        try:
            store.vectors.switch(new.model.fingerprint)
            return
        except SetIncomplete:  # somebody saved between the last vector and the switch
            continue


def preview(store: Store, own: Embedder, new: Embedder) -> Preview:
    """Return which questions have another best entry with `new`, whose vectors must be complete."""
    logged = list(dict.fromkeys(query.text for query in store.log.page(MOST_QUERIES).queries))
    asked = logged or [
        entry.content.question
        for entry in store.entries.page(EntryFilter(), limit=MOST_QUERIES).entries
    ]
    try:
        before, after = (_best(store, embedder, asked) for embedder in (own, new))
    except EmbeddingError as error:
        return Preview(len(asked), bool(logged), 0, (), note=str(error))
    changed = [
        ChangedBest(query, one[1], other[1])
        for query, one, other in zip(asked, before, after, strict=True)
        if one[0] != other[0]
    ]
    return Preview(len(asked), bool(logged), len(changed), tuple(changed[:MOST_CHANGES]))


def _best(store: Store, embedder: Embedder, queries: Sequence[str]) -> list[tuple[int, str]]:
    """Return id and question of each query's best entry."""
    results = ReadableCollection(store, embedder, "").search_many(queries, 1, ranking=COSINE)
    found = [result.matches[0].entry if result.matches else None for result in results]
    return [(entry.id, entry.content.question) if entry else (0, "") for entry in found]


def fill(store: Store, embedder: Embedder, report: Report, *, only_missing: bool) -> None:
    """Write the vectors of all texts, or only those that are missing in the model's set, part by
    part. A model without a set begins one."""
    record = recorded(embedder.model)
    if all(one.model.fingerprint != record.fingerprint for one in store.vectors.sets()):
        store.vectors.fill(record, "phrasing", [], np.zeros((0, record.dimension), np.float32))
    [own] = [s for s in store.vectors.sets() if s.model.fingerprint == record.fingerprint]
    total = own.vectors + own.missing
    done = own.vectors if only_missing else 0
    report(done, total)
    kinds: tuple[VectorKind, ...] = ("phrasing", "answer")
    for kind in kinds:
        after = 0
        while part := store.vectors.texts(
            kind,
            TEXTS_AT_ONCE,
            after=after,
            missing_in=record.fingerprint if only_missing else None,
        ):
            texts = list(dict.fromkeys(text for _, text in part))
            rows = {text: row for row, text in enumerate(texts)}
            encoded = embedder.encode_documents(texts)[[rows[text] for _, text in part]]
            store.vectors.fill(record, kind, part, encoded)
            after = part[-1][0]
            done += len(part)
            report(done, max(done, total))
