"""Entries with their phrasings and tags, in SQL."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import apsw

from store.errors import KeyTaken
from store.records import (
    Content,
    Entry,
    EntryFilter,
    EntryPage,
    EntryTest,
    SortField,
    Status,
    normalised,
)
from store.sqlite import entry_tests, history, keywords
from store.sqlite.sql import id_array, now, select, stored

QUESTION = "(SELECT text FROM phrasing WHERE entry_id = entry.id AND position = 0)"
SORT_COLUMNS: dict[SortField, str] = {
    "question": f"{QUESTION} COLLATE NOCASE",  # no join: the other orders can walk an index
    "category": "entry.category COLLATE NOCASE",
    "status": "entry.status",
    "updated": "entry.updated_at",
    "review_by": "entry.review_by",
    "id": "entry.id",
}


def load(connection: apsw.Connection, entry_ids: Sequence[int]) -> list[Entry]:
    """Return entries in the order asked, the bin included, unknown ids left out."""
    wanted = (id_array(entry_ids),)
    texts: dict[int, list[str]] = {}
    for entry_id, text in select(
        connection,
        "SELECT entry_id, text FROM phrasing WHERE entry_id IN carray(?)"
        " ORDER BY entry_id, position",
        wanted,
    ):
        texts.setdefault(entry_id, []).append(text)
    tags: dict[int, list[str]] = {}
    for entry_id, name in select(
        connection,
        "SELECT entry_id, name FROM tag WHERE entry_id IN carray(?) ORDER BY entry_id, position",
        wanted,
    ):
        tags.setdefault(entry_id, []).append(name)
    tests = entry_tests.of(connection, entry_ids)
    rows = select(
        connection,
        "SELECT id, version, key, answer, category, status, owner, source, review_by,"
        " created_at, created_by, updated_at, updated_by, deleted_at"
        " FROM entry WHERE id IN carray(?)",
        wanted,
    )
    found = {
        row[0]: _entry(row, texts[row[0]], tags.get(row[0], []), tests.get(row[0], []))
        for row in rows
    }
    return [found[entry_id] for entry_id in entry_ids if entry_id in found]


def _entry(
    row: tuple[Any, ...], texts: list[str], tags: list[str], tests: list[EntryTest]
) -> Entry:
    id_, version, key, answer, category, status, owner, source, review_by, *stamps = row
    created_at, created_by, updated_at, updated_by, deleted_at = stamps
    return Entry(
        id=id_,
        version=version,
        content=Content(
            question=texts[0],
            answer=answer,
            key=key,
            category=category,
            tags=tuple(tags),
            phrasings=tuple(texts[1:]),
            status=Status(status),
            owner=owner,
            source=source,
            review_by=date.fromisoformat(review_by) if review_by else None,
            must_find=tuple(test.text for test in tests if test.must_find),
            must_not_find=tuple(test.text for test in tests if not test.must_find),
        ),
        created_at=datetime.fromisoformat(created_at),
        created_by=created_by,
        updated_at=datetime.fromisoformat(updated_at),
        updated_by=updated_by,
        deleted=deleted_at is not None,
    )


def insert(connection: apsw.Connection, content: Content, actor: str) -> tuple[int, dict[int, str]]:
    """Write a new entry; return its id and its phrasings, id -> text."""
    _refuse_taken_key(connection, content.key, entry_id=None)
    at = now()
    connection.execute(
        "INSERT INTO entry (key, answer, category, status, owner, source, review_by, version,"
        " created_at, created_by, updated_at, updated_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
        (*_columns(content), at, actor, at, actor),
    )
    entry_id = connection.last_insert_rowid()
    phrasings = _insert_phrasings(connection, entry_id, enumerate(content.ways_of_asking))
    _insert_tags(connection, entry_id, content)
    entry_tests.insert(connection, entry_id, content)
    keywords.add(connection, entry_id, content)
    history.record(connection, entry_id, 1, "add", actor, at, content)
    return entry_id, phrasings


def update(
    connection: apsw.Connection, entry: Entry, content: Content, actor: str
) -> tuple[dict[int, str], list[int]]:
    """Replace an entry's content; return its new phrasings, id -> text, and the ids of those that
    are gone. A phrasing whose text stays keeps its row, and so its vector."""
    _refuse_taken_key(connection, content.key, entry_id=entry.id)
    at = now()
    connection.execute(
        "UPDATE entry SET key = ?, answer = ?, category = ?, status = ?, owner = ?, source = ?,"
        " review_by = ?, version = ?, updated_at = ?, updated_by = ? WHERE id = ?",
        (*_columns(content), entry.version + 1, at, actor, entry.id),
    )
    rows = select(connection, "SELECT text, id FROM phrasing WHERE entry_id = ?", (entry.id,))
    standing: dict[str, int] = dict(rows)
    places = {text: position for position, text in enumerate(content.ways_of_asking)}
    gone = [row for text, row in standing.items() if text not in places]
    connection.executemany("DELETE FROM phrasing WHERE id = ?", [(row,) for row in gone])
    connection.executemany(
        "UPDATE phrasing SET position = ? WHERE id = ?",
        [(place, standing[text]) for text, place in places.items() if text in standing],
    )
    new = [(place, text) for text, place in places.items() if text not in standing]
    added = _insert_phrasings(connection, entry.id, new)
    before = entry.content
    if before.tags != content.tags:
        connection.execute("DELETE FROM tag WHERE entry_id = ?", (entry.id,))
        _insert_tags(connection, entry.id, content)
    if (before.must_find, before.must_not_find) != (content.must_find, content.must_not_find):
        connection.execute("DELETE FROM entry_test WHERE entry_id = ?", (entry.id,))
        entry_tests.insert(connection, entry.id, content)
    keywords.write(connection, entry.id, content)
    history.record(connection, entry.id, entry.version + 1, "edit", actor, at, content)
    return added, gone


def set_deleted(connection: apsw.Connection, entry: Entry, deleted: bool, actor: str) -> None:
    """Put an entry into the bin or take it out."""
    if not deleted:
        _refuse_taken_key(connection, entry.content.key, entry_id=entry.id)
    at, version = now(), entry.version + 1
    connection.execute(
        "UPDATE entry SET deleted_at = ?, version = ?, updated_at = ?, updated_by = ? WHERE id = ?",
        (at if deleted else None, version, at, actor, entry.id),
    )
    action: history.Action = "remove" if deleted else "restore"
    history.record(connection, entry.id, version, action, actor, at, entry.content)


def delete(connection: apsw.Connection, entry_ids: Sequence[int]) -> None:
    """Delete entries with everything that ordinary tables and the keyword index hold of them."""
    gone = (id_array(entry_ids),)
    connection.execute("DELETE FROM keyword WHERE rowid IN carray(?)", gone)
    connection.execute("DELETE FROM entry WHERE id IN carray(?)", gone)  # the rest follows


def _refuse_taken_key(connection: apsw.Connection, key: str | None, entry_id: int | None) -> None:
    if key is None:
        return
    taken = select(
        connection,
        "SELECT id FROM entry WHERE key = ? AND deleted_at IS NULL AND id IS NOT ?",
        (key, entry_id),
    )
    if taken:
        raise KeyTaken(
            f"The key {key!r} belongs to entry {taken[0][0]} already. Choose another key."
        )


def _columns(content: Content) -> tuple[str | None, ...]:
    return (
        content.key,
        content.answer,
        content.category,
        content.status.value,
        content.owner,
        content.source,
        content.review_by.isoformat() if content.review_by else None,
    )


def _insert_phrasings(
    connection: apsw.Connection, entry_id: int, places: Iterable[tuple[int, str]]
) -> dict[int, str]:
    inserted = {}
    for position, text in places:
        connection.execute(
            "INSERT INTO phrasing (entry_id, position, text, normalised) VALUES (?, ?, ?, ?)",
            (entry_id, position, text, normalised(text)),
        )
        inserted[connection.last_insert_rowid()] = text
    return inserted


def _insert_tags(connection: apsw.Connection, entry_id: int, content: Content) -> None:
    connection.executemany(
        "INSERT INTO tag (entry_id, position, name) VALUES (?, ?, ?)",
        [(entry_id, position, name) for position, name in enumerate(content.tags)],
    )


def page(
    connection: apsw.Connection,
    where: EntryFilter,
    sort: SortField,
    descending: bool,
    offset: int,
    limit: int,
) -> EntryPage:
    """Return one page of a filtered, sorted list; see `Store.page`."""
    conditions = ["entry.deleted_at IS NOT NULL" if where.deleted else "entry.deleted_at IS NULL"]
    values: list[str | int] = []
    if where.category is not None:
        conditions.append("entry.category = ?")
        values.append(where.category)
    if where.status is not None:
        conditions.append("entry.status = ?")
        values.append(where.status.value)
    if where.key_prefix is not None:
        conditions.append("substr(entry.key, 1, ?) = ?")
        values += [len(where.key_prefix), where.key_prefix]
    if where.tag is not None:
        conditions.append("entry.id IN (SELECT entry_id FROM tag WHERE name = ?)")
        values.append(where.tag)
    if where.actor is not None:
        conditions.append("(entry.owner = ? OR entry.updated_by = ?)")
        values += [where.actor, where.actor]
    if where.updated_since is not None:
        conditions.append("entry.updated_at >= ?")
        values.append(stored(where.updated_since))
    if where.due is not None:
        conditions.append("entry.review_by < ? AND entry.status <> 'archived'")
        values.append(where.due.isoformat())
    if where.after:
        conditions.append("entry.id > ?")
        values.append(where.after)
    if where.text.strip():
        conditions.append("entry.id IN (SELECT rowid FROM keyword WHERE keyword MATCH ?)")
        values.append(keywords.all_words(where.text))
    condition = " AND ".join(conditions)
    [(total,)] = select(connection, f"SELECT count(*) FROM entry WHERE {condition}", values)
    order = f"{SORT_COLUMNS[sort]} {'DESC' if descending else 'ASC'}, entry.id"
    rows = select(
        connection,
        f"SELECT entry.id FROM entry WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return EntryPage(tuple(load(connection, [entry_id for (entry_id,) in rows])), total)
