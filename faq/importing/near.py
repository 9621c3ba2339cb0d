"""Near duplicates among what was imported: for a person to decide on, never merged here."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice

from faq.collection import ALIKE, Collection
from faq.importing.report import NEAR_LISTED, NearDuplicate

MOST_COMPARISONS = 4_000_000_000  # of two vectors: about a minute


class Added:
    """Which rows became which entries, both ascending."""

    def __init__(self) -> None:
        self.rows, self.entry_ids = array("q"), array("q")

    def note(self, rows: Sequence[int], entry_ids: Sequence[int]) -> None:
        self.rows.extend(rows)
        self.entry_ids.extend(entry_ids)

    def row_of(self, entry_id: int) -> int:
        return self.rows[bisect_left(self.entry_ids, entry_id)]


def near_duplicates(collection: Collection, added: Added) -> tuple[list[NearDuplicate], int]:
    """Return rows that became entries although one that was there before, or an earlier row, is
    very near to their question, in the order of the file; and how many more there are.

    The vectors are those that the import wrote. Of a very large import the first rows alone are
    looked at: the Inbox finds the rest.
    """
    if not added.rows:
        return [], 0
    store = collection.store
    most = max(1, MOST_COMPARISONS // max(1, store.info().phrasings))
    found = store.older_alike(
        added.entry_ids[:most], ALIKE, fingerprint=collection.embedder.model.fingerprint
    )
    listed = list(islice(found, NEAR_LISTED))
    more = sum(1 for _ in found)
    ids = sorted({id_ for alike in listed for id_ in (alike.entry_id, alike.older_id)})
    questions = {entry.id: entry.content.question for entry in store.get(ids)}
    return [
        NearDuplicate(
            added.row_of(alike.entry_id),
            alike.entry_id,
            questions[alike.entry_id],
            alike.older_id,
            questions[alike.older_id],
            alike.cosine,
        )
        for alike in listed
        if alike.entry_id in questions and alike.older_id in questions  # else deleted meanwhile
    ], more
