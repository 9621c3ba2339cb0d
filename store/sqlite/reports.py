"""What was measured over the collection, in SQL."""

from datetime import datetime

import apsw

from store.bookkeeping_records import Report
from store.sqlite.sql import now, select


def add(connection: apsw.Connection, kind: str, content: str, actor: str) -> Report:
    """Keep a report and return it."""
    at = now()
    connection.execute(
        "INSERT INTO report (kind, at, actor, content) VALUES (?, ?, ?, ?)",
        (kind, at, actor, content),
    )
    return Report(connection.last_insert_rowid(), kind, datetime.fromisoformat(at), actor, content)


def recent(connection: apsw.Connection, kind: str, limit: int) -> list[Report]:
    """Return the last reports of a kind, newest first."""
    rows = select(
        connection,
        "SELECT id, kind, at, actor, content FROM report WHERE kind = ? ORDER BY id DESC LIMIT ?",
        (kind, limit),
    )
    return [
        Report(id_, kind, datetime.fromisoformat(at), actor, content)
        for id_, kind, at, actor, content in rows
    ]
