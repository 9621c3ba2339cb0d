"""The history of entries: their revisions, and the feed of changes that others follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from store.records import Action, Changes, Content, Revision
from store.relational.connection import Connection


class Position(NamedTuple):
    """How far somebody has followed the changes: the last token, and the last revision then, as id,
    time and entry id. The revision shows that it is still the same collection: another one in its
    place may have given out the same tokens."""

    token: int
    revision: tuple[int, str, int] | None


NOWHERE = Position(0, None)


def record(
    connection: Connection,
    entry_id: int,
    version: int,
    action: Action,
    actor: str,
    at: str,
    content: Content,
) -> None:
    """Write a revision, and add the entry to the change feed."""
    connection.insert(
        "revision",
        {
            "entry_id": entry_id,
            "version": version,
            "action": action,
            "actor": actor,
            "at": at,
            "content": content.as_json(),
        },
    )
    add(connection, [entry_id])


def add(connection: Connection, entry_ids: Sequence[int]) -> None:
    """Add entries to the change feed."""
    for entry_id in entry_ids:
        connection.insert("change", {"entry_id": entry_id})


def token(connection: Connection) -> int:
    """Return the token of the last change; 0 where there was none."""
    [(newest,)] = connection.select("SELECT coalesce(max(token), 0) FROM change")
    return int(newest)


def since(connection: Connection, after: int) -> Changes:
    """Return the ids of entries changed after a token, each once, by id."""
    return Changes(token(connection), _changed(connection, after))


def _changed(connection: Connection, after: int) -> tuple[int, ...]:
    rows = connection.select(
        "SELECT DISTINCT entry_id FROM change WHERE token > ? ORDER BY entry_id", (after,)
    )
    return tuple(entry_id for (entry_id,) in rows)


def advance(
    connection: Connection, position: Position | None
) -> tuple[Position, tuple[int, ...] | None]:
    """Return the present position, and the entries changed since another; None where it is not one
    of this collection, so that everything may have changed."""
    [(newest, *revision)] = connection.select(
        "SELECT newest, id, at, entry_id"
        " FROM (SELECT coalesce(max(token), 0) AS newest FROM change) AS feed"
        " LEFT JOIN revision ON id = (SELECT max(id) FROM revision)"
    )
    here = Position(newest, None if revision[0] is None else (*revision,))
    if position is None or position.revision is None:
        return here, None
    if position == here:
        return here, ()
    changed = _changed(connection, position.token)
    *revision, entry_id = position.revision
    if connection.select("SELECT 1 FROM revision WHERE id = ? AND at = ?", revision):
        return here, changed
    # A purged entry has no revisions any more, and counts as changed.
    there = connection.select("SELECT 1 FROM entry WHERE id = ?", (entry_id,))
    return here, changed if entry_id in changed and not there else None


def revisions(connection: Connection, entry_id: int) -> list[Revision]:
    """Return every change of an entry, newest first."""
    rows = connection.select(
        "SELECT version, action, actor, at, content FROM revision WHERE entry_id = ANY(?)"
        " ORDER BY version DESC",
        ([entry_id],),
    )
    found = []
    for version, action, actor, at, text in rows:
        content = Content.from_json(text)
        found.append(
            Revision(entry_id, version, action, actor, datetime.fromisoformat(at), content)
        )
    return found
