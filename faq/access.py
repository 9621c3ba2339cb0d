"""Who may do what.

Everything that is kept is written through the store. A reader's process has a store with fewer
methods, `ReadersStore`: whatever takes a `ReadableStore` or a `ReadableCollection` can change
nothing, and mypy checks it. What changes something takes a `Store` or a `Collection`, which only an
editor's process can make. Readers do not see entries that are not published.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from store import Entry, EntryFilter, EntryPage, Status, Store, StoreError
from store.base import (
    ReadableEntries,
    ReadableSettings,
    ReadableStore,
    ReadableVectors,
    ReadersLog,
)

T = TypeVar("T")


class Role(StrEnum):
    """An editor may do everything; a reader may read, ask, rate answers and suggest."""

    EDITOR = "editor"
    READER = "reader"


class NotAllowed(StoreError):
    """A reader tried to change what only editors may change; nothing was."""


def restricted(store: Store, role: Role) -> ReadableStore:
    """Return the store as somebody of this role may use it."""
    return store if role is Role.EDITOR else ReadersStore(store)


def refuse_reader(role: Role) -> None:
    """Raise `NotAllowed` for a reader: before anything that changes the collection."""
    if role is not Role.EDITOR:
        raise NotAllowed(
            "This Askwell is for readers (FAQ_ROLE=reader): it answers questions and changes "
            "nothing in the collection. Ask somebody who edits it, or use one that was started "
            "with FAQ_ROLE=editor."
        )


class ReadersStore:
    """A store without what changes a collection, and with published entries only."""

    def __init__(self, whole: Store) -> None:
        self.entries: ReadableEntries = _PublishedEntries(whole.entries)
        self.vectors: ReadableVectors = _only(ReadableVectors, whole.vectors)
        self.words = whole.words
        self.log: ReadersLog = _only(ReadersLog, whole.log)
        self.settings: ReadableSettings = _only(ReadableSettings, whole.settings)
        self._whole = whole
        self.state = whole.state
        self.info = whole.info
        self.close = whole.close

    @property
    def read_only(self) -> str:
        return self._whole.read_only


class _PublishedEntries:
    def __init__(self, whole: ReadableEntries) -> None:
        self._whole = whole
        self.counts = whole.counts
        self.ids = whole.ids
        self.revisions = whole.revisions
        self.changes_since = whole.changes_since

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        every = self._whole.get(entry_ids)
        return [entry for entry in every if entry.content.status == Status.PUBLISHED]

    def page(self, where: EntryFilter, **order_and_part: Any) -> EntryPage:
        if where.deleted or where.status not in (None, Status.PUBLISHED):
            return EntryPage((), 0)
        return self._whole.page(replace(where, status=Status.PUBLISHED), **order_and_part)


def _only(protocol: object, whole: T) -> T:
    """Return the methods of a protocol as `whole` has them, and no others."""
    names = (name for name in dir(protocol) if not name.startswith("_"))
    return cast(T, SimpleNamespace(**{name: getattr(whole, name) for name in names}))
