"""What is PostgreSQL's own: connections, tables of vectors, the index of words."""

from store.address import PostgresAddress
from store.base import Store
from store.errors import UnreadableDatabase


def open_store(address: PostgresAddress, *, create: bool) -> Store:
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

    return PostgresStore(open_database(address, create=create))
