"""Answers of older collections, divided into passages: until then, only their beginnings are read.

Collections are written with passages since schema 9. An entry answers as before until its own
answer is divided.
"""

from dataclasses import replace

from embedding import Embedder
from faq.collection import recorded
from faq.jobs import Report
from store import UNDIVIDED, Embeddings, EntryFilter, ReadableStore, Store

ENTRIES_AT_ONCE = 32
WAITING = (EntryFilter(undivided=True), EntryFilter(undivided=True, deleted=True))


def undivided(store: ReadableStore) -> int:
    """Return how many answers are to be divided, the bin included."""
    if UNDIVIDED not in store.state().settings:  # most collections have none
        return 0
    return sum(store.entries.page(where, limit=0).total for where in WAITING)


def divide_answers(store: Store, own: Embedder, report: Report) -> int:
    """Divide answers into passages, with the vectors of the collection's `own` model, part by part;
    return how many. What was done before a cancel or a crash stays, and is not done again."""
    if UNDIVIDED not in store.state().settings:
        return 0
    total, done = undivided(store), 0
    for where in WAITING:
        while some := store.entries.page(where, limit=ENTRIES_AT_ONCE).entries:
            report(done, total)
            texts = list(dict.fromkeys(text for e in some for text in e.content.answer_texts))
            vectors = own.encode_documents(texts)
            embeddings = Embeddings(recorded(own.model), dict(zip(texts, vectors, strict=True)))
            store.entries.divide(some, embeddings)
            done += len(some)
            where = replace(where, after=some[-1].id)
            report(done, max(done, total))
    if not undivided(store):
        store.settings.write({UNDIVIDED: None})
    return done
