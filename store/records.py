"""The values that go into a store and come out of it. All are frozen and plain."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from store.passages import Span, passage_text, spans_of

ACCESS = "access"  # begins the names of the settings that say who may do what
UNDIVIDED = "undivided answers"  # the setting of an older collection that may have some

Vector = NDArray[np.float32]
VectorKind = Literal["phrasing", "answer"]


class Status(StrEnum):
    """Whether readers' questions find an entry: only a published one."""

    PUBLISHED = "published"
    DRAFT = "draft"
    ARCHIVED = "archived"


def normalised(text: str) -> str:
    """Return `text` without differences of case, width and white space: equal texts are the same
    question."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True, slots=True)
class Content:
    """What people write in an entry. `phrasings` are the other ways of asking its question;
    `must_find` and `must_not_find` are its tests: queries that must find it and queries that must
    not. The tests are not searched."""

    question: str
    answer: str = ""
    key: str | None = None
    category: str = ""
    tags: tuple[str, ...] = ()
    phrasings: tuple[str, ...] = ()
    status: Status = Status.PUBLISHED
    owner: str = ""
    source: str = ""
    review_by: date | None = None
    must_find: tuple[str, ...] = ()
    must_not_find: tuple[str, ...] = ()

    @property
    def ways_of_asking(self) -> tuple[str, ...]:
        """The question first, then its other phrasings."""
        return (self.question, *self.phrasings)

    @property
    def passages(self) -> dict[Span, str]:
        """The text that is embedded for each passage of the answer, by where it is, in order; none
        where there is no answer. Of a short answer, it is question and answer in one text."""
        return {
            (start, stop): passage_text(self.question, self.answer[start:stop])
            for start, stop in spans_of(self.question, self.answer)
        }

    @property
    def answer_texts(self) -> tuple[str, ...]:
        """The texts of the passages."""
        return tuple(self.passages.values())

    @property
    def searched(self) -> tuple[str, ...]:
        """Every text whose words are searched."""
        return (*self.ways_of_asking, self.answer, self.category, *self.tags)

    def as_json(self) -> str:
        """Return the content as JSON, which `from_json` reads."""
        return json.dumps({name: getattr(self, name) for name in FIELDS}, default=str)

    @classmethod
    def from_json(cls, text: str) -> "Content":
        """Return the content that `as_json` wrote, this version's or an older one's."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Content":
        """Return the content whose fields have these values, as they are stored; not all lists need
        to be there."""
        for name in ("tags", "phrasings", "must_find", "must_not_find"):
            kept[name] = tuple(kept.get(name, ()))  # the last two came with schema 5
        kept["status"] = Status(kept["status"])
        kept["review_by"] = date.fromisoformat(kept["review_by"]) if kept["review_by"] else None
        return cls(**kept)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that is embedded: the ways of asking, and the passages of the answer."""
        return self.ways_of_asking + self.answer_texts


FIELDS = tuple(field.name for field in fields(Content))


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `version` starts at 1 and grows by one with every change."""

    id: int
    version: int
    content: Content
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """The new content of an entry, and the version that it was made from. With `delete` the entry
    goes into the bin instead, with its content as it is."""

    entry_id: int
    version: int
    content: Content
    delete: bool = False


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model that made vectors of a collection. Equal fingerprints mean comparable vectors."""

    fingerprint: str
    name: str
    revision: str | None
    dimension: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors of one model: `vectors[text]` is the unit vector of that text, `(dimension,)`."""

    model: ModelRecord
    vectors: Mapping[str, Vector]


@dataclass(frozen=True, slots=True)
class VectorSet:
    """One model's vectors of a collection: how many there are, and how many phrasings and answers,
    the bin included, have none yet."""

    model: ModelRecord
    active: bool
    vectors: int
    missing: int


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which entries a search may return: all published ones, narrowed or widened."""

    category: str | None = None
    unpublished: bool = False


PUBLISHED_ENTRIES = SearchFilter()


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """What the vectors that are wanted must be near to: one or several queries, a row each, among
    the entries that pass a filter."""

    queries: NDArray[np.float32]
    where: SearchFilter = PUBLISHED_ENTRIES


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entry similar to a query: its best phrasing and the cosine similarity of that."""

    entry_id: int
    cosine: float
    phrasing: str


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """Which entries contain a word: that with the id `entry_ids[i]` has it `counts[i]` times, ids
    ascending."""

    word: str
    entry_ids: NDArray[np.integer[Any]]
    counts: NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """An entry that shares words with a query; a higher `score` (BM25) is better."""

    entry_id: int
    score: float


SortField = Literal["question", "category", "status", "updated", "review_by", "id"]


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries a list shows; None means any. `text`: those that contain all of its words or
    word beginnings. `due`: not archived, with a review-by date before this day. `actor`: owned or
    last changed by this person. `updated_since`: changed at this time or later. `after`: with a
    higher id. `tested`: with tests of their own. `without_answer`: whose answer is not written yet.
    `deleted`: the bin instead of the collection."""

    text: str = ""
    category: str | None = None
    status: Status | None = None
    key_prefix: str | None = None
    tag: str | None = None
    actor: str | None = None
    updated_since: datetime | None = None
    due: date | None = None
    after: int = 0
    tested: bool = False
    without_answer: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A part of a list of entries; `total` is the length of the whole list."""

    entries: tuple[Entry, ...]
    total: int


Action = Literal["add", "edit", "remove", "restore"]


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of an entry, and the content after it."""

    entry_id: int
    version: int
    action: Action
    actor: str
    at: datetime
    content: Content


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a token: pass `token` to the next call."""

    token: int
    entry_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What changes seldom and is needed often, read at once: the settings without a folder in their
    name, the active model (None before anything was embedded), and two tokens. `changes` grows with
    every change of an entry; `log` is another text after every change of the query log. `held` says
    whether all vectors are held in memory; a collection may be too large for that."""

    settings: Mapping[str, str]
    model: ModelRecord | None
    changes: int
    log: str
    held: bool = True


@dataclass(frozen=True, slots=True)
class ImportMark:
    """How far the import of a file has come: up to and including a row. `file` identifies its bytes
    and how they are read."""

    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """Where a collection is and how much it contains, without the bin. `size_bytes` is its size on
    disk."""

    location: str
    size_bytes: int
    schema_version: int
    entries: int
    phrasings: int


@dataclass(frozen=True, slots=True)
class LoggedQuery:
    """One settled query. Times are seconds; `thumb` is +1, -1 or None; `actor` is who asked, empty
    where that is not kept; `missing` is what they missed in the answer, in their own words."""

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
    missing: str = ""


@dataclass(frozen=True, slots=True)
class QueryFilter:
    """Which logged queries are meant; None means any. `before`: with a lower id. `until`: asked
    before this time."""

    answered: bool | None = None
    thumb: int | None = None
    before: int | None = None
    until: datetime | None = None


EVERY_QUERY = QueryFilter()


@dataclass(frozen=True, slots=True)
class QueryPage:
    """The newest logged queries of a list, newest first; `total` is the length of the whole
    list."""

    queries: tuple[LoggedQuery, ...]
    total: int


@dataclass(frozen=True, slots=True)
class SuggestedPhrasing:
    """A phrasing that a reader suggests for an entry. `actor` is who, empty where that is not
    kept."""

    text: str
    entry_id: int
    at: datetime
    actor: str = ""
    id: int | None = None


JobState = Literal["running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """Long work as every process sees it. The format of `result` is up to its kind."""

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


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong with a collection, a sentence each. `damaged` says that the file or the text
    itself is, which no repair helps: restore a backup. `note` says why something could not be
    checked; empty where all was."""

    problems: tuple[str, ...] = ()
    damaged: bool = False
    note: str = ""
