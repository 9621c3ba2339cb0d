"""The values that go into a store and come out of it. All frozen, all plain."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
VectorKind = Literal["phrasing", "answer"]


class Status(StrEnum):
    """Whether readers' questions find an entry: only a published one."""

    PUBLISHED = "published"
    DRAFT = "draft"
    ARCHIVED = "archived"


def question_and_answer(question: str, answer: str) -> str:
    """Return the text whose vector stands for an entry's answer."""
    return f"{question}\n{answer}"


def normalised(text: str) -> str:
    """Return `text` as duplicates are told: without differences of case, width and white space."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True, slots=True)
class Content:
    """What people write in an entry. `phrasings` are the other ways of asking its question;
    `must_find` and `must_not_find` are its tests: queries that shall lead to it, and that shall
    not. Neither of the two is searched."""

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
    def answer_texts(self) -> tuple[str, ...]:
        """Question and answer in one text; nothing where there is no answer."""
        return (question_and_answer(self.question, self.answer),) if self.answer else ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that is embedded: the ways of asking, and the question with its answer."""
        return self.ways_of_asking + self.answer_texts


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands. `version` starts at 1 and grows by one with every change."""

    id: int
    version: int
    content: Content
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class EntryTest:
    """A query that must find an entry or, without `must_find`, must not."""

    entry_id: int
    text: str
    must_find: bool = True


@dataclass(frozen=True, slots=True)
class Edit:
    """What an entry's content shall be, and the version that this was made from."""

    entry_id: int
    version: int
    content: Content


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors of one model: `vectors[text]` is the unit vector of that text, `(dimension,)`."""

    fingerprint: str
    vectors: Mapping[str, Vector]


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """The model whose vectors a collection holds. Equal fingerprints mean comparable vectors."""

    fingerprint: str
    name: str
    revision: str | None
    dimension: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class VectorSet:
    """One model's vectors of a collection: how many stand there, and how many phrasings and
    answers, those in the bin included, have none there yet."""

    model: ModelRecord
    active: bool
    vectors: int
    lacking: int


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which entries a search may return: all published ones, narrowed or widened."""

    category: str | None = None
    unpublished: bool = False


PUBLISHED_ENTRIES = SearchFilter()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entry near a query: its best phrasing and that phrasing's cosine similarity."""

    entry_id: int
    cosine: float
    phrasing: str


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """Where a word stands: `counts[i]` times in the entry with the id `entry_ids[i]`, by id."""

    word: str
    entry_ids: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """An entry that shares words with a query; a higher `score` (BM25) is better."""

    entry_id: int
    score: float


SortField = Literal["question", "category", "status", "updated", "review_by", "id"]


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries a list shows. `text` keeps those that hold every one of its words or word
    beginnings; None means any; `due` leaves those that are in use, not archived, and whose
    review-by date lies before it; `actor` those whom that person owns or was the last to change;
    `updated_since` those that were changed at that moment or later; `after` those with a higher id;
    `deleted` shows the bin instead of the collection."""

    text: str = ""
    category: str | None = None
    status: Status | None = None
    key_prefix: str | None = None
    tag: str | None = None
    actor: str | None = None
    updated_since: datetime | None = None
    due: date | None = None
    after: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A part of a list of entries; `total` counts the whole list."""

    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of an entry: what it did, and the content as it stood afterwards."""

    entry_id: int
    version: int
    action: Literal["add", "edit", "remove", "restore"]
    actor: str
    at: datetime
    content: Content


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a token: pass `token` to the next call."""

    token: int
    entry_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What a collection holds and where. `size_bytes` is what it takes on disk."""

    location: str
    size_bytes: int
    schema_version: int
    entries: int
    phrasings: int
