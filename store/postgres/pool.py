"""Connections to one server: opening them, what can go wrong, and who may use one."""

import queue
import re
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

import psycopg
from psycopg import errors

from store.address import PostgresAddress
from store.errors import StoreUnavailable, UnreadableDatabase
from store.postgres.connection import adapt

POOL_SIZE = 8
WAIT_SECONDS = 5
CONNECT_SECONDS = 5
NEXT_TRY_SECONDS = 5  # a server that did not answer is asked again after so long
SESSION = (
    f"SET lock_timeout = '{WAIT_SECONDS}s'; SET statement_timeout = '60s';"
    " SET idle_in_transaction_session_timeout = '60s'; SET work_mem = '64MB'"
)

Raw = psycopg.Connection[tuple[Any, ...]]

# What libpq says of a connection that fails -> what to do. The first that fits counts.
REMEDIES = {
    "no password supplied": "no password was given. Put it into the address, or into a file that "
    "PGPASSFILE names",
    "password authentication failed": "the user or the password is wrong. Correct them",
    "certificate|CA file": "the certificate does not fit. Check sslmode and sslrootcert in the "
    "address",
    "SSL": "there is no encrypted connection. Check sslmode in the address",
    "pg_hba.conf": "its pg_hba.conf does not admit this user from this machine. Ask whoever runs "
    "the server",
    'role ".*" does not exist': "the user is unknown there. Correct the name, or create the user",
    'database ".*" does not exist': "there is no database of that name. Create it, or correct the "
    "name",
    "permission denied for database": "the user may not connect to this database. Grant CONNECT",
    "definition of service": "the service is in no service file. Check PGSERVICEFILE",
    "(translate|resolve) host|[Nn]ame or service": "the host is unknown. Correct its name",
    "read-only|recovery mode|hot standby": "no server there can be written now",
    "too many|remaining connection slots": "it has too many connections already. Close some, or "
    "raise max_connections",
    "": "it does not answer. Check that it runs, and that this machine reaches it",
}


class NoConnection(StoreUnavailable):
    """The server does not answer, or refuses."""


class ConnectionLost(StoreUnavailable):
    """The server ended a connection, or was ended."""


def connect(address: PostgresAddress) -> Raw:
    """Open a connection. Raises `NoConnection`, which says why and never shows a password."""
    try:
        raw = psycopg.connect(address.url, autocommit=True, **_defaults(address))
        try:
            adapt(raw)
            raw.execute(SESSION)
        except BaseException:
            raw.close()
            raise
    except psycopg.ProgrammingError:  # its text may contain a part of the password
        raise UnreadableDatabase(
            f"The address {address} cannot be read. It looks like "
            "postgresql://user@host:5432/name; signs such as @ and / in a password are written %40 "
            "and %2F."
        ) from None
    except psycopg.OperationalError as error:
        why = next(why for sign, why in REMEDIES.items() if re.search(sign, str(error)))
        raise NoConnection(f"No connection to {address}: {why}.") from None
    return raw


def _defaults(address: PostgresAddress) -> dict[str, Any]:
    """Return what a connection has unless the address or the environment says otherwise."""
    given = psycopg.conninfo.conninfo_to_dict(address.url)
    defaults = {
        "application_name": "askwell",
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": CONNECT_SECONDS * 1000,  # else a lost network is noticed after minutes
        "keepalives_idle": CONNECT_SECONDS,
    }
    return {name: value for name, value in defaults.items() if name not in given}


@contextmanager
def explained(address: PostgresAddress) -> Iterator[None]:
    """Turn PostgreSQL's errors into sentences."""
    try:
        yield
    except (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected):
        raise StoreUnavailable(
            f"The database {address} was busy for too long. Nothing was changed; try again."
        ) from None
    except errors.DiskFull:
        raise StoreUnavailable(
            f"The database {address} cannot be used: its disk is full. Free some space, and try "
            "again. Nothing was changed."
        ) from None
    except errors.InsufficientPrivilege as error:
        raise StoreUnavailable(
            f"The user of {address} lacks a right ({_first_line(error)}). Grant it, and try again. "
            "Nothing was changed."
        ) from None
    except errors.ReadOnlySqlTransaction:
        raise StoreUnavailable(
            f"The database {address} may only be read now: it is a standby, or was made read-only. "
            "Nothing was changed."
        ) from None
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction) as error:
        raise UnreadableDatabase(
            f"The database {address} is not as Askwell made it ({_first_line(error)}). Restore a "
            "backup; a check tells whether a repair is enough."
        ) from None
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise ConnectionLost(
            f"The connection to {address} was lost ({_first_line(error)}). If something was to be "
            "saved, it is saved as a whole or not at all; look, and try again."
        ) from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


class Pool:
    """A bounded number of connections to one server; each is borrowed by one thread at a time."""

    def __init__(self, address: PostgresAddress) -> None:
        self.address = address
        self._idle: queue.LifoQueue[Raw] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(POOL_SIZE)
        self._refused: tuple[float, NoConnection] | None = None
        self._closed = False
        weakref.finalize(self, _close, self._idle)  # a screen's cache closes nothing

    @contextmanager
    def borrowed(self, begin: str) -> Iterator[Raw]:
        """Lend a connection on which a transaction has begun; commit it unless the block raises."""
        if self._closed:
            raise StoreUnavailable(f"The collection {self.address} was closed. Open it again.")
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise StoreUnavailable(
                f"All {POOL_SIZE} connections to {self.address} are in use. Try again."
            )
        try:
            with explained(self.address):
                raw = self._begun(begin)
                try:
                    yield raw
                    raw.execute("COMMIT")
                except BaseException:
                    with suppress(psycopg.Error):
                        raw.execute("ROLLBACK")
                    raise
                finally:
                    self._take_back(raw)
        finally:
            self._places.release()

    def _begun(self, begin: str) -> Raw:
        """Return a connection in a new transaction: one that is idle or, where the server has
        closed all of those meanwhile, a new one."""
        while True:
            try:
                raw, new = self._idle.get_nowait(), False
            except queue.Empty:
                raw, new = self._connected(), True
            try:
                raw.execute(begin)
                return raw
            except BaseException as error:
                raw.close()
                if new or not isinstance(error, psycopg.OperationalError):
                    raise

    def _connected(self) -> Raw:
        """Return a new connection. While a server does not answer, not everybody waits for it."""
        if self._refused and monotonic() - self._refused[0] < NEXT_TRY_SECONDS:
            raise self._refused[1]
        try:
            raw = connect(self.address)
        except NoConnection as error:
            self._refused = monotonic(), error
            raise
        self._refused = None
        return raw

    def _take_back(self, raw: Raw) -> None:
        idle = raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        if self._closed or raw.closed or not idle:
            raw.close()
        else:
            self._idle.put(raw)

    def close(self) -> None:
        """Close every idle connection; borrowed ones close when they come back."""
        self._closed = True
        _close(self._idle)


def _close(idle: "queue.LifoQueue[Raw]") -> None:
    with suppress(queue.Empty):
        while True:
            idle.get_nowait().close()
