"""Vectors for store tests: the word counts of `tests.fakes`, and calls that need them."""

import numpy as np

from store import (
    Content,
    Edit,
    Embeddings,
    Entry,
    ModelRecord,
    Resident,
    SearchFilter,
    Store,
    Vector,
)
from store.records import PUBLISHED_ENTRIES
from tests.fakes import WORDS, WordCountEmbedder

DIMENSION = len(WORDS)
MODEL = ModelRecord("fingerprint-1", "tests/word-count", "1", DIMENSION, 256)
OTHER = ModelRecord("fingerprint-2", "tests/other", None, 3, 16)
EAST = np.eye(3, dtype=np.float32)[0]  # a vector of the other model
_embedder = WordCountEmbedder()


def vector(text: str) -> Vector:
    return _embedder.encode_query(text)


def embeddings(*contents: Content, model: ModelRecord = MODEL) -> Embeddings:
    """Return the vectors of all texts of these contents."""
    return Embeddings(model, {text: vector(text) for content in contents for text in content.texts})


NOTHING = embeddings()  # an edit that brings no new text


def add(store: Store, *contents: Content) -> list[Entry]:
    return store.entries.add(contents, embeddings(*contents), "ada")


def edit(
    store: Store, entry_id: int, version: int, content: Content, given: Embeddings | None = None
) -> Entry:
    given = embeddings(content) if given is None else given
    [after] = store.entries.edit([Edit(entry_id, version, content)], given, "bo")
    return after


def fill_other(store: Store) -> None:
    """Give every phrasing without a vector of the other model one: the same for all."""
    store.vectors.fill(OTHER, "phrasing", [], np.empty((0, 3), np.float32))
    missing = store.vectors.texts("phrasing", 100, missing_in=OTHER.fingerprint)
    store.vectors.fill(OTHER, "phrasing", missing, np.tile(EAST, (len(missing), 1)))


def shown(resident: Resident) -> dict[int, tuple[object, ...]]:
    """Return all that a resident says of each entry that is present, by id."""
    found: dict[int, tuple[object, ...]] = {}
    for place in np.flatnonzero(resident.present).tolist():
        entry_id = int(resident.entry_ids[place])
        rows = resident.rows_of(entry_id)
        block = resident.phrasings.block_of[place]
        found[entry_id] = (
            bool(resident.published[place]),
            resident.category_names[resident.categories[place]],
            list(resident.texts[rows]),
            resident.phrasings.vectors[rows].tolist(),
            resident.answer_of(entry_id).tolist(),
            round(float(resident.phrasings.coherence[block]), 4),
            resident.spans[resident.answers.of_place(place)].tolist(),
        )
    return found


def found(
    store: Store, text: str, k: int = 5, where: SearchFilter = PUBLISHED_ENTRIES
) -> list[int]:
    """Return the ids of the entries that are most similar to a text."""
    near = store.vectors.nearest(vector(text), k, where, fingerprint=MODEL.fingerprint)
    return [one.entry_id for one in near]
