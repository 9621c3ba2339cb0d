"""Reports that the collection keeps, so that results can be compared over time."""

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from faq.json_records import from_json, to_json
from store import Store

NEWEST = 200  # how many are read

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Kept(Generic[R]):
    """A result that the collection keeps: when it was made, and by whom."""

    id: str
    at: datetime
    actor: str
    result: R


def keep(store: Store, kind: str, result: Any, actor: str) -> str:
    """Keep a result, a dataclass, and return its id."""
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    id_ = f"{at} {uuid.uuid4().hex[:8]}"  # two may come at the same tick of a clock
    content = json.dumps({"actor": actor, "content": to_json(result)})
    store.settings.write({f"{kind} reports/{id_}": content})
    return id_


def kept(store: Store, kind: str, result: type[R]) -> list[Kept[R]]:
    """Return the results of a kind, newest first; the last 200. What another version of Askwell
    wrote and this one cannot read is skipped."""
    found = []
    for id_, text in reversed(store.settings.read(f"{kind} reports", NEWEST).items()):
        with suppress(ValueError):
            report, at = json.loads(text), datetime.fromisoformat(id_.split()[0])
            read = from_json(result, report["content"])
            found.append(Kept(id_, at, report["actor"], read))
    return found
