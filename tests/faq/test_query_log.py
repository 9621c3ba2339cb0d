"""The query log: kept as the team wants it, for as long as it wants."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from faq import query_log
from faq.collection import Collection
from faq.query_log import LogPolicy, write_queries
from store import Content, LoggedQuery, Store
from tests.faq.texts import HOSTILE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def asked(text: str, days_ago: float = 0) -> LoggedQuery:
    at = NOW - timedelta(days=days_ago)
    return LoggedQuery(text, "cosine", True, 1, 0.75, 0.006, 0.004, 0.010, at)


def kept(store: Store) -> list[str]:
    return [query.text for query in store.log.page(100).queries]


def test_queries_are_kept_for_a_year_without_names(store: Store) -> None:
    assert query_log.policy(store.state()) == LogPolicy(kept=True, days=365, names=False)
    query_log.keep(store, store.state(), asked("lost card"), "ada")
    [logged] = store.log.page(9).queries
    assert (logged.text, logged.actor) == ("lost card", "")


def test_names_are_kept_where_that_is_wanted(store: Store) -> None:
    query_log.set_policy(store, LogPolicy(names=True))
    query_log.keep(store, store.state(), asked("lost card"), "ada")
    assert store.log.page(1).queries[0].actor == "ada"


def test_nothing_is_kept_where_the_log_is_off(collection: Collection) -> None:
    query_log.set_policy(collection.store, LogPolicy(kept=False))
    collection.add(Content("lost card"))
    assert collection.log(collection.search("lost card")) is None
    assert kept(collection.store) == []


def test_every_query_takes_along_what_is_too_old(store: Store) -> None:
    for days in (400, 366, 364):
        store.log.add(asked(f"{days} days ago", days))
    query_log.keep(store, store.state(), asked("today"), "ada")
    assert kept(store) == ["today", "364 days ago"]


def test_what_is_too_old_goes_though_the_log_is_off(store: Store) -> None:
    store.log.add(asked("old", 400))
    query_log.set_policy(store, LogPolicy(kept=False), NOW - timedelta(days=1))
    assert query_log.keep(store, store.state(), asked("today"), "ada") is None
    assert kept(store) == []


def test_a_shorter_time_holds_from_the_next_day_on(store: Store) -> None:
    for days in (40, 20, 0):
        query_log.keep(store, store.state(), asked(f"{days}", days), "ada")
    query_log.set_policy(store, LogPolicy(days=30), NOW)
    query_log.keep(store, store.state(), asked("later"), "ada")
    assert kept(store) == ["later", "0", "20", "40"]
    query_log.keep(store, store.state(), asked("tomorrow", -1), "ada")
    assert kept(store) == ["tomorrow", "later", "0", "20"]


def test_the_log_can_be_taken_away_and_no_spreadsheet_runs_it(store: Store) -> None:
    texts = [text for text in HOSTILE.values() if text.isprintable()]
    for number in range(1001):
        store.log.add(asked(f"{number}"))
    for text in texts:
        store.log.add(replace(asked(text), thumb=-1, actor="=ada", missing="=cmd"))
    file = io.StringIO(newline="")
    assert write_queries(store, file) == 1001 + len(texts)
    rows = list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))
    assert len(rows) == 1001 + len(texts)
    assert rows[-1] | {"query": "0", "thumb": "", "answered": "yes"} == rows[-1]
    assert (rows[-1]["at"], rows[-1]["total_ms"]) == ("2026-11-22T12:00:00+00:00", "10.0")
    assert (rows[0]["asked_by"], rows[0]["missing"]) == ("'=ada", "'=cmd")
    for row in rows:
        assert not row["query"].startswith(("=", "+", "-", "@", "\t", "\r"))
