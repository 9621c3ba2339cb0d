"""The log of settled queries, in SQL."""

from datetime import UTC, datetime

import apsw

from store.records import LoggedQuery
from store.sqlite.sql import select


def add(connection: apsw.Connection, query: LoggedQuery) -> int:
    """Keep a settled query and return its id."""
    connection.execute(
        "INSERT INTO query_log (text, ranking, answered, entry_id, score, embed_seconds,"
        " search_seconds, total_seconds, at, thumb) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            query.text,
            query.ranking,
            int(query.answered),
            query.entry_id,
            query.score,
            query.embed_seconds,
            query.search_seconds,
            query.total_seconds,
            query.at.astimezone(UTC).isoformat(timespec="microseconds"),
            query.thumb,
        ),
    )
    return connection.last_insert_rowid()


def recent(connection: apsw.Connection, limit: int) -> list[LoggedQuery]:
    """Return the last logged queries, newest first."""
    rows = select(
        connection,
        "SELECT id, text, ranking, answered, entry_id, score, embed_seconds, search_seconds,"
        " total_seconds, at, thumb FROM query_log ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [
        LoggedQuery(
            text=text,
            ranking=ranking,
            answered=bool(answered),
            entry_id=entry_id,
            score=score,
            embed_seconds=embed,
            search_seconds=search,
            total_seconds=total,
            at=datetime.fromisoformat(at),
            thumb=thumb,
            id=id_,
        )
        for id_, text, ranking, answered, entry_id, score, embed, search, total, at, thumb in rows
    ]
