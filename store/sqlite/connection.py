"""A connection of SQLite, as the relational part uses it."""

import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any

import apsw

from store.relational.connection import stored
from store.sqlite.vectors import Vec0Table

LARGEST_ID = (1 << 63) - 1


class SQLiteConnection:
    """See `store.relational.connection.Connection`. `raw` is for what only SQLite has."""

    vector_table = Vec0Table

    def __init__(self, raw: apsw.Connection) -> None:
        self.raw = raw

    def select(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.raw.execute(_sql(sql), _bound(values)).fetchall()

    def blocks(
        self, sql: str, values: Sequence[Any], at_once: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self.raw.execute(_sql(sql), _bound(values))
        while rows := list(islice(cursor, at_once)):
            yield rows

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        self.raw.execute(_sql(sql), _bound(values))

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.raw.executemany(sql, rows)

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        self.raw.execute(_insert(table, tuple(values)), tuple(values.values()))
        return self.raw.last_insert_rowid()

    def insert_rows(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        self.raw.executemany(_insert(table, tuple(columns)), rows)

    def update(self, table: str, row: int, values: Mapping[str, Any]) -> None:
        sql = f"UPDATE {table} SET {' = ?, '.join(values)} = ? WHERE id = ?"
        self.raw.execute(sql, (*values.values(), row))

    def now(self) -> str:
        return stored(datetime.now(UTC))

    def columns(self, table: str) -> list[str]:
        rows = self.select("SELECT name FROM pragma_table_info(?) ORDER BY name", (table,))
        return [name for (name,) in rows]

    def last_ids(self) -> dict[str, int]:
        # The tables of vectors number their own parts.
        return dict(
            self.select(
                "SELECT name, seq FROM sqlite_sequence WHERE name NOT LIKE 'vector\\_%' ESCAPE '\\'"
            )
        )

    def continue_ids(self, last_ids: Mapping[str, int]) -> None:
        for name, last in last_ids.items():
            self.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            self.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))


@cache
def _sql(sql: str) -> str:
    return sql.replace("= ANY(?)", "IN carray(?)")


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _bound(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(_ids(value) if isinstance(value, list) else value for value in values)


def _ids(ids: list[int]) -> Any:
    """Return ids as `carray` takes them, without those that are too large for any row; with -1,
    which no row has, because it must not be empty."""
    return apsw.carray(array.array("q", [*(i for i in ids if abs(i) <= LARGEST_ID), -1]))
