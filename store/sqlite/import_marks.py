"""How far imports have come, in SQL."""

import apsw

from store.imports import ImportMark
from store.sqlite.sql import select


def write(connection: apsw.Connection, mark: ImportMark, last_entry_id: int) -> None:
    """Keep that the file is in up to a row, which became this entry."""
    connection.execute(
        "INSERT INTO import_mark (file, rows, last_entry_id) VALUES (?, ?, ?) ON CONFLICT (file)"
        " DO UPDATE SET rows = excluded.rows, last_entry_id = excluded.last_entry_id",
        (mark.file, mark.rows, last_entry_id),
    )


def rows(connection: apsw.Connection, file: str) -> int:
    """Return up to which row the file is in; see `Bookkeeping.imported_rows`."""
    found = select(
        connection,
        "SELECT rows FROM import_mark JOIN entry ON entry.id = last_entry_id"
        " WHERE file = ? AND deleted_at IS NULL",
        (file,),
    )
    return int(found[0][0]) if found else 0


def forget(connection: apsw.Connection, file: str) -> None:
    """Forget a file."""
    connection.execute("DELETE FROM import_mark WHERE file = ?", (file,))
