"""The same change of many entries at once, with its undo."""

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
    """New values for many entries. None leaves a field as it is; an empty category or owner removes
    it."""

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
    """What a change of many entries did.

    `undo` is an edit for each changed entry that reverts it; `left` the entries that somebody else
    changed in between, which were not touched; `gone` counts those that were deleted in between;
    `unreached` those that were not tried, because of `why`.
    """

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

    Raises `InvalidEntry` where the change is not allowed, and what the store refuses; then nothing
    is changed. What the store refuses after a first part was changed is in the outcome.
    """
    return _edit_all(collection, chosen, lambda entry: change.of(entry.content))


def take_back(collection: Collection, undo: Sequence[Edit]) -> Outcome:
    """Undo the changes of an outcome, as new revisions."""
    contents = {edit.entry_id: edit.content for edit in undo}
    chosen = [(edit.entry_id, edit.version) for edit in undo]
    return _edit_all(collection, chosen, lambda entry: contents[entry.id])


def rename_category(collection: Collection, old: str, new: str) -> Outcome:
    """Rename a category: that of every entry in it. Entries in the bin keep the old one."""
    return change_many(collection, seen(collection, EntryFilter(category=old)), Change(new))


def in_parts(act: Callable[[Sequence[int]], Iterable[int]], entry_ids: Sequence[int]) -> list[int]:
    """Call `act` with `AT_ONCE` ids at a time; return all the ids that it returned, those of the
    entries that it changed."""
    starts = range(0, len(entry_ids), AT_ONCE)
    return [done for start in starts for done in act(entry_ids[start : start + AT_ONCE])]


def _edit_all(
    collection: Collection, chosen: Sequence[Seen], changed: Callable[[Entry], Content]
) -> Outcome:
    whole = Outcome()
    for start in range(0, len(chosen), AT_ONCE):
        try:
            part = _edit_part(collection, dict(chosen[start : start + AT_ONCE]), changed)
        except StoreError as error:
            if not whole.undo:
                raise
            return replace(whole, unreached=len(chosen) - start, why=str(error))
        whole = Outcome(whole.undo + part.undo, whole.left + part.left, whole.gone + part.gone)
    return whole


def _edit_part(
    collection: Collection, versions: dict[int, int], changed: Callable[[Entry], Content]
) -> Outcome:
    """Edit the entries that still have these versions; try again without those that somebody else
    saved in between."""
    while True:
        there = [
            entry for entry in collection.store.entries.get(list(versions)) if not entry.deleted
        ]
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
