"""The log of settled queries, in SQL."""

from datetime import datetime

import apsw

from store.bookkeeping_records import LoggedQuery, QueryFilter
from store.sqlite.sql import select, stored


def add(connection: apsw.Connection, query: LoggedQuery) -> int:
    """Keep a settled query and return its id."""
    connection.execute(
        "INSERT INTO query_log (text, ranking, answered, entry_id, score, embed_seconds,"
        " search_seconds, total_seconds, at, thumb, actor)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            query.text,
            query.ranking,
            int(query.answered),
            query.entry_id,
            query.score,
            query.embed_seconds,
            query.search_seconds,
            query.total_seconds,
            stored(query.at),
            query.thumb,
            query.actor,
        ),
    )
    return connection.last_insert_rowid()


def recent(connection: apsw.Connection, limit: int, where: QueryFilter) -> list[LoggedQuery]:
    """Return the last logged queries that pass, newest first."""
    condition, values = _condition(where)
    rows = select(
        connection,
        "SELECT id, text, ranking, answered, entry_id, score, embed_seconds, search_seconds,"
        f" total_seconds, at, thumb, actor FROM query_log WHERE {condition}"
        " ORDER BY id DESC LIMIT ?",
        (*values, limit),
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
            actor=actor,
        )
        for (
            id_,
            text,
            ranking,
            answered,
            entry_id,
            score,
            embed,
            search,
            total,
            at,
            thumb,
            actor,
        ) in rows
    ]


def count(connection: apsw.Connection, where: QueryFilter) -> int:
    """Return how many logged queries pass."""
    condition, values = _condition(where)
    [(found,)] = select(connection, f"SELECT count(*) FROM query_log WHERE {condition}", values)
    return int(found)


def delete(connection: apsw.Connection, where: QueryFilter) -> int:
    """Delete the logged queries that pass; return how many."""
    condition, values = _condition(where)
    connection.execute(f"DELETE FROM query_log WHERE {condition}", values)
    return connection.changes()


def token(connection: apsw.Connection) -> str:
    """Return what changes with the log; indexes alone are read for it."""
    [parts] = select(
        connection,
        "SELECT (SELECT count(*) FROM query_log), (SELECT max(id) FROM query_log),"
        " (SELECT count(*) FROM query_log WHERE thumb IS NOT NULL),"
        " (SELECT sum(id * thumb) FROM query_log WHERE thumb IS NOT NULL)",
    )
    return " ".join(map(str, parts))


def _condition(where: QueryFilter) -> tuple[str, list[str | int]]:
    conditions, values = ["1"], list[str | int]()
    if where.answered is not None:
        # As a constant: SQLite takes the index of the unanswered for no bound value.
        conditions.append(f"answered = {int(where.answered)}")
    if where.thumb is not None:
        conditions.append("thumb = ?")
        values.append(where.thumb)
    if where.before is not None:
        conditions.append("id < ?")
        values.append(where.before)
    if where.until is not None:
        conditions.append("at < ?")
        values.append(stored(where.until))
    return " AND ".join(conditions), values
