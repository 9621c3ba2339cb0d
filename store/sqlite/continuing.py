"""What goes on when a backup takes a collection's place: no id that was given out is given out
again, and whoever follows the changes hears of them all."""

import apsw

from store.sqlite.database import transaction
from store.sqlite.migration import schema_version
from store.sqlite.sql import select


def continue_from(old: apsw.Connection, new: apsw.Connection) -> None:
    """Let the collection in `new` continue the one in `old`, whose place it is about to take.

    Ids go on where the old ones ended. Every entry of either counts as changed. The jobs are those
    of the old one: they belong to the machine, and whoever does one now still holds it.
    """
    with transaction(new, "IMMEDIATE"):
        _continue_ids(old, new)
        entries = {row for c in (old, new) for row in select(c, "SELECT id FROM entry")}
        new.executemany("INSERT INTO change (entry_id) VALUES (?)", sorted(entries))
        if schema_version(old) != schema_version(new):
            return
        new.execute("DELETE FROM job")
        jobs = select(old, "SELECT * FROM job")
        if jobs:
            places = ", ".join("?" * len(jobs[0]))
            new.executemany(f"INSERT INTO job VALUES ({places})", jobs)


def _continue_ids(old: apsw.Connection, new: apsw.Connection) -> None:
    # The vector tables number their own parts.
    sql = "SELECT name, seq FROM sqlite_sequence WHERE name NOT LIKE 'vector\\_%' ESCAPE '\\'"
    here, there = dict(select(new, sql)), dict(select(old, sql))
    tables = {name for (name,) in select(new, "SELECT name FROM sqlite_schema")}
    for name in there.keys() & tables:
        new.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        new.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
            (name, max(there[name], here.get(name, 0))),
        )
