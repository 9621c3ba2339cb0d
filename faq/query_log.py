"""The log of settled queries: whether it is kept, for how long, and with whose name."""

import csv
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import IO

from faq.json_records import from_json, to_json
from faq.transfer.table import defused
from store import LoggedQuery, QueryFilter, ReadableStore, State, Store

POLICY = "query_log"  # a setting of the collection
COLUMNS = (
    *("at", "query", "answered", "entry", "score", "ranking", "thumb", "total_ms", "asked_by"),
    "missing",
)
WRITTEN_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """What a team wants logged: anything at all, for how many days, and who asked; and the day of
    this decision, in UTC."""

    kept: bool = True
    days: int = 365
    names: bool = False
    set_on: str = ""


def policy(state: State) -> LogPolicy:
    """Return what the collection's team wants logged."""
    kept = state.settings.get(POLICY)
    return from_json(LogPolicy, kept) if kept else LogPolicy()


def set_policy(store: Store, wanted: LogPolicy, now: datetime | None = None) -> None:
    """Set what is logged from `now` on. What is too old for it is deleted from the next day on, so
    that a wrong number can be corrected."""
    today = (now or datetime.now(UTC)).date().isoformat()
    store.settings.write({POLICY: to_json(replace(wanted, set_on=today))})


def keep(store: ReadableStore, state: State, query: LoggedQuery, actor: str) -> int | None:
    """Log a query as the team wants it, and delete what has become too old; return its id, None
    where nothing is logged: nothing is where nothing can be written."""
    if store.read_only:
        return None
    wanted = policy(state)
    until = query.at - timedelta(days=wanted.days)
    if wanted.set_on >= query.at.date().isoformat():
        until = datetime.min.replace(tzinfo=UTC)
    if wanted.kept:
        query = replace(query, actor=actor if wanted.names else "")
        return store.log.add(query, delete_until=until)
    store.log.add(None, delete_until=until)
    return None


def write_queries(store: Store, file: IO[str]) -> int:
    """Write the log as CSV, newest first; return how many queries there are."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    written, part = 0, store.log.page(WRITTEN_AT_ONCE).queries
    while part:
        writer.writerows(_cells(query) for query in part)
        written += len(part)
        part = store.log.page(WRITTEN_AT_ONCE, QueryFilter(before=part[-1].id)).queries
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
        defused(query.missing),
    )
