"""What nobody wants to see again, in SQL."""

from collections.abc import Sequence

import apsw

from store.sqlite.sql import now, select


def add(connection: apsw.Connection, keys: Sequence[str], actor: str) -> None:
    """Keep dismissals; one that stands stays as it is."""
    at = now()
    connection.executemany(
        "INSERT INTO dismissal (key, actor, at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
        [(key, actor, at) for key in keys],
    )


def remove(connection: apsw.Connection, keys: Sequence[str]) -> None:
    """Take dismissals back."""
    connection.executemany("DELETE FROM dismissal WHERE key = ?", [(key,) for key in keys])


def every(connection: apsw.Connection) -> frozenset[str]:
    """Return every key."""
    return frozenset(key for (key,) in select(connection, "SELECT key FROM dismissal"))
