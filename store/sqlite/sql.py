"""How SQL is asked here: typed rows, bound id lists, the clock as it is stored."""

import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import apsw

LARGEST_ID = (1 << 63) - 1


def select(
    connection: apsw.Connection, sql: str, values: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Return every row of a query."""
    return connection.execute(sql, tuple(values)).fetchall()


def id_array(ids: Iterable[int]) -> Any:
    """Bind ids to `IN carray(?)`, those left out that are too large for any row to have; -1, which
    no row has, stands in where there are none."""
    return apsw.carray(array.array("q", [*(i for i in ids if abs(i) <= LARGEST_ID), -1]))


def stored(at: datetime) -> str:
    """Return a moment as it is stored: UTC, ISO 8601."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def now() -> str:
    """Return the present moment as it is stored."""
    return stored(datetime.now(UTC))
