"""Who may do what: an actor's role, enforced at the store.

Everything that a collection keeps is written through its store. So a reader's store is the store
with its writes refused, but for those that asking brings along; whatever screen, script or command
has it in hands can do no more. What is not named here is refused: a new way of writing is closed to
readers until somebody opens it. Entries that are not published are not there for them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, cast

from store import Entry, EntryFilter, EntryPage, Status, Store, StoreError, Vector


class Role(StrEnum):
    """What somebody may do: an editor everything, a reader ask, rate answers, suggest and read."""

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


def in_hands_of(role: Role, store: Store) -> Store:
    """Return the store as somebody of this role has it."""
    return store if role is Role.EDITOR else cast(Store, _ReadersStore(store))


def as_team(store: Store) -> Store:
    """Return the store with nothing refused: for what the team's own rules do to it, whoever sets
    them off. Not for what a person wants."""
    return store.whole if isinstance(store, _ReadersStore) else store


def refuse_reader(role: Role) -> None:
    """Raise `NotAllowed` where the role is a reader's: for work that would be refused at its end,
    and for what is written past the store."""
    if role is not Role.EDITOR:
        raise NotAllowed(
            "This Askwell is for readers (FAQ_ROLE=reader): it answers questions and changes "
            "nothing in the collection. Ask somebody who edits it, or use one that was started "
            "with FAQ_ROLE=editor."
        )


class _ReadersStore:
    """A `Store` in a reader's hands."""

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
