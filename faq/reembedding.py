"""A collection embedded with another model, beside the vectors in use, and the switch to it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

from embedding import Embedder, EmbeddingError
from faq.collection import recorded
from faq.jobs import IMPORT, Progress, refuse_beside
from faq.threshold import begin_with_default
from store import EntryFilter, SetIncomplete, Store, VectorKind

TEXTS_AT_ONCE = 512
QUERIES_LOOKED_AT = 1000
DIFFERENCES_KEPT = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """A question whose best entry is another one with the new model; empty where there is none."""

    query: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a switch of models would change.

    `asked` questions were put to both: those of the query log (`logged`), else the entries' own.
    `changed` of them have another best entry; `differences` holds the first of those. `note` says
    why nothing could be compared.
    """

    asked: int
    logged: bool
    changed: int
    differences: tuple[Difference, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What embedding a collection anew came to; a job's result, as JSON."""

    model: str
    fingerprint: str
    entries: int
    phrasings: int
    seconds: float
    preview: Preview

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Embedded":
        told = json.loads(text)
        preview = told.pop("preview")
        differences = tuple(Difference(**each) for each in preview.pop("differences"))
        return cls(**told, preview=Preview(**preview, differences=differences))


def embed_anew(store: Store, own: Embedder, new: Embedder, progress: Progress) -> str:
    """Embed everything with `new` beside the vectors in use; return an `Embedded` as JSON.

    What was done before a cancel or a crash stays, and is not done again. Where `new` is the
    collection's own model, its vectors are written over in place: they stay comparable throughout.
    """
    started = perf_counter()
    record, standing = recorded(new.model), store.model()
    if standing is None:
        begin_with_default(store)
        store.use_model(record)
    same = standing is None or standing.fingerprint == record.fingerprint
    if same:
        fill(store, new, progress.report, lacking=False)
    else:
        store.begin_set(record)
        fill(store, new, progress.report, lacking=True)
    info = store.info()
    unchanged = Preview(0, False, 0, (), note="It is the collection's own model.")
    return Embedded(
        model=record.name,
        fingerprint=record.fingerprint,
        entries=info.entries,
        phrasings=info.phrasings,
        seconds=perf_counter() - started,
        preview=unchanged if same else preview(store, own, new),
    ).as_json()


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
    """Return which questions have another best entry with `new`, whose vectors must be whole."""
    logged = list(dict.fromkeys(query.text for query in store.recent_queries(QUERIES_LOOKED_AT)))
    asked = logged or _questions(store)
    try:
        before, after = (_best(store, embedder, asked) for embedder in (own, new))
    except EmbeddingError as error:
        return Preview(len(asked), bool(logged), 0, (), note=str(error))
    changed = [
        (query, one, other)
        for query, one, other in zip(asked, before, after, strict=True)
        if one != other
    ]
    shown = changed[:DIFFERENCES_KEPT]
    ids = [entry_id for _, *pair in shown for entry_id in pair if entry_id is not None]
    questions = {entry.id: entry.content.question for entry in store.get(list(set(ids)))}
    differences = tuple(
        Difference(query, questions.get(one or 0, ""), questions.get(other or 0, ""))
        for query, one, other in shown
    )
    return Preview(len(asked), bool(logged), len(changed), differences)


def _questions(store: Store) -> list[str]:
    page = store.page(EntryFilter(), limit=QUERIES_LOOKED_AT)
    return [entry.content.question for entry in page.entries]


def _best(store: Store, embedder: Embedder, queries: Sequence[str]) -> list[int | None]:
    vectors = embedder.encode_queries(queries)
    found = store.nearest_many(vectors, 1, fingerprint=embedder.model.fingerprint)
    return [neighbours[0].entry_id if neighbours else None for neighbours in found]


def fill(
    store: Store, embedder: Embedder, report: Callable[[int, int], None], *, lacking: bool
) -> None:
    """Write the vectors of all texts, or of those that lack one in the model's set, part by
    part."""
    fingerprint = embedder.model.fingerprint
    [standing] = [one for one in store.vector_sets() if one.model.fingerprint == fingerprint]
    total = standing.vectors + standing.lacking
    done = standing.vectors if lacking else 0
    report(done, total)
    kinds: tuple[VectorKind, ...] = ("phrasing", "answer")
    for kind in kinds:
        after = 0
        while part := store.texts(
            kind, TEXTS_AT_ONCE, after=after, lacking=fingerprint if lacking else None
        ):
            texts = list(dict.fromkeys(text for _, text in part))
            rows = {text: row for row, text in enumerate(texts)}
            vectors = embedder.encode_documents(texts)[[rows[text] for _, text in part]]
            store.fill(fingerprint, kind, part, vectors)
            after = part[-1][0]
            done += len(part)
            report(done, max(done, total))
