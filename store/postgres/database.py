"""One database of PostgreSQL, and its standby for reading while it is away."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from typing import cast

from store.address import PostgresAddress
from store.errors import StoreUnavailable
from store.postgres.connection import PostgresConnection
from store.postgres.pool import NoConnection, Pool, Raw, connect, explained
from store.postgres.vectors import PgvectorTable
from store.relational.connection import Connection
from store.relational.models import all_models

READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# The lock that writers take, one after the other; each schema of a database has its own.
TURN = "pg_advisory_xact_lock(hashtext('askwell ' || current_schema()))"
# Whoever has this lock makes indexes.
INDEXER = "pg_try_advisory_lock(hashtext('askwell index ' || current_schema()))"
INDEXING = "maintenance_work_mem = '512MB'"


class PostgresDatabase:
    """Lends connections, each inside a transaction of its own.

    Writers take turns, across all machines: so each sees what the one before wrote, and the tokens
    of changes grow in the order of commits. While the server does not answer, its `replica` is
    read, if there is one.
    """

    def __init__(
        self, address: PostgresAddress, replica: PostgresAddress | None = None, read_only: str = ""
    ) -> None:
        self.address = address
        self._primary = Pool(address)
        self._replica = Pool(replica) if replica else None
        self._read_only = read_only
        self._away_since: datetime | None = None

    @property
    def read_only(self) -> str:
        """Why nothing can be written, as the end of a sentence; empty where it can."""
        if self._away_since:
            return f"{self.address} has not answered since {self._away_since:%H:%M:%S}"
        return self._read_only

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        """Lend a connection on which every statement sees the same state of the database."""
        with ExitStack() as ended:
            yield PostgresConnection(self._readable(ended))

    def _readable(self, ended: ExitStack) -> Raw:
        """Return a connection in a transaction that ends with `ended`."""
        try:
            raw = ended.enter_context(self._primary.borrowed(READ))
        except NoConnection:
            self._away_since = self._away_since or datetime.now()
            if self._replica is None:
                raise
            return ended.enter_context(self._replica.borrowed(READ))
        self._away_since = None
        return raw

    @contextmanager
    def writing(self) -> Iterator[PostgresConnection]:
        """Lend a connection inside a write transaction, committed unless the block raises. It waits
        for its turn; statements whose results nobody needs are sent without waiting for each."""
        if self._read_only:
            raise StoreUnavailable(
                f"Nothing can be saved, because {self.read_only}. Nothing was changed."
            )
        with self._primary.borrowed("BEGIN") as raw:
            connection = PostgresConnection(raw)
            connection.select(f"SELECT {TURN}")
            with connection.pipelined():
                yield connection
                connection.keep_ids()

    def add_indexes(self) -> None:
        """Make the indexes of a collection that is too large to be held, which may take minutes;
        nothing where somebody does so already, or there is no right to."""
        with explained(self.address), closing(connect(self.address)) as raw:
            for setting in ("lock_timeout = 0", "statement_timeout = 0", INDEXING):
                raw.execute(f"SET {setting}".encode())
            if raw.execute(f"SELECT {INDEXER}".encode()).fetchall() != [(True,)]:
                return
            for model in all_models(PostgresConnection(raw)):
                for table in model.tables.values():
                    cast(PgvectorTable, table).add_index(raw)

    def size(self, connection: Connection) -> tuple[str, int, int]:
        """Return the address without passwords, the database's size in bytes, and the schema."""
        [(size, schema)] = connection.select(
            "SELECT pg_database_size(current_database()), schema FROM askwell"
        )
        return str(self.address), size, schema

    def close(self) -> None:
        """Close every connection."""
        for pool in (self._primary, self._replica):
            if pool:
                pool.close()
