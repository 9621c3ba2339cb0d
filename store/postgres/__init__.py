"""What is PostgreSQL's own: connections, tables of vectors, the index of words."""

from store.address import PostgresAddress
from store.errors import UnreadableDatabase
from store.relational.store import SqlStore


def opened(
    address: PostgresAddress, replica: PostgresAddress | None = None, *, create: bool
) -> SqlStore:
    """Open the collection in a database; see `store.open_store`."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise UnreadableDatabase(
            f"{address} is a database of PostgreSQL, for which packages are missing. Install them: "
            "pip install -r requirements-postgres.txt"
        ) from None
    from store.postgres.migration import open_database
    from store.postgres.store import PostgresStore

    return PostgresStore(open_database(address, replica, create=create))
