"""The shape of the contract: every store has it, a reader has less of it, and it is small."""

import inspect
from pathlib import Path

from store import open_store
from store.base import (
    Entries,
    Jobs,
    Log,
    ReadableEntries,
    ReadableSettings,
    ReadableStore,
    ReadableVectors,
    ReadersLog,
    Store,
    StoredSettings,
    Upkeep,
    Vectors,
    Words,
)

PARTS = {
    "entries": Entries,
    "vectors": Vectors,
    "words": Words,
    "log": Log,
    "jobs": Jobs,
    "settings": StoredSettings,
    "upkeep": Upkeep,
}


def methods(part: type) -> dict[str, list[tuple[str, object]]]:
    """Return the public methods of a part, inherited ones included: each with its parameters, and
    whether that is by name alone."""
    return {
        name: [(one.name, one.kind) for one in inspect.signature(method).parameters.values()]
        for name, method in inspect.getmembers(part, inspect.isfunction)
        if not name.startswith("_")
    }


def test_the_contract_has_at_most_forty_methods() -> None:
    assert 30 < sum(len(methods(part)) for part in (Store, *PARTS.values())) <= 40


def test_every_store_has_every_method(store: Store) -> None:
    assert methods(Store).items() <= methods(type(store)).items()
    for name, part in PARTS.items():
        assert methods(part).items() <= methods(type(getattr(store, name))).items()


def test_a_reader_is_given_fewer_methods() -> None:
    for reading, part in (
        (ReadableEntries, Entries),
        (ReadableVectors, Vectors),
        (ReadersLog, Log),
        (ReadableSettings, StoredSettings),
    ):
        assert methods(reading).items() < methods(part).items()
    assert not hasattr(ReadableStore, "jobs") and not hasattr(ReadableStore, "upkeep")


def test_the_sqlite_store_serves_editors_and_readers(tmp_path: Path) -> None:
    editors: Store = open_store(tmp_path / "faq.db")
    readers: ReadableStore = editors  # checked by mypy
    assert readers.read_only == ""
    readers.close()
