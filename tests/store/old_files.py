"""Collections as earlier versions of Askwell wrote them, and everything that a file contains.

`old/schema-N.db.gz` were each made by the code of their time through its own collection: entries
with keys, tags, phrasings and dates, a draft, an archived one, one in the bin, revisions by two
people, the query log with thumbs, settings, an ended job and a running one; from 2 on reports and a
second model's vectors, from 3 on answers' vectors, from 4 on dismissals; in 7 tests, an import's
mark, suggestions and labelled queries, and no chosen ranking; in 8 two long answers. The first has
pages of 4,096 bytes, and the third an index that the fourth has in another order.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from store.sqlite.database import connect
from store.sqlite.migration import newest_schema

OLD = Path(__file__).parent / "old"
SCHEMAS = sorted(int(file.name[7:-6]) for file in OLD.glob("schema-*.db.gz"))
OUTGROWN = [schema for schema in SCHEMAS if schema < newest_schema()]

Row = dict[str, Any]
Rows = dict[str, list[Row]]
"""The rows of every table, each by the names of its columns."""


def put_old(schema: int, path: Path) -> Path:
    """Put the collection of an earlier schema at `path`."""
    path.write_bytes(gzip.decompress((OLD / f"schema-{schema}.db.gz").read_bytes()))
    return path


def everything(path: Path) -> Rows:
    """Return all that a collection's file contains, read without its code."""
    connection = connect(path)
    try:
        return {
            table: list(_rows(connection, f"SELECT {columns} FROM {table}"))
            for table, columns in _tables(connection).items()
        }
    finally:
        connection.close()


def lost(before: Rows, after: Rows) -> list[tuple[str, Row]]:
    """Return the rows that were there before and are not any more, whatever was added."""
    moved = "vector_1_answer" in after  # since schema 8, some rows are in other tables
    gone = []
    for table, rows in before.items():
        for row in rows:
            now, values = _moved(table, row) if moved else (table, row)
            there = ({name: one.get(name) for name in values} for one in after.get(now, []))
            if values not in there:
                gone.append((table, row))
    return gone


def _moved(table: str, row: Row) -> tuple[str, Row]:
    """Return the table in which schema 8 has a row of an earlier one, and what it contains."""
    name, value = row.get("name"), row.get("value")
    match table:
        case "answer_vector":
            values = {"rowid": row["entry_id"], "embedding": row["embedding"]}
            return f"vector_{row['model_id']}_answer", values
        case "dismissal":
            name, value = f"dismissed/{row['key']}", f"{row['at']} {row['actor']}"
        case "import_mark":
            name, value = f"import/{row['file']}", f"{row['rows']} {row['last_entry_id']}"
        case "report":
            report = {"actor": row["actor"], "content": row["content"]}
            name = f"{row['kind']} reports/{row['at']}"
            value = json.dumps(report, separators=(",", ":"), ensure_ascii=False)
        case "setting" if name == "labelled_queries":
            name = "queries/labelled"
        case _:
            return table, row
    return "setting", {"name": name, "value": value}


def _tables(connection: apsw.Connection) -> dict[str, str]:
    """Return the tables that are not inside another one, with what to select from them."""
    sql = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'"))
    virtual = [name for name in sql if "CREATE VIRTUAL TABLE" in sql[name]]
    inside = tuple(f"{name}_" for name in virtual)
    return {
        name: "rowid, *" if "fts5" in sql[name] else "*"
        for name in sql
        if not name.startswith((*inside, "sqlite_"))
    }


def _rows(connection: apsw.Connection, sql: str) -> Iterator[Row]:
    cursor = connection.execute(sql)
    for row in cursor:
        yield dict(zip((name for name, _ in cursor.get_description()), row, strict=True))
