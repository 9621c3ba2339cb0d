"""The log of settled queries: whether it is kept, for how long, and with whose name."""

import csv
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import IO

from faq.access import unrestricted
from faq.json_records import from_json, to_json
from faq.transfer.table import defused
from store import LoggedQuery, QueryFilter, Store

POLICY, PRUNED = "query_log", "query_log_pruned"  # settings of the collection
COLUMNS = ("at", "query", "answered", "entry", "score", "ranking", "thumb", "total_ms", "asked_by")
QUERIES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """What a team wants logged: anything at all, for how many days, and who asked."""

    kept: bool = True
    days: int = 365
    names: bool = False


def policy(store: Store) -> LogPolicy:
    """Return what the collection's team wants logged."""
    kept = store.setting(POLICY)
    return from_json(LogPolicy, kept) if kept else LogPolicy()


def set_policy(store: Store, wanted: LogPolicy) -> None:
    """Set what is logged from now on. What is too old for it goes with the next day's first query,
    so that a slip of the hand costs nothing."""
    store.set_setting(POLICY, to_json(wanted))


def keep(store: Store, query: LoggedQuery, actor: str) -> int | None:
    """Log a query as the team wants it; return its id, None where nothing is logged: nothing is
    where nothing can be written.

    The first one of a day takes along what has become too old.
    """
    if store.read_only:
        return None
    wanted = policy(store)
    if store.setting(PRUNED) != query.at.date().isoformat():
        prune(unrestricted(store), query.at, wanted.days)  # a reader's question sets it off, too
    if not wanted.kept:
        return None
    return store.log_query(replace(query, actor=actor if wanted.names else ""))


def prune(store: Store, now: datetime, days: int) -> int:
    """Delete what is older than so many days; return how many queries that were."""
    store.set_setting(PRUNED, now.date().isoformat())
    return store.delete_queries(QueryFilter(until=now - timedelta(days=days)))


def write_queries(store: Store, file: IO[str]) -> int:
    """Write the log as CSV, newest first; return how many queries it holds."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    written, part = 0, store.recent_queries(QUERIES_AT_ONCE)
    while part:
        writer.writerows(_cells(query) for query in part)
        written += len(part)
        part = store.recent_queries(QUERIES_AT_ONCE, QueryFilter(before=part[-1].id))
    return written


def _cells(query: LoggedQuery) -> tuple[object, ...]:
    return (
        query.at.astimezone(UTC).isoformat(timespec="seconds"),
        defused(query.text),
        "yes" if query.answered else "no",
        query.entry_id,
        None if query.score is None else round(query.score, 6),
        query.ranking,
        {1: "up", -1: "down"}.get(query.thumb or 0, ""),
        round(query.total_seconds * 1000, 1),
        defused(query.actor),
    )
