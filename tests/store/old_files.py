"""Collections as earlier versions of Askwell wrote them, and everything that a file holds.

`old/schema-N.db.gz` were each made by the code of their time through its own collection: entries
with keys, tags, phrasings and dates, a draft, an archived one, the bin, revisions by two people,
the query log with thumbs, settings, an ended job and one under way; from 2 on reports and a second
model's vectors, from 3 on answers' vectors, from 4 on dismissals. The first has pages of 4,096
bytes, and the third an index that the fourth has in another order.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from store.sqlite.database import connect
from store.sqlite.migration import newest_schema

OLD = Path(__file__).parent / "old"
SCHEMAS = sorted(int(file.name[7:-6]) for file in OLD.glob("schema-*.db.gz"))
OUTGROWN = [schema for schema in SCHEMAS if schema < newest_schema()]

Rows = dict[str, list[dict[str, Any]]]
"""The rows of every table, each by the names of its columns."""


def put_old(schema: int, path: Path) -> Path:
    """Put the collection of an earlier schema at `path`."""
    path.write_bytes(gzip.decompress((OLD / f"schema-{schema}.db.gz").read_bytes()))
    return path


def everything(path: Path) -> Rows:
    """Return all that a collection's file holds, read without its code."""
    connection = connect(path)
    try:
        return {
            table: list(_rows(connection, f"SELECT {columns} FROM {table}"))
            for table, columns in _tables(connection).items()
        }
    finally:
        connection.close()


def lost(before: Rows, after: Rows) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows that stood there before and do not any more, whatever came beside them."""
    gone = []
    for table, rows in before.items():
        names = rows[0].keys() if rows else ()
        there = [{name: row[name] for name in names} for row in after[table]]
        gone += [(table, row) for row in rows if row not in there]
    return gone


def _tables(connection: apsw.Connection) -> dict[str, str]:
    """Return the tables that are no other table's inside, with what to select from them."""
    sql = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'"))
    virtual = [name for name in sql if "CREATE VIRTUAL TABLE" in sql[name]]
    inside = tuple(f"{name}_" for name in virtual)
    return {
        name: "rowid, *" if "fts5" in sql[name] else "*"
        for name in sql
        if not name.startswith((*inside, "sqlite_"))
    }


def _rows(connection: apsw.Connection, sql: str) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(sql)
    for row in cursor:
        yield dict(zip((name for name, _ in cursor.get_description()), row, strict=True))
