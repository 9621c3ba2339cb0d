"""Reports that the collection keeps, so that results can be compared over time."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from faq.json_records import from_json, to_json
from store import Store

NEWEST = 200  # how many are read

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Kept(Generic[R]):
    """A result that the collection keeps: when it was made, and by whom."""

    id: int
    at: datetime
    actor: str
    result: R


def keep(store: Store, kind: str, result: Any, actor: str) -> int:
    """Keep a result, a dataclass, and return its id."""
    return store.keep_report(kind, to_json(result), actor).id


def kept(store: Store, kind: str, result: type[R]) -> list[Kept[R]]:
    """Return the results of a kind, newest first; the last 200. What another version of Askwell
    wrote and this one cannot read is skipped."""
    found = []
    for report in store.reports(kind, NEWEST):
        with suppress(ValueError):
            read = from_json(result, report.content)
            found.append(Kept(report.id, report.at, report.actor, read))
    return found
