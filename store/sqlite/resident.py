"""The vectors of every set that was asked for, kept in memory and brought up to date."""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import apsw

from store.snapshot import Snapshot, of_rows
from store.sqlite import history
from store.sqlite.sql import id_array, select
from store.sqlite.vectors import FOR_READERS, VectorTable, visibility

MOST_REPLACED = 1_000  # entries; from there on, reading everything is as quick


class _Held(NamedTuple):
    """A snapshot with the change token, the fill count and the moment that it is of."""

    snapshot: Snapshot
    token: int
    filled: int
    moment: tuple[int, str] | None


class Resident:
    """A snapshot a model. Safe to share between threads: one brings it up to date, the others wait
    for that."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, _Held] = {}

    def snapshot(self, connection: apsw.Connection, table: VectorTable) -> Snapshot:
        """Return a model's vectors as this connection's transaction sees them."""
        [(filled,)] = select(connection, "SELECT filled FROM model WHERE id = ?", (table.model_id,))
        with self._lock:
            held = self._held.get(table.model_id)
            if (
                held is None
                or held.filled != filled
                or not history.has_passed(connection, held.moment)
            ):
                token = history.changes_since(connection, 0).token
                snapshot = _read(connection, table, None)
            else:
                snapshot, token = held.snapshot, held.token
                changes = history.changes_since(connection, token)
                if changes.token < token:  # this transaction began before the one that was quicker
                    return _read(connection, table, None)
                token, changed = changes.token, changes.entry_ids
                if len(changed) > MOST_REPLACED:
                    snapshot = _read(connection, table, None)
                elif changed:
                    snapshot = snapshot.replaced(changed, _read(connection, table, changed))
            moment = history.moment(connection)
            self._held[table.model_id] = _Held(snapshot, token, filled, moment)
            return snapshot

    def forget(self) -> None:
        """Let go of everything; what is asked for again is read again."""
        with self._lock:
            self._held.clear()


def _read(
    connection: apsw.Connection, table: VectorTable, entry_ids: Sequence[int] | None
) -> Snapshot:
    """Read the vectors of some entries, or of all."""
    some = "" if entry_ids is None else " AND entry.id IN carray(?)"
    values = () if entry_ids is None else (id_array(entry_ids),)
    rows = select(
        connection,
        "SELECT phrasing.id, entry.id, status, category, text FROM phrasing"
        f" JOIN entry ON entry.id = entry_id WHERE deleted_at IS NULL{some}"
        " ORDER BY entry.id, position",
        values,
    )
    vectors: dict[int, bytes] = dict(
        select(connection, f"SELECT rowid, embedding FROM {table.name}")
        if entry_ids is None
        else select(
            connection,
            f"SELECT rowid, embedding FROM {table.name} WHERE rowid IN carray(?)",
            (id_array(row[0] for row in rows),),
        )
    )
    answers: dict[int, bytes] = dict(
        select(
            connection,
            "SELECT entry_id, embedding FROM answer_vector JOIN entry ON entry.id = entry_id"
            f" WHERE model_id = ?{some}",
            (table.model_id, *values),
        )
    )
    return of_rows(
        table.model.dimension,
        [
            (
                entry_id,
                visibility(status, deleted=False) == FOR_READERS,
                category,
                text,
                vectors[phrasing_id],
            )
            for phrasing_id, entry_id, status, category, text in rows
            if phrasing_id in vectors
        ],
        answers,
    )
