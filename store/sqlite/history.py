"""What happened to entries: their revisions, and the feed that tells others of changes."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Literal

import apsw

from store.records import Changes, Content, Revision, Status
from store.sqlite.sql import id_array, select

Action = Literal["add", "edit", "remove", "restore"]
FIELDS = tuple(field.name for field in fields(Content))


def record(
    connection: apsw.Connection,
    entry_id: int,
    version: int,
    action: Action,
    actor: str,
    at: str,
    content: Content,
) -> None:
    """Write a revision and tell the change feed."""
    connection.execute(
        "INSERT INTO revision (entry_id, version, action, actor, at, content)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            entry_id,
            version,
            action,
            actor,
            at,
            json.dumps({name: getattr(content, name) for name in FIELDS}, default=str),
        ),
    )
    tell(connection, [entry_id])


def tell(connection: apsw.Connection, entry_ids: Sequence[int]) -> None:
    """Tell the change feed of entries."""
    connection.executemany(
        "INSERT INTO change (entry_id) VALUES (?)", [(entry_id,) for entry_id in entry_ids]
    )


def moment(connection: apsw.Connection) -> tuple[int, str] | None:
    """Return id and time of the last revision; None where there is none."""
    rows = select(connection, "SELECT id, at FROM revision ORDER BY id DESC LIMIT 1")
    return (rows[0][0], rows[0][1]) if rows else None


def has_passed(connection: apsw.Connection, at: tuple[int, str] | None) -> bool:
    """Return whether the collection has been at this moment, as `moment` gave it: not so where
    another was put into its file since, whose change tokens may be the same."""
    if at is None:
        return False
    return bool(select(connection, "SELECT 1 FROM revision WHERE id = ? AND at = ?", at))


def revisions(connection: apsw.Connection, entry_id: int) -> list[Revision]:
    """Return every change of an entry, newest first."""
    rows = select(
        connection,
        "SELECT version, action, actor, at, content FROM revision WHERE entry_id IN carray(?)"
        " ORDER BY version DESC",
        (id_array([entry_id]),),
    )
    return [
        Revision(entry_id, version, action, actor, datetime.fromisoformat(at), _content(text))
        for version, action, actor, at, text in rows
    ]


def changes_since(connection: apsw.Connection, token: int) -> Changes:
    """Return the ids of entries changed after `token`, each once, by id."""
    [(newest,)] = select(connection, "SELECT coalesce(max(token), 0) FROM change")
    rows = select(
        connection,
        "SELECT DISTINCT entry_id FROM change WHERE token > ? ORDER BY entry_id",
        (token,),
    )
    return Changes(newest, tuple(entry_id for (entry_id,) in rows))


def _content(text: str) -> Content:
    kept = json.loads(text)
    for name in ("tags", "phrasings", "must_find", "must_not_find"):
        kept[name] = tuple(kept.get(name, ()))  # the last two came with schema 5
    kept["status"] = Status(kept["status"])
    kept["review_by"] = date.fromisoformat(kept["review_by"]) if kept["review_by"] else None
    return Content(**kept)
