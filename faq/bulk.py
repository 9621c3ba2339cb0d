"""The same change of many entries at once, with the way back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from faq.collection import Collection
from faq.content import validated
from store import Content, Edit, Entry, EntryFilter, StaleEdit, Status, StoreError, UnknownEntry

AT_ONCE = 1_000  # entries in one transaction; with more, others who save would wait too long

Seen = tuple[int, int]
"""An entry as somebody saw it: its id and version."""


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be so of many entries. None leaves it as it is, and so does no tag; an empty
    category or owner takes it away."""

    category: str | None = None
    status: Status | None = None
    owner: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()

    def of(self, content: Content) -> Content:
        """Return a content with the change made. Raises `InvalidEntry`."""
        kept = [tag for tag in content.tags if tag not in self.remove_tags]
        changed = replace(
            content,
            category=content.category if self.category is None else self.category,
            status=content.status if self.status is None else self.status,
            owner=content.owner if self.owner is None else self.owner,
            tags=(*kept, *(tag for tag in self.add_tags if tag not in kept)),
        )
        return validated(changed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: what would take it back, an edit for each entry that was changed; the entries
    that somebody else changed in between, which were left as they stand; how many are not there any
    more; and how many were not reached, with the reason."""

    undo: tuple[Edit, ...] = ()
    left: tuple[Entry, ...] = ()
    gone: int = 0
    unreached: int = 0
    why: str = ""


def seen(collection: Collection, where: EntryFilter) -> tuple[Seen, ...]:
    """Return every entry that passes, as it is now."""
    return tuple((entry.id, entry.version) for entry in collection.all_entries(where))


def change_many(collection: Collection, chosen: Sequence[Seen], change: Change) -> Outcome:
    """Change entries as they were seen, `AT_ONCE` of them in one transaction.

    Raises, with nothing changed, `InvalidEntry` where the change makes no sense, and what the store
    refuses. Where it refuses only later, the outcome tells.
    """
    return _in_parts(collection, chosen, lambda entry: change.of(entry.content))


def take_back(collection: Collection, undo: Sequence[Edit]) -> Outcome:
    """Undo what an outcome tells of, as new revisions."""
    contents = {edit.entry_id: edit.content for edit in undo}
    seen_then = [(edit.entry_id, edit.version) for edit in undo]
    return _in_parts(collection, seen_then, lambda entry: contents[entry.id])


def rename_category(collection: Collection, old: str, new: str) -> Outcome:
    """Rename a category: that of every entry in it. Those in the bin keep what they said."""
    in_it = seen(collection, EntryFilter(category=old))
    return change_many(collection, in_it, Change(category=new))


def in_parts(act: Callable[[Sequence[int]], Iterable[int]], entry_ids: Sequence[int]) -> list[int]:
    """Call something that takes ids and returns those of them that it changed, with so many at a
    time that nobody waits long for it; return all of these."""
    starts = range(0, len(entry_ids), AT_ONCE)
    return [done for start in starts for done in act(entry_ids[start : start + AT_ONCE])]


def _in_parts(
    collection: Collection, chosen: Sequence[Seen], changed: Callable[[Entry], Content]
) -> Outcome:
    whole = Outcome()
    for start in range(0, len(chosen), AT_ONCE):
        try:
            part = _changed(collection, dict(chosen[start : start + AT_ONCE]), changed)
        except StoreError as error:
            if not whole.undo:
                raise
            return replace(whole, unreached=len(chosen) - start, why=str(error))
        whole = Outcome(whole.undo + part.undo, whole.left + part.left, whole.gone + part.gone)
    return whole


def _changed(
    collection: Collection, versions: dict[int, int], changed: Callable[[Entry], Content]
) -> Outcome:
    """Edit entries that stand in these versions; try again without those that somebody else was
    quicker with."""
    while True:
        there = [entry for entry in collection.store.get(list(versions)) if not entry.deleted]
        fresh = [entry for entry in there if entry.version == versions[entry.id]]
        edits = [Edit(entry.id, entry.version, changed(entry)) for entry in fresh]
        try:
            after = collection.edit_many(edits, collection.embed(()))
        except (StaleEdit, UnknownEntry):
            continue
        return Outcome(
            undo=tuple(
                Edit(entry.id, now.version, entry.content)
                for entry, now in zip(fresh, after, strict=True)
                if now != entry
            ),
            left=tuple(entry for entry in there if entry.version != versions[entry.id]),
            gone=len(versions) - len(there),
        )
