"""What the relational part needs of an engine, and how values are stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from store.records import ModelRecord, VectorKind

if TYPE_CHECKING:
    from store.relational.vector_table import VectorTable

TEXTS_AT_ONCE = 500


class Connection(Protocol):
    """A connection inside a transaction. Values are bound to `?`; a list to `= ANY(?)`."""

    def select(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return every row of a query."""

    def blocks(
        self, sql: str, values: Sequence[Any], at_once: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query, so many at a time."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each row of values."""

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Insert a row, given by column, into a table whose rows have ids; return its id."""

    def insert_rows(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Insert rows of values for these columns into a table."""

    def update(self, table: str, row: int, values: Mapping[str, Any]) -> None:
        """Change a row, given by its id, of a table; `values` by column."""

    def now(self) -> str:
        """Return the present time by the database's clock, as it is stored."""

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns, by alphabet."""

    def last_ids(self) -> dict[str, int]:
        """Return the highest id that was ever given in each table; tables without any may be
        missing."""

    def continue_ids(self, last_ids: Mapping[str, int]) -> None:
        """Let the ids of tables go on after these."""

    def vector_table(self, key: int, model: ModelRecord, kind: VectorKind) -> "VectorTable":
        """Return the table of the vectors of a model, given by its id, and a kind."""


class Database(Protocol):
    """Lends connections, each inside a transaction of its own."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Lend a connection on which every statement sees the same state of the database."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Lend a connection inside a write transaction, committed unless the block raises."""


def among(texts: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield SQL that is true for some of these texts, and the values bound in it: as many as one
    statement takes, until all had their turn."""
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        some = texts[start : start + TEXTS_AT_ONCE]
        yield f"IN ({', '.join('?' * len(some))})", some


def stored(at: datetime) -> str:
    """Return a time as it is stored: UTC, ISO 8601."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
