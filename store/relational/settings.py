"""Named texts that a collection keeps. A name may have a folder before a slash."""

from collections.abc import Mapping

from store.errors import SettingChanged
from store.relational.connection import Connection, Database


class SqlSettings:
    """See `store.base.StoredSettings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, folder: str, newest: int | None = None) -> dict[str, str]:
        begin = f"{folder}/"
        with self._database.reading() as connection:
            rows = connection.select(
                "SELECT name, value FROM setting WHERE substr(name, 1, ?) = ? ORDER BY name DESC"
                + ("" if newest is None else f" LIMIT {newest:d}"),
                (len(begin), begin),
            )
        return {name[len(begin) :]: value for name, value in reversed(rows)}

    def write(
        self, values: Mapping[str, str | None], *, before: Mapping[str, str | None] | None = None
    ) -> None:
        with self._database.writing() as connection:
            for name, expected in (before or {}).items():
                rows = connection.select("SELECT value FROM setting WHERE name = ?", (name,))
                if (rows[0][0] if rows else None) != expected:
                    raise SettingChanged(
                        f"Somebody else wrote {name!r} in between. Nothing was changed."
                    )
            for name, value in values.items():
                write(connection, name, value)


def write(connection: Connection, name: str, value: str | None) -> None:
    """Set a setting; None deletes it."""
    if value is None:
        connection.execute("DELETE FROM setting WHERE name = ?", (name,))
        return
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def without_folder(connection: Connection) -> dict[str, str]:
    """Return the settings whose names have no folder."""
    return dict(connection.select("SELECT name, value FROM setting WHERE name NOT LIKE '%/%'"))
