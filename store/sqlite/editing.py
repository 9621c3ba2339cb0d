"""Changes of entries that stand: their text and, in every set, their vectors."""

from collections.abc import Sequence

import apsw

from store import fault_points
from store.errors import StaleEdit, UnknownEntry
from store.records import Edit, Embeddings, Entry
from store.sqlite import answers, entries, history, models
from store.sqlite.sql import id_array, select
from store.sqlite.vectors import VectorTable, visibility


def edited(
    connection: apsw.Connection,
    vectors: VectorTable,
    edit: Edit,
    embeddings: Embeddings,
    actor: str,
) -> Entry:
    """Replace an entry's content and return it as it stands now; see `Store.edit`."""
    entry, content = standing(connection, edit.entry_id, edit.version), edit.content
    if content == entry.content:
        return entry
    added, gone = entries.update(connection, entry, content, actor)
    vectors.insert(edit.entry_id, content, added, embeddings.vectors)
    before = entry.content
    if before.answer_texts != content.answer_texts:
        answers.forget(connection, edit.entry_id)
        answers.write(connection, vectors, edit.entry_id, content, embeddings.vectors)
    refiled = (before.category, before.status) != (content.category, content.status)
    for table in models.tables(connection) if gone or refiled else ():
        table.delete(gone)
        if refiled:
            seen_by = visibility(content.status, deleted=False)
            table.refile(edit.entry_id, content.category, seen_by)
    [after] = entries.load(connection, [edit.entry_id])
    return after


def set_deleted(
    connection: apsw.Connection, changing: Sequence[Entry], deleted: bool, actor: str
) -> None:
    """Put entries into the bin or take them out, in every set."""
    tables = models.tables(connection)
    for entry in changing:
        entries.set_deleted(connection, entry, deleted, actor)
        seen_by = visibility(entry.content.status, deleted)
        for table in tables:
            table.refile(entry.id, entry.content.category, seen_by)


def purge(connection: apsw.Connection, entry_ids: Sequence[int]) -> list[int]:
    """Delete entries that are in the bin for good; see `Store.purge`."""
    rows = select(
        connection,
        "SELECT id FROM entry WHERE id IN carray(?) AND deleted_at IS NOT NULL ORDER BY id",
        (id_array(entry_ids),),
    )
    gone = [entry_id for (entry_id,) in rows]
    phrasings = select(
        connection, "SELECT id FROM phrasing WHERE entry_id IN carray(?)", (id_array(gone),)
    )
    for table in models.tables(connection):
        table.delete([phrasing_id for (phrasing_id,) in phrasings])
    entries.delete(connection, gone)
    history.tell(connection, gone)
    fault_points.reached("purge: written")
    return gone


def standing(connection: apsw.Connection, entry_id: int, version: int) -> Entry:
    """Return an entry outside the bin as it stands. Raises `UnknownEntry`, or `StaleEdit` where it
    is not in this version any more."""
    found = entries.load(connection, [entry_id])
    if not found or found[0].deleted:
        where = "is in the bin; take it out first" if found else "does not exist"
        raise UnknownEntry(f"Entry {entry_id} {where}.")
    if found[0].version != version:
        raise StaleEdit(
            f"{found[0].updated_by} saved this entry in the meantime (version "
            f"{found[0].version}, yours was made from {version}). Nothing was overwritten; "
            "compare the two and save again.",
            found[0],
        )
    return found[0]
