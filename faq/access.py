"""Who may do what: an actor's role, enforced at the store.

Everything that is kept is written through the store, so a reader gets a store that refuses all
writes but those that asking needs; no screen, script or command can do more with it. A method that
is not named here is refused: a new way of writing is closed to readers until somebody opens it.
Readers do not see entries that are not published.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, cast

from store import Entry, EntryFilter, EntryPage, Status, Store, StoreError, Vector


class Role(StrEnum):
    """An editor may do everything; a reader may read, ask, rate answers and suggest."""

    EDITOR = "editor"
    READER = "reader"


class NotAllowed(StoreError):
    """A reader tried to change what only editors may change; nothing was."""


READING = frozenset(
    {
        "categories",
        "changes_since",
        "check",
        "close",
        "count_queries",
        "damage",
        "dismissed",
        "embedded_entries",
        "entry_tests",
        "get",
        "ids_by_key",
        "ids_by_question",
        "imported_rows",
        "info",
        "job",
        "keyword",
        "model",
        "nearest",
        "nearest_many",
        "occurrences",
        "older_alike",
        "page",
        "query_log_token",
        "read_only",
        "recent_queries",
        "reports",
        "revisions",
        "setting",
        "snapshot",
        "suggestions",
        "tags",
        "texts",
        "vector_sets",
        "word_counts",
    }
)
READERS_WRITES = frozenset({"log_query", "rate_query", "suggest"})


def restricted(store: Store, role: Role) -> Store:
    """Return the store with the rights of a role."""
    return store if role is Role.EDITOR else cast(Store, _ReadersStore(store))


def unrestricted(store: Store) -> Store:
    """Return the store without a role's limits: for what the team's own rules do, whoever caused
    it. Not for what a person asks for."""
    return store.whole if isinstance(store, _ReadersStore) else store


def refuse_reader(role: Role) -> None:
    """Raise `NotAllowed` for a reader: before work whose end would be refused, and before anything
    that is written without the store."""
    if role is not Role.EDITOR:
        raise NotAllowed(
            "This Askwell is for readers (FAQ_ROLE=reader): it answers questions and changes "
            "nothing in the collection. Ask somebody who edits it, or use one that was started "
            "with FAQ_ROLE=editor."
        )


class _ReadersStore:
    """A `Store` with a reader's rights."""

    def __init__(self, whole: Store) -> None:
        self.whole = whole

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        return [entry for entry in self.whole.get(entry_ids) if _published(entry)]

    def page(self, where: EntryFilter, **how: Any) -> EntryPage:
        if where.deleted or where.status not in (None, Status.PUBLISHED):
            return EntryPage((), 0)
        return self.whole.page(replace(where, status=Status.PUBLISHED), **how)

    def embedded_entries(self, *, fingerprint: str) -> Iterator[tuple[Entry, Vector]]:
        every = self.whole.embedded_entries(fingerprint=fingerprint)
        return ((entry, vector) for entry, vector in every if _published(entry))

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.whole, name)
        return method if name in READING | READERS_WRITES else _refuse


def _published(entry: Entry) -> bool:
    return entry.content.status == Status.PUBLISHED


def _refuse(*_: object, **__: object) -> None:
    refuse_reader(Role.READER)
