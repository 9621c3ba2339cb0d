"""Numbered migrations: each runs once, in a transaction of its own, in one process at a time."""

from pathlib import Path
from typing import Any, LiteralString

from psycopg import errors

from store import fault_points
from store.address import PostgresAddress
from store.errors import StoreUnavailable, UnreadableDatabase
from store.postgres.database import TURN, PostgresDatabase
from store.postgres.pool import NoConnection, Raw, connect, explained

SCHEMA = Path(__file__).parent.parent / "schema" / "postgres"
OLDEST_SERVER = 15
OLDEST_PGVECTOR = (0, 8, 4)  # earlier ones can damage an index


def migrations() -> list[tuple[int, str]]:
    """Return number and SQL of every migration, in order."""
    return [
        (int(file.name.split("_")[0]), file.read_text(encoding="utf-8"))
        for file in sorted(SCHEMA.glob("[0-9]*.sql"))
    ]


def newest_schema() -> int:
    """Return the schema version that this Askwell writes."""
    return migrations()[-1][0]


def open_database(
    address: PostgresAddress, replica: PostgresAddress | None, *, create: bool
) -> PostgresDatabase:
    """Open the collection in a database and bring its schema up to date.

    With `create`, a database without a collection gets one. One that cannot be written is opened
    for reading. Raises `UnreadableDatabase`, with nothing changed, where there is no collection,
    where it is newer, or where the server or its pgvector is too old or lacks something;
    `StoreUnavailable` where there is no connection. With a replica, that is enough to begin with.
    """
    try:
        raw = connect(address)
    except NoConnection:
        if replica is None:
            raise
        open_database(replica, None, create=False).close()
        return PostgresDatabase(address, replica)
    try:
        with explained(address):
            if (server := raw.info.server_version // 10_000) < OLDEST_SERVER:
                raise UnreadableDatabase(
                    f"{address} is PostgreSQL {server}; Askwell needs {OLDEST_SERVER} or newer. "
                    "Update the server."
                )
            found = _schema(raw)
            why = _why_read_only(raw, found)
            if found == 0 and not create:
                raise UnreadableDatabase(
                    f"There is no collection in {address}. Check the name, or add an entry to "
                    "begin one there."
                )
            if found > newest_schema():
                raise UnreadableDatabase(
                    f"{address} was written by a newer Askwell (schema {found}, this one knows up "
                    f"to {newest_schema()}). It was left as it is; update Askwell."
                )
            if found < newest_schema() and why:
                raise UnreadableDatabase(
                    f"{address} cannot be brought from schema {found} to {newest_schema()}, because"
                    f" {why}. Name a server that can be written."
                )
            _provide_vectors(raw, address, why)
            _bring_up_to_date(raw, address)
    finally:
        raw.close()
    return PostgresDatabase(address, replica, why)


def _one(raw: Raw, sql: LiteralString) -> Any:
    [row] = raw.execute(sql).fetchall()
    return row[0]


def _schema(raw: Raw) -> int:
    """Return the schema version of the collection; 0 where there is none."""
    # Out of a table: only a connection that locks one takes note of what others have made since
    # its transaction began.
    if not raw.execute("SELECT 1 FROM pg_class WHERE oid = to_regclass('askwell')").fetchall():
        return 0
    return int(_one(raw, "SELECT schema FROM askwell"))


def _why_read_only(raw: Raw, found: int) -> str:
    """Return why nothing can be written, as the end of a sentence; nothing where it can."""
    if _one(raw, "SELECT pg_is_in_recovery()"):
        return "the server is a standby of another one, and may only be read"
    if _one(raw, "SHOW transaction_read_only") == "on":
        return "the database may only be read"
    if found and not _one(raw, "SELECT has_table_privilege('entry', 'INSERT')"):
        return f"the user {raw.info.user} may only read the database"
    return ""


def _provide_vectors(raw: Raw, address: PostgresAddress, read_only: str) -> None:
    """Make sure of pgvector."""
    found = raw.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchall()
    if not found and not read_only:
        try:
            raw.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except errors.InsufficientPrivilege:
            raise UnreadableDatabase(
                f"The user {raw.info.user} may not create the extension vector in {address}. Let a "
                "superuser run there: CREATE EXTENSION vector;"
            ) from None
        except (errors.FeatureNotSupported, errors.UndefinedFile):
            raise UnreadableDatabase(
                f"The server of {address} does not have pgvector. Install it there (the package is "
                "called postgresql-18-pgvector or similar), and try again."
            ) from None
        except errors.UniqueViolation:  # another process was faster
            pass
        found = raw.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
        ).fetchall()
    version = found[0][0] if found else "missing"
    if not found or tuple(map(int, version.split("."))) < OLDEST_PGVECTOR:
        raise UnreadableDatabase(
            f"pgvector in {address} is {version}; Askwell needs "
            f"{'.'.join(map(str, OLDEST_PGVECTOR))} or newer. Update it on the server, then run "
            "there: ALTER EXTENSION vector UPDATE;"
        )


def _bring_up_to_date(raw: Raw, address: PostgresAddress) -> None:
    for number, sql in migrations():
        with raw.transaction():
            raw.execute(f"SELECT {TURN}".encode())
            found = _schema(raw)  # another process may have been faster
            if found >= number:
                continue
            try:
                raw.execute(sql.encode())
            except (errors.DuplicateTable, errors.DuplicateObject) as error:
                raise UnreadableDatabase(
                    f"{address} has tables of another application ({str(error).splitlines()[0]}). "
                    "Nothing was changed; name an empty database."
                ) from None
            except errors.InsufficientPrivilege:
                raise StoreUnavailable(
                    f"The user {raw.info.user} may not create tables in {address}. Let its owner "
                    f"run there: GRANT CREATE ON SCHEMA public TO {raw.info.user};"
                ) from None
            raw.execute("UPDATE askwell SET schema = %s", (number,))
            fault_points.reached("migration: step written")
    fault_points.reached("migration: committed")
