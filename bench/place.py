"""Where the collections that are measured lie: in files, or in a database of PostgreSQL."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep

from store import Store, open_store

SCHEMA = "askwell_bench"


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Let a measurement be told where its collections lie."""
    parser.add_argument(
        "--database", help="postgresql://... where the collections lie, instead of in files"
    )


@contextmanager
def new_store(address: str | None) -> Iterator[Store]:
    """Lend a store with an empty collection, which is deleted then."""
    with new_place(address) as place, closing(open_store(place)) as store:
        yield store


def settle(address: str | None) -> None:
    """Do at once what a server does by itself within a minute, after much was written."""
    if address is None:
        return
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for _ in range(20):  # a transaction that is still open keeps it from all pages
            connection.execute(f"VACUUM ANALYZE {SCHEMA}.word".encode())
            [(left,)] = connection.execute(
                "SELECT relpages - relallvisible FROM pg_class"
                f" WHERE oid = '{SCHEMA}.word'::regclass".encode()
            )
            if not left:
                return
            sleep(0.5)


@contextmanager
def new_place(address: str | None) -> Iterator[str]:
    """Lend where there is no collection yet: a file, or a schema of its own in the database at an
    address."""
    if address is None:
        with tempfile.TemporaryDirectory() as folder:
            yield str(Path(folder) / "faq.db")
        return
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
        connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
        try:
            joined = "&" if "?" in address else "?"
            yield f"{address}{joined}options=-csearch_path%3D{SCHEMA},public"
        finally:
            connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
