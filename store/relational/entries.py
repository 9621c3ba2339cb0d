"""Entries with their phrasings, tags and tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

from store import fault_points
from store.errors import KeyTaken, StaleEdit, UnknownEntry
from store.passages import passage_text
from store.records import (
    Action,
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    ImportMark,
    Revision,
    SortField,
    Status,
    VectorKind,
    normalised,
)
from store.relational import changes, settings
from store.relational.connection import Connection, Database, among, stored

QUESTION = "(SELECT text FROM phrasing WHERE entry_id = entry.id AND position = 0)"
SORT_COLUMNS: dict[SortField, str] = {
    "question": f"lower({QUESTION})",  # no join: the other orders can walk an index
    "category": "lower(entry.category)",
    "status": "entry.status",
    "updated": "entry.updated_at",
    "review_by": "entry.review_by",
    "id": "entry.id",
}
COLUMNS = ("key", "answer", "category", "status", "owner", "source", "review_by")
LISTS = (
    "SELECT entry_id, 'phrasings' AS field, text, position FROM phrasing WHERE entry_id = ANY(?)"
    " UNION ALL SELECT entry_id, 'tags', name, position FROM tag WHERE entry_id = ANY(?)"
    " UNION ALL SELECT entry_id, expectation, text, position FROM entry_test"
    " WHERE entry_id = ANY(?) ORDER BY position"
)
TESTS = ("must_find", "must_not_find")  # fields of an entry, and expectations of its tests
WHOLE = -1  # the place of an older collection's answer until all its passages have vectors

# What has a vector of each kind.
OWNERS: dict[VectorKind, Literal["phrasing", "passage"]] = {
    "phrasing": "phrasing",
    "answer": "passage",
}
IN_BIN, FOR_EDITORS, FOR_READERS = 0, 1, 2


def visibility(status: str, deleted: bool) -> int:
    """Return who may find an entry, as its vectors say it."""
    if deleted:
        return IN_BIN
    return FOR_READERS if status == Status.PUBLISHED else FOR_EDITORS


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that was written, with the phrasings, and passages of its answer, that were added,
    as id -> text."""

    entry: Entry
    phrasings: Mapping[int, str]
    passages: Mapping[int, str]


class GivenVectors(Protocol):
    """The vectors that a write brings, of the active model."""

    def insert(self, connection: Connection, written: Sequence["Written"]) -> None:
        """Add the vectors of the phrasings and passages that were added to entries. A phrasing
        without one raises `InvalidVector`; a passage may be without one."""


class VectorRows(Protocol):
    """How an engine keeps the vectors of entries, each call in the transaction of a write."""

    def adopt(self, connection: Connection, embeddings: Embeddings) -> GivenVectors:
        """Return what writes these vectors. Raises `ModelMismatch` unless they are of the active
        model; a collection without one takes theirs."""

    def delete(self, connection: Connection, kind: VectorKind, ids: Sequence[int]) -> None:
        """Delete vectors in every set."""

    def move(self, connection: Connection, entry_id: int, category: str, visible_to: int) -> None:
        """Change what searches filter an entry's vectors by, in every set."""


class WordRows(Protocol):
    """How an engine keeps the words of entries, each call in the transaction of a write."""

    def add(self, connection: Connection, contents: Mapping[int, Content]) -> None:
        """Index entries, given by id, that are not indexed yet."""

    def remove(self, connection: Connection, entry_ids: Sequence[int]) -> None:
        """Take entries out of the index."""

    def condition(self, text: str) -> tuple[str, list[str]]:
        """Return SQL, and the values bound in it, that is true for entries that contain every word
        of `text`, or words that begin so."""


class SqlEntries:
    """See `store.base.Entries`."""

    def __init__(self, database: Database, vectors: VectorRows, words: WordRows) -> None:
        self._database = database
        self._vectors = vectors
        self._words = words

    # Reading

    def get(self, entry_ids: Sequence[int]) -> list[Entry]:
        with self._database.reading() as connection:
            return load(connection, entry_ids)

    def page(
        self,
        where: EntryFilter,
        *,
        sort: SortField = "id",
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> EntryPage:
        conditions, values = _conditions(where)
        if where.text.strip():
            sql, bound = self._words.condition(where.text)
            conditions.append(sql)
            values.extend(bound)
        condition = " AND ".join(conditions)
        direction = "DESC NULLS LAST" if descending else "ASC NULLS FIRST"
        order = f"{SORT_COLUMNS[sort]} {direction}, entry.id"
        with self._database.reading() as connection:
            [(total,)] = connection.select(f"SELECT count(*) FROM entry WHERE {condition}", values)
            rows = connection.select(
                f"SELECT entry.id FROM entry WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?",
                (*values, limit, offset),
            )
            return EntryPage(tuple(load(connection, [entry_id for (entry_id,) in rows])), total)

    def counts(self, field: Literal["category", "tag"]) -> list[tuple[str, int]]:
        sql = {
            "category": "SELECT category, count(*) FROM entry"
            " WHERE deleted_at IS NULL AND category <> '' GROUP BY category ORDER BY category",
            "tag": "SELECT name, count(*) FROM tag JOIN entry ON entry.id = entry_id"
            " WHERE deleted_at IS NULL GROUP BY name ORDER BY name",
        }
        with self._database.reading() as connection:
            return [(name, count) for name, count in connection.select(sql[field])]

    def ids(self, by: Literal["key", "question"], texts: Sequence[str]) -> dict[str, int]:
        sql = {
            "key": "SELECT key, min(id) FROM entry"
            " WHERE key {} AND deleted_at IS NULL GROUP BY key",
            "question": "SELECT normalised, min(entry.id) FROM phrasing"
            " JOIN entry ON entry.id = entry_id"
            " WHERE normalised {} AND position = 0 AND deleted_at IS NULL GROUP BY normalised",
        }
        with self._database.reading() as connection:
            return {
                text: entry_id
                for condition, some in among(texts)
                for text, entry_id in connection.select(sql[by].format(condition), some)
            }

    def revisions(self, entry_id: int) -> list[Revision]:
        with self._database.reading() as connection:
            return changes.revisions(connection, entry_id)

    def changes_since(self, token: int) -> Changes:
        with self._database.reading() as connection:
            return changes.since(connection, token)

    # Writing

    def add(
        self,
        contents: Sequence[Content],
        embeddings: Embeddings,
        actor: str,
        mark: ImportMark | None = None,
    ) -> list[Entry]:
        with self._database.writing() as connection:
            given = self._vectors.adopt(connection, embeddings)
            taken = _taken(connection, [content.key for content in contents])
            written = list[Written]()
            for content in contents:
                _refuse(taken, content.key)
                written.append(self._save(connection, None, content, actor))
                if content.key is not None:
                    taken[content.key] = written[-1].entry.id
            added = self._index(connection, written, given)
            if mark and added:
                settings.write(connection, f"import/{mark.file}", f"{mark.rows} {added[-1].id}")
            fault_points.reached("add: written")
        fault_points.reached("add: committed")
        return added

    def edit(self, edits: Sequence[Edit], embeddings: Embeddings, actor: str) -> list[Entry]:
        with self._database.writing() as connection:
            given = self._vectors.adopt(connection, embeddings)
            after = self._edit(connection, edits, given, actor)
            fault_points.reached("edit: written")
        fault_points.reached("edit: committed")
        return after

    def set_deleted(self, entry_ids: Sequence[int], deleted: bool, actor: str) -> list[int]:
        with self._database.writing() as connection:
            found = load(connection, list(dict.fromkeys(entry_ids)))
            changing = [entry for entry in found if entry.deleted != deleted]
            for entry in changing:
                self._set_deleted(connection, entry, deleted, actor)
            fault_points.reached("remove: written")
        fault_points.reached("remove: committed")
        return [entry.id for entry in changing]

    def purge(self, entry_ids: Sequence[int]) -> list[int]:
        with self._database.writing() as connection:
            rows = connection.select(
                "SELECT id FROM entry WHERE id = ANY(?) AND deleted_at IS NOT NULL ORDER BY id",
                (list(entry_ids),),
            )
            gone = [entry_id for (entry_id,) in rows]
            for kind, own in OWNERS.items():
                self._vectors.delete(connection, kind, ids_of(connection, own, gone))
            self._words.remove(connection, gone)
            connection.execute("DELETE FROM entry WHERE id = ANY(?)", (gone,))  # the rest follows
            changes.add(connection, gone)
            fault_points.reached("purge: written")
        fault_points.reached("purge: committed")
        return gone

    def _edit(
        self, connection: Connection, edits: Sequence[Edit], given: GivenVectors, actor: str
    ) -> list[Entry]:
        """Make edits; what they have in common is read and deleted for all of them at once."""
        ids = [edit.entry_id for edit in edits]
        if len(set(ids)) < len(ids):  # what comes first changes what comes later
            return [e for edit in edits for e in self._edit(connection, [edit], given, actor)]
        before = _current(connection, edits)
        changing = [
            one.entry.id
            for one, edit in zip(before, edits, strict=True)
            if not edit.delete and edit.content != one.entry.content
        ]
        self._words.remove(connection, changing)
        written = list[Written]()
        for one, edit in zip(before, edits, strict=True):
            if edit.delete:
                self._set_deleted(connection, one.entry, True, actor)
            elif one.entry.id in changing:
                written.append(self._save(connection, one, edit.content, actor))
        self._index(connection, written, given)
        for kind, own in OWNERS.items():
            gone = [row for one in before for row in one.gone[kind]]
            self._vectors.delete(connection, kind, gone)
            connection.execute_many(f"DELETE FROM {own} WHERE id = ?", [(row,) for row in gone])
        return load(connection, ids)

    def _save(
        self,
        connection: Connection,
        before: "_Saved | None",
        content: Content,
        actor: str,
    ) -> Written:
        """Write a new entry, or other content into one, all but its words and vectors. A phrasing
        or passage whose text stays keeps its row, and so its vector; the others' rows are still
        there afterwards."""
        at, version = connection.now(), before.entry.version + 1 if before else 1
        values = {**_columns(content), "version": version, "updated_at": at, "updated_by": actor}
        old = before.entry.content if before else None
        if before is None:
            created = {"created_at": at, "created_by": actor}
            entry_id = connection.insert("entry", values | created)
        else:
            entry_id = before.entry.id
            if content.key != before.entry.content.key:
                _refuse(_taken(connection, [content.key], but=entry_id), content.key)
            connection.update("entry", entry_id, values)
        phrasings = _write_phrasings(connection, entry_id, before, content)
        passages = dict[int, str]()
        answered = content.question, content.answer
        if old is None or (old.question, old.answer) != answered:
            passages = write_passages(connection, entry_id, before, content)
        _write_lists(connection, entry_id, old, content)
        if old and (old.category, old.status) != (content.category, content.status):
            visible_to = visibility(content.status, deleted=False)
            self._vectors.move(connection, entry_id, content.category, visible_to)
        action: Action = "edit" if before else "add"
        changes.record(connection, entry_id, version, action, actor, at, content)
        time = datetime.fromisoformat(at)
        first = (
            before.entry if before else Entry(entry_id, version, content, time, actor, time, actor)
        )
        entry = replace(first, version=version, content=content, updated_at=time, updated_by=actor)
        return Written(entry, phrasings, passages)

    def _index(
        self, connection: Connection, written: Sequence[Written], given: GivenVectors
    ) -> list[Entry]:
        """Add the words and vectors of entries, whose words are out of the index; return them."""
        entries = [one.entry for one in written]
        self._words.add(connection, {entry.id: entry.content for entry in entries})
        given.insert(connection, written)
        return entries

    def _set_deleted(self, connection: Connection, entry: Entry, deleted: bool, actor: str) -> None:
        if not deleted:
            key = entry.content.key
            _refuse(_taken(connection, [key], but=entry.id), key)
        at, version = connection.now(), entry.version + 1
        connection.execute(
            "UPDATE entry SET deleted_at = ?, version = ?, updated_at = ?, updated_by = ?"
            " WHERE id = ?",
            (at if deleted else None, version, at, actor, entry.id),
        )
        visible_to = visibility(entry.content.status, deleted)
        self._vectors.move(connection, entry.id, entry.content.category, visible_to)
        action: Action = "remove" if deleted else "restore"
        changes.record(connection, entry.id, version, action, actor, at, entry.content)


def ids_of(
    connection: Connection, table: Literal["phrasing", "passage"], entry_ids: Sequence[int]
) -> list[int]:
    """Return the ids of the phrasings of entries, or of the passages of their answers."""
    rows = connection.select(f"SELECT id FROM {table} WHERE entry_id = ANY(?)", (list(entry_ids),))
    return [row for (row,) in rows]


def load(connection: Connection, entry_ids: Sequence[int]) -> list[Entry]:
    """Return entries in the order asked, the bin included; unknown ids are skipped."""
    wanted = list(entry_ids)
    lists: dict[int, dict[str, list[str]]] = {}
    for entry_id, name, text, _ in connection.select(LISTS, (wanted, wanted, wanted)):
        lists.setdefault(entry_id, {}).setdefault(name, []).append(text)
    found = {}
    for (
        id_,
        version,
        created_at,
        created_by,
        updated_at,
        updated_by,
        deleted_at,
        *values,
    ) in connection.select(
        "SELECT id, version, created_at, created_by, updated_at, updated_by, deleted_at,"
        f" {', '.join(COLUMNS)} FROM entry WHERE id = ANY(?)",
        (wanted,),
    ):
        texts = lists[id_]
        question, *texts["phrasings"] = texts["phrasings"]
        found[id_] = Entry(
            id_,
            version,
            Content.of({"question": question, **texts, **dict(zip(COLUMNS, values, strict=True))}),
            datetime.fromisoformat(created_at),
            created_by,
            datetime.fromisoformat(updated_at),
            updated_by,
            deleted_at is not None,
        )
    return [found[entry_id] for entry_id in entry_ids if entry_id in found]


@dataclass(frozen=True, slots=True)
class _Saved:
    """An entry as it was, with the rows of its phrasings and of its passages, by text; and those of
    them whose text is `gone` now."""

    entry: Entry
    phrasings: dict[str, int] = field(default_factory=dict)
    passages: dict[str, list[int]] = field(default_factory=dict)
    gone: dict[VectorKind, list[int]] = field(default_factory=lambda: {k: [] for k in OWNERS})


def _current(connection: Connection, edits: Sequence[Edit]) -> list[_Saved]:
    """Return the entries that are edited. Raises `UnknownEntry` where one is not there outside the
    bin, or `StaleEdit` where it has another version."""
    ids = [edit.entry_id for edit in edits]
    found = {entry.id: entry for entry in load(connection, ids)}
    for edit in edits:
        entry = found.get(edit.entry_id)
        if entry is None or entry.deleted:
            where = "is in the bin; take it out first" if entry else "does not exist"
            raise UnknownEntry(f"Entry {edit.entry_id} {where}.")
        if entry.version != edit.version:
            raise StaleEdit(
                f"{entry.updated_by} saved this entry in the meantime (version {entry.version}, "
                f"yours was made from {edit.version}). Nothing was overwritten; compare the two "
                "and save again.",
                entry,
            )
    saved = {id_: _Saved(entry) for id_, entry in found.items()}
    for entry_id, text, row in connection.select(
        "SELECT entry_id, text, id FROM phrasing WHERE entry_id = ANY(?)", (ids,)
    ):
        saved[entry_id].phrasings[text] = row
    for entry_id, row, start, stop in connection.select(
        "SELECT entry_id, id, start, stop FROM passage WHERE entry_id = ANY(?) ORDER BY position",
        (ids,),
    ):
        content = found[entry_id].content
        text = passage_text(content.question, content.answer[start:stop])
        saved[entry_id].passages.setdefault(text, []).append(row)
    return [saved[edit.entry_id] for edit in edits]


def _taken(
    connection: Connection, keys: Sequence[str | None], but: int = 0
) -> dict[str | None, int]:
    """Return which of these keys belong to entries, other than one, with the ids of those."""
    return {
        key: entry_id
        for condition, some in among([key for key in keys if key is not None])
        for key, entry_id in connection.select(
            f"SELECT key, id FROM entry WHERE key {condition} AND deleted_at IS NULL AND id <> ?",
            (*some, but),
        )
    }


def _refuse(taken: Mapping[str | None, int], key: str | None) -> None:
    """Raise `KeyTaken` where a key is taken."""
    if key in taken:
        raise KeyTaken(
            f"The key {key!r} belongs to entry {taken[key]} already. Choose another key."
        )


def _columns(content: Content) -> dict[str, str | int | None]:
    values = {column: getattr(content, column) for column in COLUMNS}
    return {column: None if value is None else str(value) for column, value in values.items()}


def _write_phrasings(
    connection: Connection,
    entry_id: int,
    before: _Saved | None,
    content: Content,
) -> dict[int, str]:
    """Return the phrasings that were added, id -> text."""
    kept = before.phrasings if before else {}
    texts = dict.fromkeys(content.ways_of_asking)
    if before:
        before.gone["phrasing"] += [row for text, row in kept.items() if text not in texts]
    was = before.entry.content.ways_of_asking if before else ()
    added = {}
    for position, text in enumerate(texts):
        if text not in kept:
            values = {"entry_id": entry_id, "position": position, "text": text}
            values["normalised"] = normalised(text)
            added[connection.insert("phrasing", values)] = text
        elif was[position : position + 1] != (text,):
            connection.update("phrasing", kept[text], {"position": position})
    return added


def write_passages(
    connection: Connection,
    entry_id: int,
    before: _Saved | None,
    content: Content,
) -> dict[int, str]:
    """Write the passages of an answer over those of the content before. Return those that were
    added, id -> text."""
    kept, added = before.passages if before else {}, dict[int, str]()
    for position, ((start, stop), text) in enumerate(content.passages.items()):
        values = {"position": position, "start": start, "stop": stop}
        if rows := kept.get(text):
            connection.update("passage", rows.pop(0), values)
        else:
            added[connection.insert("passage", {"entry_id": entry_id, **values})] = text
    if before:
        before.gone["answer"] += [row for rows in kept.values() for row in rows]
    return added


def _write_lists(
    connection: Connection, entry_id: int, before: Content | None, content: Content
) -> None:
    """Write tags and tests, over those that are there."""
    if (before.tags if before else ()) != content.tags:
        if before:
            connection.execute("DELETE FROM tag WHERE entry_id = ?", (entry_id,))
        connection.insert_rows(
            "tag",
            ("entry_id", "position", "name"),
            [(entry_id, position, name) for position, name in enumerate(content.tags)],
        )
    for test in TESTS:
        texts = getattr(content, test)
        if (getattr(before, test) if before else ()) == texts:
            continue
        if before:
            connection.execute(
                "DELETE FROM entry_test WHERE entry_id = ? AND expectation = ?", (entry_id, test)
            )
        connection.insert_rows(
            "entry_test",
            ("entry_id", "expectation", "position", "text"),
            [(entry_id, test, position, text) for position, text in enumerate(texts)],
        )


def _conditions(where: EntryFilter) -> tuple[list[str], list[str | int]]:
    """Return the conditions of a filter, all but that on its text, with the values bound."""
    conditions = ["entry.deleted_at IS NOT NULL" if where.deleted else "entry.deleted_at IS NULL"]
    values: list[str | int] = []

    def only(condition: str, *bound: str | int) -> None:
        conditions.append(condition)
        values.extend(bound)

    if where.category is not None:
        only("entry.category = ?", where.category)
    if where.status is not None:
        only("entry.status = ?", where.status.value)
    if where.key_prefix is not None:
        only("substr(entry.key, 1, ?) = ?", len(where.key_prefix), where.key_prefix)
    if where.tag is not None:
        only("entry.id IN (SELECT entry_id FROM tag WHERE name = ?)", where.tag)
    if where.actor is not None:
        only("(entry.owner = ? OR entry.updated_by = ?)", where.actor, where.actor)
    if where.updated_since is not None:
        only("entry.updated_at >= ?", stored(where.updated_since))
    if where.due is not None:
        only("entry.review_by < ? AND entry.status <> 'archived'", where.due.isoformat())
    if where.after:
        only("entry.id > ?", where.after)
    if where.tested:
        only("entry.id IN (SELECT entry_id FROM entry_test)")
    if where.without_answer:
        only("entry.answer = ''")
    return conditions, values
