"""The address of a PostgreSQL database, whose password nobody ever sees."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_SCHEME = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
_USER = re.compile(r"(?<=//)[^/?#]*(?=@)")
_PASSWORD = re.compile(r"([?&])(?:ssl)?password=[^&#]*&?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """Where a PostgreSQL database is, as libpq reads it: `postgresql://user@host/name?sslmode=...`.

    As text, and in every message, it is without passwords.
    """

    url: str = field(repr=False)

    def __str__(self) -> str:
        shown = _PASSWORD.sub(r"\1", self.url).rstrip("?&")
        return _USER.sub(lambda user: user[0].split(":")[0], shown)


def dump_command(address: PostgresAddress) -> str:
    """Return the command that makes a backup of a database."""
    return f"pg_dump --format=custom --file=faq.dump '{address}'"


Location = Path | PostgresAddress
"""Where a collection is: a file, or a database of PostgreSQL."""


def location_of(text: str) -> Location:
    """Return the location that a text names: an address, or else a path."""
    return PostgresAddress(text) if _SCHEME.match(text) else Path(text)
