"""What the relational part needs of an engine, and how values are stored."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol


class Connection(Protocol):
    """A connection inside a transaction. Values are bound to `?`; a list to `= ANY(?)`."""

    def select(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return every row of a query."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement and return how many rows it changed."""

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each row of values."""

    def insert(self, sql: str, values: Sequence[Any]) -> int:
        """Insert a row and return its id."""


class Database(Protocol):
    """Lends connections, each inside a transaction of its own."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Lend a connection on which every statement sees the same state of the database."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Lend a connection inside a write transaction, committed unless the block raises."""


def stored(at: datetime) -> str:
    """Return a time as it is stored: UTC, ISO 8601."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def now() -> str:
    """Return the present time as it is stored."""
    return stored(datetime.now(UTC))
