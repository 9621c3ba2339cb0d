"""What a store keeps beside its entries, as values: queries, suggestions, reports, jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class LoggedQuery:
    """One settled query. Times are seconds; `thumb` is +1, -1 or None; `actor` is who asked, empty
    where that is not kept."""

    text: str
    ranking: str
    answered: bool
    entry_id: int | None
    score: float | None
    embed_seconds: float
    search_seconds: float
    total_seconds: float
    at: datetime
    thumb: int | None = None
    id: int | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class QueryFilter:
    """Which logged queries are meant: None means any. `before` and `until` leave older ones: with a
    lower id, and asked before that moment."""

    answered: bool | None = None
    thumb: int | None = None
    before: int | None = None
    until: datetime | None = None


EVERY_QUERY = QueryFilter()


@dataclass(frozen=True, slots=True)
class SuggestedPhrasing:
    """A wording that a reader wants an entry to take up. `actor` is who, empty where that is not
    kept."""

    text: str
    entry_id: int
    at: datetime
    actor: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured over a collection, and when. `content` is text that its kind
    understands."""

    id: int
    kind: str
    at: datetime
    actor: str
    content: str


JobState = Literal["running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """Long work as every process sees it. `result` is text that the job's kind understands."""

    id: int
    kind: str
    state: JobState
    owner: str
    actor: str
    done: int
    total: int | None
    result: str
    started_at: datetime
    heartbeat_at: datetime
    cancel_requested: bool = False
