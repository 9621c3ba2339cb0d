"""Items of the Inbox that nobody wants to see again."""

from collections.abc import Iterable
from datetime import UTC, datetime

from store import ReadableStore, Store

FOLDER = "dismissed"  # of settings


def suggestion_key(suggestion_id: int) -> str:
    """Return the key under which a reader's suggestion is answered; the store knows it too."""
    return f"suggestion {suggestion_id}"


def dismiss(store: Store, keys: Iterable[str], actor: str) -> None:
    """Dismiss the items with these keys."""
    value = f"{datetime.now(UTC).isoformat(timespec='microseconds')} {actor}"
    store.settings.write({f"{FOLDER}/{one}": value for one in keys})


def undismiss(store: Store, keys: Iterable[str]) -> None:
    """Undo dismissals."""
    store.settings.write({f"{FOLDER}/{one}": None for one in keys})


def dismissed(store: ReadableStore) -> frozenset[str]:
    """Return the keys of all that was dismissed."""
    return frozenset(store.settings.read(FOLDER))
