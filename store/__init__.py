"""Entries and vectors to disk and back. Knows nothing of models or screens."""

from pathlib import Path

from store.base import Store
from store.errors import (
    InvalidVector,
    JobRunning,
    KeyTaken,
    ModelMismatch,
    SetIncomplete,
    StaleEdit,
    StoreError,
    StoreUnavailable,
    UnknownEntry,
    UnreadableDatabase,
)
from store.imports import ImportMark, OlderAlike
from store.records import (
    Changes,
    Content,
    Edit,
    Embeddings,
    Entry,
    EntryFilter,
    EntryPage,
    Job,
    JobState,
    KeywordHit,
    LoggedQuery,
    ModelRecord,
    Neighbour,
    Occurrences,
    QueryFilter,
    Report,
    Revision,
    SearchFilter,
    SortField,
    Status,
    StoreInfo,
    VectorKind,
    VectorSet,
    normalised,
)
from store.snapshot import Snapshot

__all__ = [
    "Changes",
    "Content",
    "Edit",
    "Embeddings",
    "Entry",
    "EntryFilter",
    "EntryPage",
    "ImportMark",
    "InvalidVector",
    "Job",
    "JobRunning",
    "JobState",
    "KeyTaken",
    "KeywordHit",
    "LoggedQuery",
    "ModelMismatch",
    "ModelRecord",
    "Neighbour",
    "Occurrences",
    "OlderAlike",
    "QueryFilter",
    "Report",
    "Revision",
    "SearchFilter",
    "SetIncomplete",
    "Snapshot",
    "SortField",
    "StaleEdit",
    "Status",
    "Store",
    "StoreError",
    "StoreInfo",
    "StoreUnavailable",
    "UnknownEntry",
    "UnreadableDatabase",
    "VectorKind",
    "VectorSet",
    "normalised",
    "open_store",
]


def open_store(location: str | Path, *, create: bool = True) -> Store:
    """Open the collection at a path, bringing an older schema up to date.

    With `create`, a missing or empty file becomes a new collection; otherwise a missing one raises
    `UnreadableDatabase`, as a foreign, newer or damaged one always does, with the file untouched.
    """
    from store.sqlite import open_sqlite

    return open_sqlite(Path(location), create=create)
