"""What may be wrong with a collection's file."""

import random
from pathlib import Path

import apsw

from store.sqlite.migration import newest_schema


def foreign(path: Path) -> None:
    """Put another application's database there."""
    path.unlink(missing_ok=True)
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('a')")
    connection.close()


def newer(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", newest_schema() + 1)
    connection.close()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20_000])


def noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(10_000))


def damaged_page(path: Path, of: str = "phrasing") -> None:
    """Overwrite the first page of a table or an index."""
    connection = apsw.Connection(str(path))
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (of,)).get
    size = int(str(connection.pragma("page_size")))
    connection.close()
    data = bytearray(path.read_bytes())
    data[size * (root - 1) : size * root] = random.Random(1).randbytes(size)
    path.write_bytes(data)
