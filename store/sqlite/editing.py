"""One edit of an entry: its text and, in every set, its vectors."""

import apsw

from store.errors import StaleEdit, UnknownEntry
from store.records import Edit, Embeddings, Entry
from store.sqlite import answers, entries, models
from store.sqlite.vectors import VectorTable, visibility


def edited(
    connection: apsw.Connection,
    vectors: VectorTable,
    edit: Edit,
    embeddings: Embeddings,
    actor: str,
) -> Entry:
    """Replace an entry's content and return it as it stands now; see `Store.edit`."""
    standing, content = _standing(connection, edit.entry_id), edit.content
    if standing.version != edit.version:
        raise StaleEdit(
            f"{standing.updated_by} saved this entry in the meantime (version "
            f"{standing.version}, yours was made from {edit.version}). Nothing was overwritten; "
            "compare the two and save again.",
            standing,
        )
    if content == standing.content:
        return standing
    added, gone = entries.update(connection, standing, content, actor)
    vectors.insert(edit.entry_id, content, added, embeddings.vectors)
    before = standing.content
    if before.answer_texts != content.answer_texts:
        answers.forget(connection, edit.entry_id)
        answers.write(connection, vectors, edit.entry_id, content, embeddings.vectors)
    refiled = (before.category, before.status) != (content.category, content.status)
    for table in models.tables(connection) if gone or refiled else ():
        table.delete(gone)
        if refiled:
            seen_by = visibility(content.status, deleted=False)
            table.refile(edit.entry_id, content.category, seen_by)
    return _standing(connection, edit.entry_id)


def _standing(connection: apsw.Connection, entry_id: int) -> Entry:
    found = entries.load(connection, [entry_id])
    if not found or found[0].deleted:
        where = "is in the bin; take it out first" if found else "does not exist"
        raise UnknownEntry(f"Entry {entry_id} {where}.")
    return found[0]
