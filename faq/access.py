"""Who may do what.

Everything that is kept is written through the store. A reader has a store with fewer methods,
`ReadersStore`: whatever takes a `ReadableStore` or a `ReadableCollection` can change nothing, and
mypy checks it. What changes something takes a `Store` or a `Collection`, which only editors and
admins have; theirs asks before every write whether their role still allows it. Readers do not see
entries that are not published.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from faq.jobs import BACKUP, MOVE, PUBLISH, REEMBED, REPAIR, RESTORE
from store import ACCESS, Entry, EntryFilter, EntryPage, Status, Store, StoreError
from store.base import (
    ReadableEntries,
    ReadableSettings,
    ReadableStore,
    ReadableVectors,
    ReadersLog,
)

T = TypeVar("T")


class Role(StrEnum):
    """A reader may read, ask, rate answers and suggest; an editor also does the daily work on the
    collection; an admin may do everything. The strongest comes first."""

    ADMIN = "admin"
    EDITOR = "editor"
    READER = "reader"

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do all that another may."""
        roles = list(Role)
        return roles.index(self) <= roles.index(other)


RoleNow = Callable[[], Role | None]
"""Returns the role that somebody has at this moment; None where they have none."""

# What a writing method asks for. What is not named here only reads, or belongs to asking.
WRITES: Mapping[str, Mapping[str, Role]] = {
    "entries": {
        "add": Role.EDITOR,
        "edit": Role.EDITOR,
        "set_deleted": Role.EDITOR,
        "purge": Role.ADMIN,
    },
    "vectors": {"fill": Role.EDITOR, "switch": Role.ADMIN, "drop": Role.ADMIN},
    "log": {"delete": Role.ADMIN},
    "jobs": {"start": Role.EDITOR, "cancel": Role.EDITOR},
    "settings": {"write": Role.EDITOR},
    "upkeep": {"backup": Role.ADMIN, "repair": Role.ADMIN},
}
ADMINS_JOBS = {BACKUP, MOVE, RESTORE, REEMBED, REPAIR, PUBLISH}
ADMINS_SETTINGS = {"collection_name", "display_name", "query_log", "typing"}
_MAY = {
    Role.EDITOR: "This is for admins.",
    Role.READER: "You may read this collection and ask it, but not change it.",
    None: "You have no access to this collection any more.",
}


class NotAllowed(StoreError):
    """Somebody tried to change what their role does not let them change; nothing was."""


def restricted(store: Store, role: Role, now: RoleNow | None = None) -> ReadableStore:
    """Return the store as somebody of this role may use it; with `now`, for as long as that returns
    a role that is strong enough."""
    if role is Role.READER:
        return ReadersStore(store)
    if role is Role.ADMIN and now is None:
        return store
    return cast(Store, _CheckedStore(store, now or (lambda: role)))


def require(role: Role | None, least: Role) -> None:
    """Raise `NotAllowed` for a weaker role than `least`: before anything that changes the
    collection."""
    if role is None or not role.includes(least):
        raise NotAllowed(
            f"{_MAY[role]} Nothing was changed. Ask an admin, or whoever set FAQ_ROLE."
        )


class _ForEverybody:
    """What everybody may use of a store."""

    def __init__(self, whole: Store) -> None:
        self.words = whole.words
        self._whole = whole
        self.state = whole.state
        self.info = whole.info
        self.close = whole.close

    @property
    def read_only(self) -> str:
        return self._whole.read_only


class _CheckedStore(_ForEverybody):
    """A store that asks before every write whether the role of whoever writes allows it."""

    def __init__(self, whole: Store, now: RoleNow) -> None:
        super().__init__(whole)
        for part, writes in WRITES.items():
            setattr(self, part, _CheckedPart(getattr(whole, part), writes, now))


class _CheckedPart:
    def __init__(self, whole: object, writes: Mapping[str, Role], now: RoleNow) -> None:
        self._whole, self._writes, self._now = whole, writes, now

    def __getattr__(self, name: str) -> Any:
        method, least = getattr(self._whole, name), self._writes.get(name)
        if least is None:
            return method

        def checked(*args: Any, **kwargs: Any) -> Any:
            require(self._now(), Role.ADMIN if _is_for_admins(name, args) else least)
            return method(*args, **kwargs)

        return checked


def _is_for_admins(method: str, args: Sequence[Any]) -> bool:
    """Return whether a method that is an editor's is called with what only an admin may change."""
    if method == "write":
        return any(name in ADMINS_SETTINGS or name.startswith(ACCESS) for name in args[0])
    return method == "start" and args[0] in ADMINS_JOBS


class ReadersStore(_ForEverybody):
    """A store without what changes a collection, and with published entries only."""

    def __init__(self, whole: Store) -> None:
        super().__init__(whole)
        self.entries: ReadableEntries = _PublishedEntries(whole.entries)
        self.vectors: ReadableVectors = _only(ReadableVectors, whole.vectors)
        self.log: ReadersLog = _only(ReadersLog, whole.log)
        self.settings: ReadableSettings = _only(ReadableSettings, whole.settings)


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
