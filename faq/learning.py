"""How an entry learns from use: other ways of asking it, taken from what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from faq.collection import Collection
from store import Entry, UnknownEntry, normalised


@dataclass(frozen=True, slots=True)
class Learned:
    """An entry as it stands now, and the phrasings that it did not have before."""

    entry: Entry
    phrasings: tuple[str, ...]


def learn(collection: Collection, entry_id: int, wordings: Sequence[str]) -> Learned:
    """Add wordings to an entry's phrasings, those that it has already left out.

    Raises `UnknownEntry`, `InvalidEntry` or `StaleEdit`.
    """
    entry = _standing(collection, entry_id)
    known = {normalised(text) for text in entry.content.ways_of_asking}
    lines = [" ".join(text.split()) for text in wordings]
    new = tuple(dict.fromkeys(text for text in lines if normalised(text) not in known))
    content = replace(entry.content, phrasings=(*entry.content.phrasings, *new))
    return Learned(collection.edit(entry, content), new)


def unlearn(collection: Collection, learned: Learned) -> None:
    """Take those phrasings away again, whatever else was changed meanwhile."""
    entry = _standing(collection, learned.entry.id)
    kept = tuple(text for text in entry.content.phrasings if text not in learned.phrasings)
    collection.edit(entry, replace(entry.content, phrasings=kept))


def _standing(collection: Collection, entry_id: int) -> Entry:
    entry = collection.get(entry_id)
    if entry is None:
        raise UnknownEntry("This entry is not there any more. Choose another one.")
    return entry
