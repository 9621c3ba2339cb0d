"""Opening a collection with the engine that its location asks for."""

from typing import TYPE_CHECKING

from store.address import Location, PostgresAddress

if TYPE_CHECKING:
    from store.relational.store import SqlStore


def opened(
    location: Location, replica: PostgresAddress | None = None, *, create: bool
) -> "SqlStore":
    """Open a collection; see `store.open_store`. An engine is imported when it is needed."""
    if isinstance(location, PostgresAddress):
        from store import postgres

        return postgres.opened(location, replica, create=create)
    from store.sqlite.migration import open_database
    from store.sqlite.store import SQLiteStore

    return SQLiteStore(open_database(location, create=create))
