"""Two entries that say the same become one."""

from dataclasses import fields, replace
from typing import Any

from faq.collection import Collection, new_texts
from faq.content import validated
from faq.editing.reconciling import joined
from store import Content, Edit, Entry, normalised


def merge(collection: Collection, kept: Entry, absorbed: Entry, content: Content) -> Entry:
    """Merge `absorbed` into `kept`, put it into the bin with its history, and return the new state
    of `kept`, with `content`, in one transaction.

    Raises `StaleEdit` or `UnknownEntry` where one of them was changed in between, `EmbeddingError`
    where the model is unavailable.
    """
    content = validated(content)
    embeddings = collection.embed(*new_texts(kept.content, content))
    edits = [
        Edit(absorbed.id, absorbed.version, absorbed.content, delete=True),
        Edit(kept.id, kept.version, content),
    ]
    return collection.edit_many(edits, embeddings)[1]


def unmerge(collection: Collection, merged: Entry, kept: Entry, absorbed: Entry) -> None:
    """Undo a merge that returned `merged`. Raises `StaleEdit` where somebody edited that since."""
    collection.edit(merged, kept.content)
    collection.restore([absorbed.id])


def merged(kept: Content, absorbed: Content) -> Content:
    """Return content with the lists of both and both answers; any other field that `kept` leaves
    empty comes from `absorbed`. The absorbed question becomes a phrasing, and a query that must
    find one of the two is no test against both."""
    values: dict[str, Any] = {}
    for field in fields(Content):
        one, other = getattr(kept, field.name), getattr(absorbed, field.name)
        both = isinstance(one, tuple)
        values[field.name] = tuple(dict.fromkeys((*one, *other))) if both else one or other
    wanted = {normalised(text) for text in values["must_find"]}
    return replace(
        Content(**values),
        answer=joined(kept.answer, absorbed.answer),
        phrasings=(*kept.phrasings, *absorbed.ways_of_asking),
        must_not_find=tuple(t for t in values["must_not_find"] if normalised(t) not in wanted),
    )
