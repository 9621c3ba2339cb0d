"""Stale: entries whose review-by date has passed."""

from calendar import monthrange
from dataclasses import replace
from datetime import date

from faq.collection import Collection
from faq.inbox.items import existing, key
from store import Entry, EntryFilter, ReadableStore

MONTHS = 6  # until an entry that is still correct is looked at again
MOST_SHOWN = 500  # shown at a time, the longest overdue


def stale(store: ReadableStore, today: date) -> list[Entry]:
    """Return the entries in use that were to be reviewed before today, the longest overdue
    first."""
    page = store.entries.page(EntryFilter(due=today), sort="review_by", limit=MOST_SHOWN)
    return list(page.entries)


def stale_key(entry: Entry) -> str:
    """Return the key of its dismissal: of this date of this entry."""
    return key("stale", entry.id, entry.content.review_by)


def review(collection: Collection, entry: Entry, by: date | None) -> Entry:
    """Set until when an entry is to be looked at again; None for never.

    Raises `UnknownEntry` where it is gone, `StaleEdit` where somebody saved it in between.
    """
    current = existing(collection, entry.id)
    return collection.edit(current, replace(current.content, review_by=by))


def months_after(day: date, months: int = MONTHS) -> date:
    """Return the same day so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
