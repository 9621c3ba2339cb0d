"""A connection of PostgreSQL, as the relational part uses it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any

import numpy as np
import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format
from psycopg.types.string import StrBinaryDumper, StrDumperUnknown, TextLoader

from store.postgres.vectors import PgvectorTable
from store.relational.connection import stored

LARGEST_ID = (1 << 63) - 1

# PostgreSQL keeps no NUL in a text; this is no character, and stands for it.
NUL = "\U0010ffff"

COPIED_FROM = 50  # rows: so many of a table are sent by a COPY
MOST_WAITING = 20_000  # rows of a table, so that a copy of any size takes little memory


class PostgresConnection:
    """See `store.relational.connection.Connection`. `raw` is for what only PostgreSQL has.

    Ids are counted here, not by sequences: writers take turns, so that nobody else counts
    meanwhile, and a transaction that fails uses up no ids. So rows need not be written at once:
    they wait for the next statement that might read them, and go a table at a time.
    """

    vector_table = PgvectorTable

    def __init__(self, raw: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self.raw = raw
        self._last_ids: dict[str, int] = {}
        self._counted: set[str] = set()
        self._waiting: dict[tuple[str, ...], list[Sequence[Any]]] = {}  # by table and columns
        self._clock: tuple[datetime, float] | None = None
        self._pipeline: ExitStack | None = None

    def select(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.write_rows()
        return self.raw.execute(_sql(sql), _bound(values)).fetchall()

    def blocks(
        self, sql: str, values: Sequence[Any], at_once: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        self.write_rows()
        cursor = self.raw.execute(_sql(sql), _bound(values))
        while rows := cursor.fetchmany(at_once):
            yield rows

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        self.write_rows()
        self.raw.execute(_sql(sql), _bound(values))

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        if every := list(rows):  # else there would be a cursor for nothing
            self.write_rows()
            self._send_many(_sql(sql), every)

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        if not self._last_ids:
            self._last_ids = self.last_ids()
        self._last_ids[table] += 1
        self._counted.add(table)
        own = "token" if table == "change" else "id"
        row = self._last_ids[table], *values.values()
        self.insert_rows(table, (own, *values), [row])
        return self._last_ids[table]

    def insert_rows(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        waiting = self._waiting.setdefault((table, *columns), [])
        waiting.extend(rows)
        if len(waiting) > MOST_WAITING:
            self.write_rows()

    def update(self, table: str, row: int, values: Mapping[str, Any]) -> None:
        if any(waiting == table for waiting, *_ in self._waiting):
            self.write_rows()
        sql = _sql(f"UPDATE {table} SET {' = ?, '.join(values)} = ? WHERE id = ?")
        self.raw.execute(sql, (*values.values(), row))

    def write_rows(self) -> None:
        """Write the rows that wait; those of entries first, which the others refer to."""
        waiting, self._waiting = self._waiting, {}
        for (table, *columns), rows in sorted(
            waiting.items(), key=lambda own: own[0][0] != "entry"
        ):
            if len(rows) < COPIED_FROM:
                self._send_many(_insert(table, tuple(columns)), rows)
            else:
                self._copy(table, columns, rows)

    def _send_many(self, sql: bytes, rows: list[Sequence[Any]]) -> None:
        with self.raw.cursor() as cursor:
            cursor.executemany(sql, rows)

    def _copy(self, table: str, columns: list[str], rows: list[Sequence[Any]]) -> None:
        names = ", ".join(columns)
        with self.waiting():
            empty = self.raw.execute(f"SELECT {names} FROM {table} LIMIT 0".encode())
            types = [column.type_code for column in empty.description or ()]
            if "embedding" in columns:  # an extension's type has another number everywhere
                dumper = _copied_vector(types[columns.index("embedding")])
                self.raw.adapters.register_dumper(None, dumper)
            sql = f"COPY {table} ({names}) FROM STDIN (FORMAT binary)".encode()
            with self.raw.cursor() as cursor, cursor.copy(sql) as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)

    @contextmanager
    def pipelined(self) -> Iterator[None]:
        """Send statements whose results nobody needs without waiting for each of them."""
        with ExitStack() as self._pipeline:
            self._pipeline.enter_context(self.raw.pipeline())
            yield

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Wait for every statement, as a COPY needs it."""
        if self._pipeline is None:
            yield
            return
        self._pipeline.close()
        yield
        self._pipeline.enter_context(self.raw.pipeline())

    def keep_ids(self) -> None:
        """Write the last ids, at the end of a transaction."""
        self.write_rows()
        self.continue_ids({table: self._last_ids[table] for table in sorted(self._counted)})

    def columns(self, table: str) -> list[str]:
        rows = self.select(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0"
            " AND NOT attisdropped",
            (table,),
        )
        return sorted(name for (name,) in rows)

    def last_ids(self) -> dict[str, int]:
        return dict(self.select("SELECT name, id FROM last_id"))

    def continue_ids(self, last_ids: Mapping[str, int]) -> None:
        self.execute_many(
            "UPDATE last_id SET id = ? WHERE name = ?",
            [(last, name) for name, last in last_ids.items()],
        )

    def now(self) -> str:
        if self._clock is None:
            [(time,)] = self.select("SELECT clock_timestamp()")
            self._clock = time, monotonic()
        time, read = self._clock
        return stored(time + timedelta(seconds=monotonic() - read))


@cache
def _sql(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()


@cache
def _insert(table: str, columns: tuple[str, ...]) -> bytes:
    values = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})".encode()


def _bound(values: Sequence[Any]) -> list[Any]:
    return [
        [v for v in value if not isinstance(v, int) or abs(v) <= LARGEST_ID]
        if isinstance(value, list)
        else min(max(value, -LARGEST_ID), LARGEST_ID)
        if isinstance(value, int)
        else value
        for value in values
    ]


class _TextDumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", NUL) if "\0" in obj else obj)


class _CopiedText(StrBinaryDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", NUL) if "\0" in obj else obj)


class _TextLoader(TextLoader):
    def load(self, data: Buffer) -> str | bytes:
        text = super().load(data)
        return text.replace(NUL, "\0") if isinstance(text, str) and NUL in text else text


class _VectorDumper(Dumper):
    """A vector in the form that pgvector receives."""

    format = Format.BINARY

    def dump(self, obj: Any) -> Buffer | None:
        head = len(obj).to_bytes(2, "big") + b"\0\0"
        return head + np.asarray(obj, dtype=">f4").tobytes()


@cache
def _copied_vector(oid: int) -> type[_VectorDumper]:
    return type("_CopiedVector", (_VectorDumper,), {"oid": oid})


def adapt(context: AdaptContext) -> None:
    """Let a connection take texts with NUL, and vectors."""
    adapters = context.adapters
    adapters.register_dumper(None, _CopiedText)
    adapters.register_dumper(str, _TextDumper)
    adapters.register_loader("text", _TextLoader)
    adapters.register_dumper(np.ndarray, _VectorDumper)
    assert adapters.get_dumper(np.ndarray, PyFormat.AUTO)
