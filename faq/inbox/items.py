"""What every kind of item in the Inbox needs: dismissals, the log by wording, and the entries that
are still there."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from faq.collection import ReadableCollection
from store import Entry, LoggedQuery, ReadableStore, Store, UnknownEntry, normalised

DISMISSED = "dismissed"  # a folder of settings
LOGGED = 20_000  # the newest logged queries, which are looked at


@dataclass(frozen=True, slots=True)
class Wording:
    """One way in which something was asked, as it was last typed; how often, and when last."""

    text: str
    count: int
    last_at: datetime

    @property
    def key(self) -> str:
        """The key of an unanswered wording."""
        return key("unanswered", normalised(self.text))


def key(section: str, *parts: object) -> str:
    """Return the key under which an item is dismissed, the same in every process.

    It does not contain the words that it is made from: whoever deletes the log deletes them all.
    """
    joined = "\0".join(str(part) for part in parts)
    return f"{section}:{hashlib.sha256(joined.encode(errors='replace')).hexdigest()[:24]}"


def suggestion_key(suggestion_id: int) -> str:
    """Return the key under which a reader's suggestion is answered; the store knows it too."""
    return f"suggestion {suggestion_id}"


def dismiss(store: Store, keys: Iterable[str], actor: str) -> None:
    """Dismiss the items with these keys."""
    value = f"{datetime.now(UTC).isoformat(timespec='microseconds')} {actor}"
    store.settings.write({f"{DISMISSED}/{one}": value for one in keys})


def undismiss(store: Store, keys: Iterable[str]) -> None:
    """Undo dismissals."""
    store.settings.write({f"{DISMISSED}/{one}": None for one in keys})


def dismissed(store: ReadableStore) -> frozenset[str]:
    """Return the keys of all that was dismissed."""
    return frozenset(store.settings.read(DISMISSED))


def wordings(logged: Sequence[LoggedQuery]) -> list[Wording]:
    """Return the different wordings of logged queries, given newest first, in that order."""
    return [
        Wording(newest.text.strip(), count, newest.at)
        for newest, count in counted(logged, lambda query: normalised(query.text))
        if newest.text.strip()
    ]


def counted(
    logged: Iterable[LoggedQuery], same: Callable[[LoggedQuery], Hashable]
) -> list[tuple[LoggedQuery, int]]:
    """Return of logged queries that have the same value the first one, and how many they are."""
    groups: dict[Hashable, list[LoggedQuery]] = {}
    for query in logged:
        groups.setdefault(same(query), []).append(query)
    return [(group[0], len(group)) for group in groups.values()]


def present(store: ReadableStore, entry_ids: Iterable[int]) -> dict[int, Entry]:
    """Return those of some entries that are not deleted, by id."""
    found = store.entries.get(sorted(set(entry_ids)))
    return {entry.id: entry for entry in found if not entry.deleted}


def existing(collection: ReadableCollection, entry_id: int) -> Entry:
    """Return an entry as it is now. Raises `UnknownEntry` where it was deleted."""
    entry = collection.get(entry_id)
    if entry is None:
        raise UnknownEntry("This entry is not there any more. Choose another one.")
    return entry
