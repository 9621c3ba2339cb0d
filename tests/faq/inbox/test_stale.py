"""Entries whose review-by date has passed."""

from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import given

from faq.collection import Collection
from faq.inbox.stale import months_after, review, stale, stale_key
from store import Content

TODAY = date(2026, 11, 22)


def test_the_longest_overdue_comes_first_and_goes_when_it_is_reviewed(
    collection: Collection,
) -> None:
    late, later, _ = (
        collection.add(Content(text, review_by=TODAY + timedelta(days=days)))
        for text, days in (("card", -1), ("plan", -2), ("price", 0))
    )
    assert stale(collection.store, TODAY) == [later, late]
    changed = review(collection, later, months_after(TODAY))
    assert changed.content.review_by == date(2027, 5, 22)
    assert changed.updated_by == "ada"
    assert stale(collection.store, TODAY) == [late]
    review(collection, late, None)
    assert stale(collection.store, TODAY) == []


def test_a_dismissal_stands_for_one_date(collection: Collection) -> None:
    entry = collection.add(Content("card", review_by=TODAY))
    key = stale_key(entry)
    assert stale_key(review(collection, entry, TODAY + timedelta(days=1))) != key
    assert stale_key(review(collection, entry, TODAY)) == key


def test_a_month_without_that_day_gives_its_last() -> None:
    assert months_after(date(2026, 8, 31)) == date(2027, 2, 28)
    assert months_after(date(2027, 8, 31)) == date(2028, 2, 29)
    assert months_after(date(2026, 12, 1)) == date(2027, 6, 1)


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 48))
def test_months_are_counted_as_on_a_calendar(day: date, months: int) -> None:
    after = months_after(day, months)
    assert (after.year - day.year) * 12 + after.month - day.month == months
    assert after.day == day.day or (after + timedelta(days=1)).day == 1
