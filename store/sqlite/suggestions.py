"""Phrasings that readers suggest, in SQL."""

from collections.abc import Sequence
from datetime import datetime

import apsw

from store.bookkeeping_records import SuggestedPhrasing
from store.errors import UnknownEntry
from store.records import normalised
from store.sqlite.sql import id_array, select, stored


def add(connection: apsw.Connection, suggestion: SuggestedPhrasing) -> int:
    """Keep a suggestion and return its id; the standing one's where there is one."""
    same = suggestion.entry_id, normalised(suggestion.text)
    if not select(connection, "SELECT 1 FROM entry WHERE id = ?", (suggestion.entry_id,)):
        raise UnknownEntry(
            f"There is no entry {suggestion.entry_id}, so no phrasing can be suggested for it. "
            "Choose another one."
        )
    connection.execute(
        "INSERT INTO suggestion (entry_id, normalised, text, actor, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (entry_id, normalised) DO NOTHING",
        (*same, suggestion.text, suggestion.actor, stored(suggestion.at)),
    )
    [(id_,)] = select(
        connection, "SELECT id FROM suggestion WHERE entry_id = ? AND normalised = ?", same
    )
    return int(id_)


def waiting(connection: apsw.Connection, limit: int) -> list[SuggestedPhrasing]:
    """Return the first suggestions that nobody has answered, oldest first."""
    rows = select(
        connection,
        "SELECT suggestion.id, text, entry_id, at, actor FROM suggestion"
        " JOIN entry ON entry.id = entry_id WHERE deleted_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM phrasing WHERE phrasing.entry_id = suggestion.entry_id"
        " AND phrasing.normalised = suggestion.normalised) ORDER BY suggestion.id LIMIT ?",
        (limit,),
    )
    return [
        SuggestedPhrasing(text, entry_id, datetime.fromisoformat(at), actor, id_)
        for id_, text, entry_id, at, actor in rows
    ]


def delete(connection: apsw.Connection, ids: Sequence[int]) -> None:
    """Delete suggestions."""
    connection.execute("DELETE FROM suggestion WHERE id IN carray(?)", (id_array(ids),))
