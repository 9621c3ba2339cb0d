"""A collection embedded with another model, beside the vectors in use, and the switch to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from embedding import Embedder, EmbeddingError
from faq.collection import recorded
from faq.jobs import IMPORT, Report, refuse_beside
from faq.threshold import begin_with_default
from store import EntryFilter, SetIncomplete, Store, VectorKind

TEXTS_AT_ONCE = 512
MOST_QUERIES = 1000  # that both models are asked
MOST_CHANGES = 200  # that a preview lists


@dataclass(frozen=True, slots=True)
class ChangedBest:
    """A question whose best entry is another one with the new model; empty where there is none."""

    query: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a switch of models would change.

    `asked` questions were put to both: those of the query log (`logged`), else the entries' own.
    `changed` of them have another best entry; `differences` lists the first of those. `note` says
    why nothing could be compared.
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
    record, active = recorded(new.model), store.model()
    if active is None:
        begin_with_default(store)
        store.use_model(record)
    same = active is None or active.fingerprint == record.fingerprint
    if not same:
        store.begin_set(record)
    fill(store, new, report, lacking=not same)
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


def switch(store: Store, new: Embedder) -> None:
    """Answer with `new`'s vectors from now on; what was written since they were made is embedded
    first. The vectors in use so far stay beside them.

    Raises `JobRunning` where an import is under way: it writes vectors of the model in use.
    """
    refuse_beside(store, IMPORT)
    while True:
        fill(store, new, lambda done, total: None, lacking=True)
        try:
            store.switch_set(new.model.fingerprint)
            return
        except SetIncomplete:  # somebody saved between the last vector and the switch
            continue


def preview(store: Store, own: Embedder, new: Embedder) -> Preview:
    """Return which questions have another best entry with `new`, whose vectors must be complete."""
    logged = list(dict.fromkeys(query.text for query in store.recent_queries(MOST_QUERIES)))
    asked = logged or [
        entry.content.question for entry in store.page(EntryFilter(), limit=MOST_QUERIES).entries
    ]
    try:
        before, after = (_best(store, embedder, asked) for embedder in (own, new))
    except EmbeddingError as error:
        return Preview(len(asked), bool(logged), 0, (), note=str(error))
    changed = [
        (query, one, other)
        for query, one, other in zip(asked, before, after, strict=True)
        if one != other
    ]
    listed = changed[:MOST_CHANGES]
    ids = {entry_id for _, *pair in listed for entry_id in pair if entry_id is not None}
    questions = {entry.id: entry.content.question for entry in store.get(list(ids))}
    differences = tuple(
        ChangedBest(query, questions.get(one or 0, ""), questions.get(other or 0, ""))
        for query, one, other in listed
    )
    return Preview(len(asked), bool(logged), len(changed), differences)


def _best(store: Store, embedder: Embedder, queries: Sequence[str]) -> list[int | None]:
    vectors = embedder.encode_queries(queries)
    found = store.nearest_many(vectors, 1, fingerprint=embedder.model.fingerprint)
    return [neighbours[0].entry_id if neighbours else None for neighbours in found]


def fill(store: Store, embedder: Embedder, report: Report, *, lacking: bool) -> None:
    """Write the vectors of all texts, or of those that lack one in the model's set, part by
    part."""
    fingerprint = embedder.model.fingerprint
    [vectors] = [one for one in store.vector_sets() if one.model.fingerprint == fingerprint]
    total = vectors.vectors + vectors.lacking
    done = vectors.vectors if lacking else 0
    report(done, total)
    kinds: tuple[VectorKind, ...] = ("phrasing", "answer")
    for kind in kinds:
        after = 0
        while part := store.texts(
            kind, TEXTS_AT_ONCE, after=after, lacking=fingerprint if lacking else None
        ):
            texts = list(dict.fromkeys(text for _, text in part))
            rows = {text: row for row, text in enumerate(texts)}
            encoded = embedder.encode_documents(texts)[[rows[text] for _, text in part]]
            store.fill(fingerprint, kind, part, encoded)
            after = part[-1][0]
            done += len(part)
            report(done, max(done, total))
