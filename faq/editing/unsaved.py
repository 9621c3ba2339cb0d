"""What people wrote in an entry and did not save yet. It outlives the page and the server."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from faq.collection import Collection, ReadableCollection
from store import Content, Entry, ReadableStore

KEPT_FOR = timedelta(days=30)
PREFIX = "unsaved "  # of a setting without a folder: every run reads those anyway


def new_id() -> str:
    """Return an id for what somebody begins to write."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What `actor` wrote in version `version` of an entry, or in a new one, without an id;
    `absorbed_id` is the entry that becomes part of it, if one does."""

    actor: str
    content: Content
    entry_id: int | None = None
    version: int = 0
    id: str = field(default_factory=new_id)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    absorbed_id: int | None = None


def keep(collection: Collection, unsaved: Unsaved) -> None:
    """Keep what is written, in place of what had the same id. What is old is forgotten."""
    kept = {
        "actor": unsaved.actor,
        "content": unsaved.content.as_json(),
        "entry_id": unsaved.entry_id,
        "version": unsaved.version,
        "at": unsaved.at.isoformat(),
        "absorbed_id": unsaved.absorbed_id,
    }
    old = {PREFIX + one.id: None for one in _all(collection) if _is_old(one)}
    collection.store.settings.write({**old, PREFIX + unsaved.id: json.dumps(kept)})


def discard(collection: Collection, unsaved_id: str) -> None:
    """Forget what was kept under this id, if anything was."""
    if PREFIX + unsaved_id in collection.state.settings:
        collection.store.settings.write({PREFIX + unsaved_id: None})


def own(collection: ReadableCollection) -> list[Unsaved]:
    """Return what the collection's actor has not saved, newest first; nothing that is old."""
    own = (one for one in _all(collection) if one.actor == collection.actor and not _is_old(one))
    return sorted(own, key=lambda one: one.at, reverse=True)


def _all(collection: ReadableCollection) -> Iterator[Unsaved]:
    for name, text in collection.state.settings.items():
        if name.startswith(PREFIX):
            kept = json.loads(text)
            kept["content"] = Content.from_json(kept["content"])
            kept["at"] = datetime.fromisoformat(kept["at"])
            yield Unsaved(id=name.removeprefix(PREFIX), **kept)


def _is_old(unsaved: Unsaved) -> bool:
    return unsaved.at < datetime.now(UTC) - KEPT_FOR


def basis(store: ReadableStore, unsaved: Unsaved) -> Entry | None:
    """Return the entry as it was when this was begun; None for a new one, and where the entry does
    not exist any more: the text can still become a new one."""
    if unsaved.entry_id is None:
        return None
    entries = [one for one in store.entries.get([unsaved.entry_id]) if not one.deleted]
    for entry in entries:
        for revision in store.entries.revisions(entry.id):
            if revision.version == unsaved.version:
                return replace(entry, version=revision.version, content=revision.content)
    return None
