"""The tests that entries carry, in SQL."""

from collections.abc import Sequence

import apsw

from store.records import Content, EntryTest
from store.sqlite.sql import id_array, select

MUST_FIND, MUST_NOT_FIND = "must_find", "must_not_find"  # expectations, which sort so


def insert(connection: apsw.Connection, entry_id: int, content: Content) -> None:
    """Write the tests of an entry that has none."""
    connection.executemany(
        "INSERT INTO entry_test (entry_id, expectation, position, text) VALUES (?, ?, ?, ?)",
        [
            (entry_id, expectation, position, text)
            for expectation, texts in (
                (MUST_FIND, content.must_find),
                (MUST_NOT_FIND, content.must_not_find),
            )
            for position, text in enumerate(texts)
        ],
    )


def of(connection: apsw.Connection, entry_ids: Sequence[int]) -> dict[int, list[EntryTest]]:
    """Return the tests of entries that have some, by entry: those that must find it first."""
    rows = select(
        connection,
        "SELECT entry_id, text, expectation FROM entry_test WHERE entry_id IN carray(?)"
        " ORDER BY entry_id, expectation, position",
        (id_array(entry_ids),),
    )
    found: dict[int, list[EntryTest]] = {}
    for entry_id, text, expectation in rows:
        found.setdefault(entry_id, []).append(EntryTest(entry_id, text, expectation == MUST_FIND))
    return found


def published(connection: apsw.Connection) -> list[EntryTest]:
    """Return the tests of every published entry; see `Store.entry_tests`."""
    rows = select(
        connection,
        "SELECT id FROM entry WHERE deleted_at IS NULL AND status = 'published'"
        " AND id IN (SELECT entry_id FROM entry_test) ORDER BY id",
    )
    tests = of(connection, [entry_id for (entry_id,) in rows])
    return [test for of_entry in tests.values() for test in of_entry]
