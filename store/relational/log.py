"""The log of settled queries, and the phrasings that readers suggest."""

from dataclasses import asdict, fields, replace
from datetime import datetime

from store.errors import UnknownEntry
from store.records import (
    EVERY_QUERY,
    LoggedQuery,
    QueryFilter,
    QueryPage,
    SuggestedPhrasing,
    normalised,
)
from store.relational import settings
from store.relational.connection import Connection, Database, stored

EDITS = "log/edits"  # the setting that counts ratings and deletions

_COLUMNS = ", ".join(field.name for field in fields(LoggedQuery))


class SqlLog:
    """See `store.base.Log`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, query: LoggedQuery | None, delete_until: datetime | None = None) -> int | None:
        with self._database.writing() as connection:
            if delete_until is not None:
                _delete(connection, QueryFilter(until=delete_until))
            return None if query is None else _insert(connection, query)

    def rate(self, query_id: int, thumb: int | None, missing: str = "") -> None:
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE query_log SET thumb = ?, missing = ? WHERE id = ?",
                (thumb, missing, query_id),
            )
            _count_edit(connection)

    def page(self, limit: int, where: QueryFilter = EVERY_QUERY) -> QueryPage:
        condition, values = _condition(where)
        with self._database.reading() as connection:
            [(total,)] = connection.select(
                f"SELECT count(*) FROM query_log WHERE {condition}", values
            )
            rows = connection.select(
                f"SELECT {_COLUMNS} FROM query_log WHERE {condition} ORDER BY id DESC LIMIT ?",
                (*values, limit),
            )
        return QueryPage(tuple(_query(LoggedQuery(*row)) for row in rows), total)

    def delete(self, where: QueryFilter = EVERY_QUERY) -> int:
        with self._database.writing() as connection:
            return _delete(connection, where)

    def suggest(self, suggestion: SuggestedPhrasing) -> int:
        same = suggestion.entry_id, normalised(suggestion.text)
        with self._database.writing() as connection:
            if not connection.select("SELECT 1 FROM entry WHERE id = ?", (suggestion.entry_id,)):
                raise UnknownEntry(
                    f"There is no entry {suggestion.entry_id}, so no phrasing can be suggested for "
                    "it. Choose another one."
                )
            known = connection.select(
                "SELECT id FROM suggestion WHERE entry_id = ? AND normalised = ?", same
            )
            if known:
                return int(known[0][0])
            values = {"entry_id": same[0], "normalised": same[1], "text": suggestion.text}
            values |= {"actor": suggestion.actor, "at": stored(suggestion.at)}
            return connection.insert("suggestion", values)

    def suggestions(self, limit: int) -> list[SuggestedPhrasing]:
        with self._database.reading() as connection:
            rows = connection.select(
                "SELECT text, entry_id, at, actor, suggestion.id FROM suggestion"
                " JOIN entry ON entry.id = entry_id WHERE deleted_at IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM setting"
                " WHERE name = 'dismissed/suggestion ' || suggestion.id)"
                " AND NOT EXISTS (SELECT 1 FROM phrasing"
                " WHERE phrasing.entry_id = suggestion.entry_id"
                " AND phrasing.normalised = suggestion.normalised)"
                " ORDER BY suggestion.id LIMIT ?",
                (limit,),
            )
        return [
            SuggestedPhrasing(text, entry_id, datetime.fromisoformat(at), actor, id_)
            for text, entry_id, at, actor, id_ in rows
        ]


def _insert(connection: Connection, query: LoggedQuery) -> int:
    values = asdict(query) | {"answered": int(query.answered), "at": stored(query.at)}
    del values["id"]
    return connection.insert("query_log", values)


def token(connection: Connection) -> str:
    """Return what is another text after every change of the query log."""
    rows = connection.select(
        "SELECT (SELECT max(id) FROM query_log), (SELECT value FROM setting WHERE name = ?)",
        (EDITS,),
    )
    return " ".join(map(str, rows[0]))


def _count_edit(connection: Connection) -> None:
    rows = connection.select("SELECT value FROM setting WHERE name = ?", (EDITS,))
    settings.write(connection, EDITS, str(int(rows[0][0]) + 1 if rows else 1))


def _delete(connection: Connection, where: QueryFilter) -> int:
    condition, values = _condition(where)
    deleted = connection.select(f"DELETE FROM query_log WHERE {condition} RETURNING id", values)
    if deleted:
        _count_edit(connection)
    return len(deleted)


def _query(row: LoggedQuery) -> LoggedQuery:
    return replace(row, answered=bool(row.answered), at=datetime.fromisoformat(str(row.at)))


def _condition(where: QueryFilter) -> tuple[str, list[str | int]]:
    # As a constant: SQLite does not use the index of the unanswered for a bound value.
    first = "1 = 1" if where.answered is None else f"answered = {int(where.answered)}"
    bound: dict[str, str | int | None] = {
        "thumb = ?": where.thumb,
        "id < ?": where.before,
        "at < ?": stored(where.until) if where.until else None,
    }
    used = {condition: value for condition, value in bound.items() if value is not None}
    return " AND ".join([first, *used]), list(used.values())
