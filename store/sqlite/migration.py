"""Numbered migrations: each runs once, all that are due in one transaction, after a backup."""

from pathlib import Path

import apsw
import numpy as np

from store import fault_points, passages
from store.errors import UnreadableDatabase
from store.records import UNDIVIDED
from store.relational import entries, models, settings
from store.sqlite.backup import back_up_old_schema, opened
from store.sqlite.connection import SQLiteConnection
from store.sqlite.database import APPLICATION_ID, SQLiteDatabase, explained, inspect, transaction
from store.sqlite.read_only import ReadOnlyDatabase, why_read_only
from store.words import indexed

# Vectors are in blobs of 1.5 MB: a search reads them a fifth faster than with pages of 4,096.
PAGE_SIZE = 16_384

ROWS_AT_ONCE = 1_000
MOVES_ANSWERS = 8  # the schema from which on answers have vectors where phrasings have theirs
DIVIDES_ANSWERS = 9  # the schema from which on answers have passages
SCHEMA = Path(__file__).parent.parent / "schema" / "sqlite"


def migrations() -> list[tuple[int, str]]:
    """Return number and SQL of every migration, in order."""
    return [
        (int(file.name.split("_")[0]), file.read_text(encoding="utf-8"))
        for file in sorted(SCHEMA.glob("[0-9]*.sql"))
    ]


def newest_schema() -> int:
    """Return the schema version that this Askwell writes."""
    return migrations()[-1][0]


def schema_version(connection: apsw.Connection) -> int:
    """Return the schema version that the database has."""
    return int(str(connection.pragma("user_version")))


def open_database(path: Path, *, create: bool) -> SQLiteDatabase:
    """Open the collection's file and bring its schema up to date.

    With `create`, a missing or empty file becomes a new collection. One that cannot be written is
    opened for reading. Raises `UnreadableDatabase`, with the file untouched, where it is missing,
    foreign, newer, damaged, or older and cannot be written, or where a migration fails, and
    `StoreUnavailable` where an older one cannot be backed up first.
    """
    new = create and _room_for_new(path)
    if not new:
        inspect(path, newest_schema())
        if why := why_read_only(path):
            return _opened_read_only(path, why)
    with explained(path):
        try:
            _make_ready(path)
        except (apsw.FullError, apsw.IOError):
            if new:
                raise
            return _opened_read_only(path, f"the disk that holds {path.name} is full, or fails")
    return SQLiteDatabase(path, newest_schema())


def _make_ready(path: Path) -> None:
    with opened(path) as connection:
        connection.raw.pragma("page_size", PAGE_SIZE)  # of a new file; others keep theirs
        _bring_up_to_date(connection, path)
        # Only now: in WAL mode a new header would be in the log alone, and the next opening could
        # not tell from the file's first bytes whose it is.
        connection.raw.pragma("journal_mode", "WAL")


def _opened_read_only(path: Path, why: str) -> ReadOnlyDatabase:
    database = ReadOnlyDatabase(path, why)
    with database.reading() as connection:
        found = schema_version(connection.raw)
    if found < newest_schema():
        raise UnreadableDatabase(
            f"{path} was written by an older Askwell (schema {found}, this one needs "
            f"{newest_schema()}), and it cannot be brought up to date because {why}. Copy it to a "
            "folder that can be written, and open it there."
        )
    return database


def _room_for_new(path: Path) -> bool:
    """Return whether a new collection begins at `path`; its folder is then there."""
    try:
        if path.exists() and path.stat().st_size > 0:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnreadableDatabase(
            f"There can be no database at {path} ({error.strerror}). Name another place."
        ) from None
    return True


def _bring_up_to_date(connection: SQLiteConnection, path: Path) -> None:
    if schema_version(connection.raw) >= newest_schema():
        return
    backup = None
    try:
        with transaction(connection.raw, "IMMEDIATE"):
            found = schema_version(connection.raw)  # another process may have been faster
            if 0 < found < newest_schema():
                backup = back_up_old_schema(path, found)
                fault_points.reached("migration: backed up")
            migrate(connection, path)
    except BaseException:
        if backup is not None:
            backup.unlink()  # of what is still there
        raise
    fault_points.reached("migration: committed")


def migrate(connection: SQLiteConnection, path: Path) -> None:
    """Run the migrations that are due, in the connection's transaction. Raises
    `UnreadableDatabase`, naming `path`, where one of them fails."""
    raw = connection.raw
    for number, sql in migrations():
        found = schema_version(raw)
        if found >= number:
            continue
        try:
            raw.execute(sql)
            if number == MOVES_ANSWERS:
                _move_answers(connection)
            if number == DIVIDES_ANSWERS:
                _begin_passages(connection)
                _index_again(connection)
        except (apsw.SQLError, apsw.ConstraintError, apsw.MismatchError) as error:
            raise UnreadableDatabase(
                f"{path} could not be brought from schema {found} to {number} ({error}). It was "
                "left as it is: go on with the Askwell that wrote it, and tell its authors."
            ) from error
        raw.pragma("application_id", APPLICATION_ID)
        raw.pragma("user_version", number)
        fault_points.reached("migration: step written")


def _move_answers(connection: SQLiteConnection) -> None:
    """Move the vectors of answers into tables of their own, those that cannot be right left out.
    The names of the tables follow from the models, so that SQL alone cannot do it."""
    for model in models.all_models(connection):
        table = model.tables["answer"]
        table.create(connection)
        rows = connection.select(
            "SELECT entry_id, embedding, status, deleted_at, category FROM answer_vector"
            " JOIN entry ON entry.id = entry_id WHERE model_id = ? AND answer <> ''",
            (model.key,),
        )
        size = model.dimension * np.dtype(np.float32).itemsize
        table.insert(
            connection,
            [
                (id_, vector, id_, entries.visibility(status, deleted_at is not None), category)
                for id_, vector, status, deleted_at, category in rows
                if len(vector) == size
            ],
        )
    connection.execute("DROP TABLE answer_vector")


def _begin_passages(connection: SQLiteConnection) -> None:
    """Divide every answer into passages. One that stays whole has its entry's id, so that its
    vectors stay where they are; so has a longer one, beside its passages, until those have vectors.
    Where a very long question is read no further than its beginning from now on, the vector is
    another, and the old one is deleted."""
    wholes, parts, shortened = list[tuple[int, ...]](), list[tuple[int, ...]](), list[int]()
    for id_, question, answer in connection.select(
        "SELECT entry.id, text, answer FROM entry JOIN phrasing ON entry_id = entry.id"
        " WHERE position = 0 AND answer <> ''"
    ):
        spans = passages.spans_of(question, answer)
        if passages.beginning(question) != question:
            shortened.append(id_)
        elif len(spans) > 1:
            wholes.append((id_, id_, entries.WHOLE, 0, len(answer)))
        if len(spans) == 1:
            wholes.append((id_, id_, 0, *spans[0]))
        else:
            parts += [(id_, place, *span) for place, span in enumerate(spans)]
    connection.execute_many(
        "INSERT INTO passage (id, entry_id, position, start, stop) VALUES (?, ?, ?, ?, ?)", wholes
    )
    connection.execute_many(
        "INSERT INTO passage (entry_id, position, start, stop) VALUES (?, ?, ?, ?)", parts
    )
    for model in models.all_models(connection):
        model.tables["answer"].delete(connection, shortened)
    if parts or shortened:
        settings.write(connection, UNDIVIDED, "yes")


def _index_again(connection: SQLiteConnection) -> None:
    """Copy the index of words into a new one."""
    columns = "rowid, question, phrasings, answer, category, tags"
    for rows in connection.blocks(f"SELECT {columns} FROM keyword_before", (), ROWS_AT_ONCE):
        connection.execute_many(
            f"INSERT INTO keyword ({columns}) VALUES (?, ?, ?, ?, ?, ?)",
            [(row, *map(indexed, texts)) for row, *texts in rows],
        )
    connection.execute("DROP TABLE keyword_before")
