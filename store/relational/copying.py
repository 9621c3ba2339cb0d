"""A collection copied into another database, whichever engines the two have."""

import hashlib
from collections.abc import Callable, Iterable

from store.errors import Unsound
from store.relational import changes, entries, jobs
from store.relational.connection import Connection
from store.relational.entries import WordRows
from store.relational.models import all_models
from store.relational.vector_table import filed

# Every table but those of vectors and words; none refers to a later one.
TABLES = (
    *("model", "entry", "phrasing", "passage", "tag", "entry_test", "revision", "change"),
    *("query_log", "suggestion", "setting", "job"),
)
ROWS_AT_ONCE = 1_000
ENDED = "It was running when the collection was copied."

Sums = dict[str, tuple[int, int]]
"""Number and checksum of the rows of each table, in whatever order."""


def is_empty(connection: Connection) -> bool:
    """Return whether a collection contains nothing yet: no entries, queries or settings."""
    there = " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in TABLES if table != "job")
    return not connection.select(f"SELECT 1 WHERE {there}")


def size(connection: Connection) -> int:
    """Return how many rows a copy writes."""
    names = [*TABLES, *(t.name for model in all_models(connection) for t in model.tables.values())]
    return sum(connection.select(f"SELECT count(*) FROM {name}")[0][0] for name in names)


def copy(
    source: Connection, target: Connection, index: WordRows, report: Callable[[int], None]
) -> Sums:
    """Copy everything into the target, within its transaction, in the place of what is there;
    return what was copied. Jobs that run are ended in the copy. `report` is called with the number
    of rows so far.

    Others may have the target open: ids go on where they ended, and every entry of either counts
    as changed. Raises `Unsound` where the target does not contain then what the source does.
    """
    before, filled = target.last_ids(), _filled(target)
    gone = _clear(target, index)
    written = 0

    for name in TABLES:
        columns = source.columns(name)
        sql = f"SELECT {', '.join(columns)} FROM {name}"
        for rows in source.blocks(sql, (), ROWS_AT_ONCE):
            target.insert_rows(name, columns, rows)
            written += len(rows)
            report(written)
    for own, other in zip(all_models(source), all_models(target), strict=True):
        for kind, table in own.tables.items():
            other.tables[kind].create(target)
            beside = filed(source, kind)
            for ids, vectors in table.rows(source, None):
                pairs = zip(ids.tolist(), vectors, strict=True)
                other.tables[kind].insert(target, [(id_, one, *beside[id_]) for id_, one in pairs])
                written += len(ids)
                report(written)
    _index(target, index)
    expected = _sums(source)
    _verify(expected, _sums(target))
    here = source.last_ids()
    target.continue_ids({n: max(here.get(n, 0), before.get(n, 0)) for n in {*here, *before}})
    if gone:
        every = {row for (row,) in target.select("SELECT id FROM entry")}
        changes.add(target, sorted({*gone, *every}))
        target.execute("UPDATE model SET filled = filled + ?", (filled + 1,))
    jobs.end_all(target, ENDED)
    return expected


def _filled(connection: Connection) -> int:
    """Return the highest version of vectors: what comes after it is read anew by everybody."""
    [(filled,)] = connection.select("SELECT coalesce(max(filled), 0) FROM model")
    return int(filled)


def _clear(target: Connection, index: WordRows) -> list[int]:
    """Delete everything; return the ids of the entries that were there."""
    gone = [row for (row,) in target.select("SELECT id FROM entry")]
    index.remove(target, gone)
    for model in all_models(target):
        for table in model.tables.values():
            target.execute(f"DROP TABLE {table.name}")
    for name in reversed(TABLES):
        target.execute(f"DELETE FROM {name}")
    return gone


def _index(target: Connection, index: WordRows) -> None:
    ids = [row for (row,) in target.select("SELECT id FROM entry ORDER BY id")]
    for at in range(0, len(ids), ROWS_AT_ONCE):
        some = entries.load(target, ids[at : at + ROWS_AT_ONCE])
        index.add(target, {entry.id: entry.content for entry in some})


def _sums(connection: Connection) -> Sums:
    sums = {}
    for table in TABLES:
        sql = f"SELECT {', '.join(connection.columns(table))} FROM {table}"
        blocks = connection.blocks(sql, (), ROWS_AT_ONCE)
        sums[table] = _sum(repr(row).encode() for rows in blocks for row in rows)
    for model in all_models(connection):
        for own in model.tables.values():
            sums[own.name] = _sum(
                id_.tobytes() + one.tobytes()
                for ids, vectors in own.rows(connection, None)
                for id_, one in zip(ids, vectors, strict=True)
            )
    return sums


def _sum(rows: Iterable[bytes]) -> tuple[int, int]:
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(hashlib.blake2b(row, digest_size=16).digest(), "big")
    return count, total % (1 << 128)


def _verify(expected: Sums, found: Sums) -> None:
    wrong = [
        f"Table {name} has {found.get(name, (0, 0))[0]:,} rows where {rows:,} were copied, or other"
        " ones."
        for name, (rows, total) in expected.items()
        if found.get(name) != (rows, total)
    ]
    if wrong:
        raise Unsound("The copy is not like its source, and was not used:", wrong)
